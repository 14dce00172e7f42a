// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// run serves an instance until ctx ends. What a user needs to know goes to
// stdout once the instance listens; one line for each request goes to stderr.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	opts, err := parseOptions(args, stderr)
	if err != nil {
		return err
	}
	if opts.readyFile != "" {
		// A file of an earlier instance would mislead a program that waits for this one.
		_ = os.Remove(opts.readyFile)
	}
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

	caFile, removeCAFile, err := writeCAFile(opts, instance)
	if err != nil {
		return err
	}
	defer removeCAFile()

	facts := factsOf(instance, caFile)
	if opts.status != "" {
		url, stop, err := serveStatus(ctx, opts.status, instance)
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
	if err := facts.print(stdout, opts.onlyEnv); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

func newInstance(ctx context.Context, opts options, stderr io.Writer) (*erpnettest.Server, error) {
	instance := erpnettest.NewUnstartedServer()
	instance.AccessLog = stderr
	instance.DiscardHistory = true
	instance.Configure(func(settings *erpnettest.Settings) { settings.SecurityAccess = accesses[opts.security] })
	if opts.applications != "" {
		if err := addApplications(instance, opts.applications); err != nil {
			return nil, err
		}
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", opts.listen)
	if err != nil {
		return nil, fmt.Errorf("-listen: %w", err)
	}
	instance.Listener = listener
	instance.URL = opts.publicURL(listener.Addr())
	return instance, nil
}

// addApplications registers what the file lists, and adds an active user for each
// login that it mentions.
func addApplications(instance *erpnettest.Server, name string) error {
	file, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("-applications: %w", err)
	}
	defer func() { _ = file.Close() }()
	apps, err := erpnettest.ReadApplications(file)
	if err != nil {
		return fmt.Errorf("-applications %s: %w", name, err)
	}
	for _, app := range apps {
		instance.AddApplication(app)
		isLogin := func(user erpnettest.User) bool { return user.Login == app.SystemUser }
		if app.SystemUser != "" && !slices.ContainsFunc(instance.Users(), isLogin) {
			instance.AddUser(erpnettest.User{Login: app.SystemUser, Name: app.SystemUser, Active: true})
		}
	}
	return nil
}

// issueReferenceToken makes the sample application one that may have reference
// tokens, and gives it one.
func issueReferenceToken(instance *erpnettest.Server) (string, error) {
	uri := erpnettest.SampleApplication().ApplicationUri
	instance.ChangeApplication(uri, func(app *erpnettest.TrustedApplication) {
		app.ReferenceTokens = "AdministratorsOnly"
	})
	return instance.AddReferenceToken(erpnettest.ReferenceToken{Application: uri})
}

// writeCAFile writes the CA certificate and returns where. The caller must call
// remove at the end, which leaves a file that the user asked for.
func writeCAFile(opts options, instance *erpnettest.Server) (name string, remove func(), err error) {
	name, remove = opts.caFile, func() {}
	if !opts.tls {
		return "", remove, nil
	}
	if name == "" {
		dir, err := os.MkdirTemp("", "erpnet-mock-")
		if err != nil {
			return "", remove, fmt.Errorf("CA file: %w", err)
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
