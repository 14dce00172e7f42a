// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package odata

import "fmt"

// Error is a query that the Domain API refuses.
type Error struct {
	Exception string // the exception type that the Domain API names
	Message   string
}

func (e *Error) Error() string { return e.Message }

// invalid returns the error for a query that makes no sense.
func invalid(format string, values ...any) error {
	return &Error{"InvalidOperationException", fmt.Sprintf(format, values...)}
}

// unsupported returns the error for a query that either a real server or this
// package doesn't support.
func unsupported(format string, values ...any) error {
	return &Error{"NotSupportedException", fmt.Sprintf(format, values...)}
}
