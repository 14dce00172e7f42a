// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// checkHealth checks whether a mock with the same options is ready. The
// container image uses it as its health command.
func checkHealth(ctx context.Context, opts options) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	address := opts.status
	if address == "" {
		address = opts.listen
	}
	if _, port, _ := net.SplitHostPort(address); port == "0" {
		return errors.New("-healthy needs the port of the mock: give it the same -status, or -listen and -status=off")
	}
	address = reachable(address, address)
	if opts.status == "" { // nothing to ask, but the mock accepts connections only when it is ready
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err != nil {
			return fmt.Errorf("not ready: %w", err)
		}
		return conn.Close()
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/healthy", nil)
	if err != nil {
		return err
	}
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		return fmt.Errorf("not ready: %w", err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s has HTTP status %d", address, response.StatusCode)
	}
	return nil
}
