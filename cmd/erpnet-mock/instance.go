// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"slices"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// newInstance prepares the instance that the options describe. The instance has
// a listener, but isn't started yet.
func newInstance(ctx context.Context, opts options, stderr io.Writer) (*erpnettest.Server, error) {
	instance := erpnettest.NewUnstartedServer()
	instance.AccessLog = stderr
	instance.DiscardHistory = true
	addGuideUsers(instance)
	for _, prepare := range []func(*erpnettest.Server) error{opts.configure, opts.addData, opts.addApplications} {
		if err := prepare(instance); err != nil {
			return nil, err
		}
	}
	faults, err := opts.faults.read()
	if err != nil {
		return nil, err
	}
	for _, spec := range faults {
		instance.InjectSpec(spec)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", opts.listen)
	if err != nil {
		return nil, fmt.Errorf("-listen: %w", err)
	}
	instance.Listener = listener
	instance.URL = opts.clientURL(listener.Addr())
	return instance, nil
}

// addGuideUsers adds the users in the documentation's examples.
func addGuideUsers(instance *erpnettest.Server) {
	for login, name := range map[string]string{
		"svc.orders":  "Orders Service",
		"svc.reports": "Reports Service",
		"svc.imports": "Imports Service",
	} {
		instance.AddUser(erpnettest.User{Login: login, Name: name, Active: true})
	}
}

// configure applies the settings in the file, and then those of the flags.
func (o *options) configure(instance *erpnettest.Server) error {
	if o.settings != "" {
		change, err := readFile("-settings", o.settings, erpnettest.ReadSettings)
		if err != nil {
			return err
		}
		instance.Configure(change)
	}
	instance.Configure(func(settings *erpnettest.Settings) {
		for name, set := range map[string]func(){
			"security":       func() { settings.SecurityAccess = accesses[o.security] },
			"token-lifetime": func() { settings.TokenLifetime = o.tokenLifetime },
			"licences":       func() { settings.Licences = o.licences },
			"database":       func() { settings.Database = o.database },
			"server-version": func() { settings.Version = o.serverVersion },
			"claims":         func() { _ = settings.ClaimShape.UnmarshalText([]byte(o.claims)) }, // already validated
			"issuer":         func() { settings.Issuer = o.issuer },
			"public-url":     func() { settings.PublicURL = o.publicURL },
		} {
			if o.given[name] {
				set()
			}
		}
	})
	return nil
}

func (o *options) addData(instance *erpnettest.Server) error {
	if o.data == "" {
		return nil
	}
	sets, err := readFile("-data", o.data, erpnettest.ReadEntitySets)
	for _, set := range sets {
		instance.AddEntitySet(set)
	}
	return err
}

// addApplications registers the applications in the file, and adds an active
// user for each login that they mention.
func (o *options) addApplications(instance *erpnettest.Server) error {
	if o.applications == "" {
		return nil
	}
	apps, err := readFile("-applications", o.applications, erpnettest.ReadApplications)
	for _, app := range apps {
		instance.AddApplication(app)
		isLogin := func(user erpnettest.User) bool { return user.Login == app.SystemUser }
		if app.SystemUser != "" && !slices.ContainsFunc(instance.Users(), isLogin) {
			instance.AddUser(erpnettest.User{Login: app.SystemUser, Name: app.SystemUser, Active: true})
		}
	}
	return err
}

// readFile parses the file that a flag names.
func readFile[T any](flag, name string, read func(io.Reader) (T, error)) (content T, err error) {
	file, err := os.Open(name)
	if err != nil {
		return content, fmt.Errorf("%s: %w", flag, err)
	}
	defer func() { _ = file.Close() }()
	content, err = read(file)
	if err != nil {
		err = fmt.Errorf("%s %s: %w", flag, name, err)
	}
	return content, err
}

// issueReferenceToken allows the sample application to have reference tokens
// and issues one.
func issueReferenceToken(instance *erpnettest.Server) (string, error) {
	uri := erpnettest.SampleApplication().ApplicationUri
	instance.ChangeApplication(uri, func(app *erpnettest.TrustedApplication) {
		app.ReferenceTokens = "AdministratorsOnly"
	})
	return instance.AddReferenceToken(erpnettest.ReferenceToken{Application: uri})
}
