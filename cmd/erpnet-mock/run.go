// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// run serves an instance until ctx ends. It prints what users need to know to
// stdout when the instance listens, and one line for each request to stderr.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	opts, err := parseOptions(args, stderr)
	switch {
	case err != nil:
		return err
	case opts.version:
		_, err := fmt.Fprintln(stdout, "erpnet-mock", programVersion())
		return err
	case opts.healthy:
		return checkHealth(ctx, opts)
	}
	if opts.readyFile != "" {
		// A file from an earlier instance would mislead a program that waits
		// for this one.
		_ = os.Remove(opts.readyFile)
	}
	warnOfStrangers(opts, stderr)
	instance, err := newInstance(ctx, opts, stderr)
	if err != nil {
		return err
	}
	defer instance.Close()
	if opts.tls {
		instance.StartTLS()
	} else {
		instance.Start()
	}
	return serve(ctx, opts, instance, stdout, stderr)
}

// warnOfStrangers warns that the mock is only for tests if other machines can
// reach it.
func warnOfStrangers(opts options, stderr io.Writer) {
	for _, address := range []string{opts.listen, opts.status} {
		if address != "" && !isLoopback(address) {
			const format = "erpnet-mock: warning: %s can be reached from other machines. The mock is for tests: " +
				"its sample secret is public. Keep no real data in it\n"
			_, _ = fmt.Fprintf(stderr, format, address)
			return
		}
	}
}

// serve publishes the facts of the instance in every way that the options ask
// for, and waits for ctx to end.
func serve(ctx context.Context, opts options, instance *erpnettest.Server, stdout, stderr io.Writer) error {
	caFile, removeCAFile, err := writeCAFile(opts, instance)
	if err != nil {
		return err
	}
	defer removeCAFile()

	facts := factsOf(instance, caFile)
	if opts.status != "" {
		url, stop, err := serveStatus(ctx, opts, instance, facts)
		if err != nil {
			return fmt.Errorf("-status: %w", err)
		}
		defer stop()
		facts.StatusURL = url
	}
	if opts.reference {
		if facts.ReferenceToken, err = issueReferenceToken(instance); err != nil {
			return fmt.Errorf("-reference-token: %w", err)
		}
	}
	if opts.readyFile != "" {
		if err := facts.writeFile(opts.readyFile); err != nil {
			return err
		}
		defer func() { _ = os.Remove(opts.readyFile) }()
	}
	if err := facts.print(stdout, stderr, string(opts.env)); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// writeCAFile writes the CA certificate and returns the name of the file. The
// caller must call remove at the end. It keeps a file that the user asked for.
// If a temporary file isn't possible, as in a container image without folders,
// there is no file.
func writeCAFile(opts options, instance *erpnettest.Server) (name string, remove func(), err error) {
	name, remove = opts.caFile, func() {}
	if !opts.tls {
		return "", remove, nil
	}
	if name == "" {
		dir, err := os.MkdirTemp("", "erpnet-mock-")
		if err != nil {
			return "", remove, nil //nolint:nilerr // the control address has the certificate as well
		}
		remove = func() { _ = os.RemoveAll(dir) }
		name = filepath.Join(dir, "ca.pem")
	}
	if name, err = filepath.Abs(name); err == nil {
		err = os.WriteFile(name, instance.CACertificatePEM(), 0o644) //nolint:gosec // a certificate is for everyone
	}
	if err != nil {
		remove()
		return "", remove, fmt.Errorf("CA file: %w", err)
	}
	return name, remove, nil
}
