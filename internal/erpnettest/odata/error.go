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

// invalid is a query that makes no sense.
func invalid(format string, values ...any) error {
	return &Error{"InvalidOperationException", fmt.Sprintf(format, values...)}
}

// unsupported is a query that a real server doesn't support, or this package
// doesn't.
func unsupported(format string, values ...any) error {
	return &Error{"NotSupportedException", fmt.Sprintf(format, values...)}
}
