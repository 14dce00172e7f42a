// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestErrorSaysWhoAskedWhatAndWhatHappened(t *testing.T) {
	canceled := CanceledError(testURL+"?$filter=Name eq 'Ann'", "my.app", context.Canceled)
	want := `The request of client_id "my.app" to ` + testURL + ` was canceled.`
	if canceled.Error() != want || !errors.Is(canceled, context.Canceled) {
		t.Errorf("got %s", canceled)
	}
	foreign := AsError(errors.Join(io.ErrUnexpectedEOF, errors.New("Proxy-Authorization: "+testSecret)))
	if foreign.Kind != ConnectionLost || !errors.Is(foreign, io.ErrUnexpectedEOF) ||
		strings.Contains(foreign.Error(), testSecret) {
		t.Errorf("got %s: %s", foreign.Kind, foreign)
	}
	if AsError(nil) != nil || AsError(errors.Join(io.EOF, canceled)) != canceled {
		t.Error("an error of the client's own is not found")
	}
}
