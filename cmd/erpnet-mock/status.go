// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/cmd/erpnet-mock/statuspage"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// serveStatus serves the status page of an instance until stop is called. It is
// a separate server, over http: a browser need not trust the instance's CA, and
// the instance has the paths of a real one only.
func serveStatus(
	ctx context.Context, address string, instance *erpnettest.Server,
) (url string, stop func(), err error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{
		Handler:           statuspage.Handler(instance),
		ReadHeaderTimeout: 10 * time.Second,
		WriteTimeout:      30 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0), // stderr has one line for each request of the instance
	}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) })
	stop = func() {
		_ = server.Close()
		serving.Wait()
	}
	return "http://" + reachable(address, listener.Addr()) + "/", stop, nil
}
