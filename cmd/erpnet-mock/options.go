// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

const usage = `Runs a made-up ERP.net instance until SIGINT or SIGTERM.

Usage: erpnet-mock [flags]

The file of -applications is a JSON array of trusted applications, with the
attribute names of the Domain API. An attribute that you leave out has the default
of ERP.net:

  [{"ApplicationUri": "com.example/deploy", "Secret": "the plain secret",
    "SystemUserAllowed": true, "SystemUser": "svc.deploy", "Scope": "read"}]

Instead of Secret, you can give ApplicationSecretHash. A system user that the
instance doesn't know is created. The sample application is there as well.

A status page for the browser shows the requests by kind, the applications, the
sessions and the last errors as they happen. Its address is printed. It never
shows secrets, hashes or tokens. Add status.json to its URL to get JSON.

Flags:
`

type options struct {
	listen       string
	url          string
	tls          bool
	caFile       string
	applications string
	onlyEnv      bool
	readyFile    string
	security     string
	reference    bool
	status       string // empty for none
}

// accesses are the values of -security.
var accesses = map[string]erpnettest.SecurityAccess{
	"allowed":   erpnettest.SecurityAllowed,
	"read-only": erpnettest.SecurityReadOnly,
	"refused":   erpnettest.SecurityRefused,
}

func parseOptions(args []string, stderr io.Writer) (options, error) {
	var opts options
	flags := flag.NewFlagSet("erpnet-mock", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		_, _ = io.WriteString(stderr, usage)
		flags.PrintDefaults()
	}
	flags.StringVar(&opts.listen, "listen", "127.0.0.1:0", "`address` to listen on; port 0 takes a free one. "+
		"Without a host it is 127.0.0.1: name 0.0.0.0 to be reached from other machines")
	flags.StringVar(&opts.url, "url", "", "`URL` that clients use, where it is not the listen address, "+
		"such as https://erpnet-mock:8443. It is in the tokens and in the certificate")
	flags.BoolVar(&opts.tls, "tls", true, "serve https with its own CA; -tls=false serves http")
	flags.StringVar(&opts.caFile, "ca-file", "", "`file` to write the CA certificate to, in PEM "+
		"(default a temporary one, removed at the end)")
	flags.StringVar(&opts.applications, "applications", "", "JSON `file` of trusted applications")
	flags.BoolVar(&opts.onlyEnv, "env", false, "print only the lines for a shell to evaluate")
	flags.StringVar(&opts.readyFile, "ready-file", "", "`file` to write once the instance listens: "+
		"JSON with url, ca_file, client_id, client_secret and, where there is one, status_url and reference_token; "+
		"removed at the end")
	flags.StringVar(&opts.security, "security", "allowed",
		"whether the Domain API opens trusted applications and users: allowed, read-only or refused")
	flags.BoolVar(&opts.reference, "reference-token", false,
		"issue a reference token for the sample application and print it")
	flags.StringVar(&opts.status, "status", "127.0.0.1:0", "`address` of the status page, or off. "+
		"It accepts only the names of this machine, such as localhost: "+
		"0.0.0.0 is for a container whose port is published")
	if err := flags.Parse(args); err != nil {
		return options{}, err
	}
	if flags.NArg() > 0 {
		return options{}, fmt.Errorf("takes no arguments, got %q", flags.Arg(0))
	}
	return opts, opts.check()
}

func (o *options) check() error {
	if o.caFile != "" && !o.tls {
		return errors.New("-ca-file needs https: leave out -tls=false")
	}
	if _, known := accesses[o.security]; !known {
		return fmt.Errorf("-security must be allowed, read-only or refused, got %q", o.security)
	}
	var err error
	if o.listen, err = loopbackUnlessNamed(o.listen); err != nil {
		return fmt.Errorf("-listen: %w", err)
	}
	if err := o.checkStatus(); err != nil {
		return err
	}
	if o.url == "" {
		return nil
	}
	u, err := url.Parse(o.url)
	if err != nil || u.Host == "" || strings.TrimRight(u.String(), "/") != o.scheme()+"://"+u.Host {
		return fmt.Errorf("-url must be like %s://host:port", o.scheme())
	}
	o.url = o.scheme() + "://" + u.Host
	return nil
}

func (o *options) checkStatus() error {
	if o.status == "off" {
		o.status = ""
		return nil
	}
	var err error
	if o.status, err = loopbackUnlessNamed(o.status); err != nil {
		return fmt.Errorf("-status: %w", err)
	}
	host, _, _ := net.SplitHostPort(o.status)
	ip := net.ParseIP(host)
	if host != "localhost" && (ip == nil || !ip.IsLoopback() && !ip.IsUnspecified()) {
		return fmt.Errorf("-status must be off, or an address of this machine such as 127.0.0.1:8080, got %q", o.status)
	}
	return nil
}

// loopbackUnlessNamed adds the host 127.0.0.1 to an address that has none: every
// interface only when it is named.
func loopbackUnlessNamed(address string) (string, error) {
	host, port, err := net.SplitHostPort(address)
	if err == nil && host == "" {
		address = net.JoinHostPort("127.0.0.1", port)
	}
	return address, err
}

func (o *options) scheme() string {
	if o.tls {
		return "https"
	}
	return "http"
}

// publicURL is how clients reach the instance, without a trailing slash.
func (o *options) publicURL(listening net.Addr) string {
	if o.url != "" {
		return o.url
	}
	return o.scheme() + "://" + reachable(o.listen, listening)
}

// reachable is the host and port for a client on this machine.
func reachable(asked string, listening net.Addr) string {
	host, _, _ := net.SplitHostPort(asked)
	_, port, _ := net.SplitHostPort(listening.String())
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}
