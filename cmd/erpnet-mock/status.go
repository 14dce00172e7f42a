// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/cmd/erpnet-mock/statuspage"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// serveStatus serves the status page and the control of an instance until stop
// is called. It is a separate server, over http, so that browsers don't have to
// trust the instance's CA, and the instance has only the paths of a real one.
func serveStatus(
	ctx context.Context, opts options, instance *erpnettest.Server, facts facts,
) (address string, stop func(), err error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", opts.status)
	if err != nil {
		return "", nil, err
	}
	var hosts []string
	if u, err := url.Parse(opts.url); err == nil && u.Hostname() != "" {
		hosts = append(hosts, u.Hostname())
	}
	config := statuspage.Config{Hosts: hosts, Variables: map[string]func(string) string{}}
	if opts.tls {
		config.CA = string(instance.CACertificatePEM())
	}
	for shell := range shells {
		config.Variables[shell] = func(control string) string {
			return writeVariables(shell, facts.remoteVariables(config.CA, control))
		}
	}
	server := &http.Server{
		Handler:           statuspage.Handler(instance, config),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      30 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0), // stderr is for the requests of the instance, one line each
	}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) })
	stop = func() {
		_ = server.Close()
		serving.Wait()
	}
	return "http://" + reachable(opts.status, listener.Addr().String()) + "/", stop, nil
}
