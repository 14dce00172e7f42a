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
	"os"
	"strings"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

type options struct {
	listen       string
	url          string
	tls          bool
	caFile       string
	applications string
	data         string
	env          envFlag
	readyFile    string
	reference    bool
	status       string // empty means off
	faults       faultsFlag

	// Settings. The flags apply only if they are given.
	settings      string
	security      string
	tokenLifetime time.Duration
	licences      int
	database      string
	serverVersion string
	claims        string
	issuer        string
	publicURL     string
	given         map[string]bool // flags, by name

	version bool
	healthy bool
}

// accesses are the values of -security.
var accesses = map[string]erpnettest.SecurityAccess{
	"allowed":   erpnettest.SecurityAllowed,
	"read-only": erpnettest.SecurityReadOnly,
	"refused":   erpnettest.SecurityRefused,
}

func (o *options) define(flags *flag.FlagSet) {
	flags.StringVar(&o.listen, "listen", "127.0.0.1:0", "`address` to listen on; port 0 takes a free one. "+
		"Without a host it is 127.0.0.1: name 0.0.0.0 to be reached from other machines")
	flags.StringVar(&o.url, "url", "", "`URL` that clients use, where it is not the listen address, "+
		"such as https://erpnet-mock:8443. It is in the tokens and in the certificate")
	flags.BoolVar(&o.tls, "tls", true, "serve https with its own CA; -tls=false serves http")
	flags.StringVar(&o.caFile, "ca-file", "", "`file` to write the CA certificate to, in PEM "+
		"(default a temporary one, removed at the end)")
	flags.StringVar(&o.applications, "applications", "", "JSON `file` of trusted applications")
	flags.StringVar(&o.data, "data", "", "JSON `file` of entity sets and their rows")
	flags.Var(&o.faults, "fault", "a `fault`, as JSON or as the name of a file with it; can be given several times")
	flags.Var(&o.env, "env", "print only the variables of the provider, for a shell to evaluate: "+
		"-env or -env=sh, -env=powershell, or -env=github for $GITHUB_ENV")
	flags.StringVar(&o.readyFile, "ready-file", "", "`file` to write once the instance listens: "+
		"JSON with url, ca_file, client_id, client_secret and, where there is one, status_url and reference_token; "+
		"removed at the end")
	flags.BoolVar(&o.reference, "reference-token", false,
		"issue a reference token for the sample application and print it")
	flags.StringVar(&o.status, "status", "127.0.0.1:0", "`address` of the status page and of the control, or off. "+
		"It accepts only the names of this machine and that of -url: "+
		"0.0.0.0 is for a container whose port is published")
	flags.StringVar(&o.settings, "settings", "", "JSON `file` of settings; the flags below count before it")
	flags.StringVar(&o.security, "security", "allowed",
		"whether the Domain API opens trusted applications and users: allowed, read-only or refused")
	flags.DurationVar(&o.tokenLifetime, "token-lifetime", time.Hour, "`duration` of the life of a token, such as 60s")
	flags.IntVar(&o.licences, "licences", 0, "`number` of sessions that can be open at once; 0 is no limit")
	flags.StringVar(&o.database, "database", "DEMODB", "`name` of the database")
	flags.StringVar(&o.serverVersion, "server-version", "26.2.0.76", "`version` of the application server")
	flags.StringVar(&o.claims, "claims", "current", "claims of the tokens: current, or legacy as in 2022")
	flags.StringVar(&o.issuer, "issuer", "", "`URL` that tokens and discovery name as the issuer, where it differs")
	flags.StringVar(&o.publicURL, "public-url", "", "`URL` that the instance calls itself, where it is not that of "+
		"clients: behind a reverse proxy that ends TLS")
	flags.BoolVar(&o.version, "version", false, "print the version and end")
	flags.BoolVar(&o.healthy, "healthy", false,
		"ask the mock with the same -listen and -status whether it is ready, and end")
}

// variablePrefix starts the environment variable of a flag, such as
// ERPNET_MOCK_LISTEN.
const variablePrefix = "ERPNET_MOCK_"

func parseOptions(args []string, stderr io.Writer) (options, error) {
	opts := options{given: map[string]bool{}}
	flags := flag.NewFlagSet("erpnet-mock", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // errors are printed as one line instead
	flags.Usage = func() {}
	opts.define(flags)
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		_, _ = io.WriteString(stderr, usage)
		flags.SetOutput(stderr)
		flags.PrintDefaults()
		_, _ = io.WriteString(stderr, faultUsage+describeFaults())
		return options{}, err
	case err != nil:
		return options{}, fmt.Errorf("%w (erpnet-mock -help lists the flags)", err)
	case flags.NArg() > 0:
		return options{}, fmt.Errorf("takes no arguments, got %q", flags.Arg(0))
	}
	flags.Visit(func(f *flag.Flag) { opts.given[f.Name] = true })
	if err := opts.readEnvironment(flags); err != nil {
		return options{}, err
	}
	return opts, opts.check()
}

// readEnvironment sets the flags that aren't on the command line from the
// environment. An empty variable counts as unset.
func (o *options) readEnvironment(flags *flag.FlagSet) (err error) {
	flags.VisitAll(func(f *flag.Flag) {
		name := variablePrefix + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value := os.Getenv(name)
		if o.given[f.Name] || value == "" || err != nil {
			return
		}
		if err = flags.Set(f.Name, value); err != nil {
			err = fmt.Errorf("%s: %w", name, err)
		}
		o.given[f.Name] = true
	})
	return err
}

func (o *options) check() error {
	if o.caFile != "" && !o.tls {
		return errors.New("-ca-file needs https: leave out -tls=false")
	}
	if _, known := accesses[o.security]; !known {
		return fmt.Errorf("-security must be allowed, read-only or refused, got %q", o.security)
	}
	if o.tokenLifetime < 0 || o.licences < 0 {
		return errors.New("-token-lifetime and -licences can't be below 0")
	}
	if err := new(erpnettest.ClaimShape).UnmarshalText([]byte(o.claims)); err != nil {
		return fmt.Errorf("-claims must be current or legacy, got %q", o.claims)
	}
	var err error
	if o.listen, err = loopbackUnlessNamed(o.listen); err != nil {
		return fmt.Errorf("-listen: %w", err)
	}
	if err := o.checkStatus(); err != nil {
		return err
	}
	return o.checkURLs()
}

func (o *options) checkURLs() error {
	for name, value := range map[string]*string{"-issuer": &o.issuer, "-public-url": &o.publicURL} {
		u, err := url.Parse(*value)
		if *value != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
			return fmt.Errorf("%s must be like https://host, got %q", name, *value)
		}
		*value = strings.TrimRight(*value, "/")
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

// loopbackUnlessNamed adds the host 127.0.0.1 to an address without a host. To
// listen on every interface, name it.
func loopbackUnlessNamed(address string) (string, error) {
	host, port, err := net.SplitHostPort(address)
	if err == nil && host == "" {
		address = net.JoinHostPort("127.0.0.1", port)
	}
	return address, err
}

// isLoopback reports whether an address is reachable only from this machine.
func isLoopback(address string) bool {
	host, _, _ := net.SplitHostPort(address)
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (o *options) scheme() string {
	if o.tls {
		return "https"
	}
	return "http"
}

// clientURL returns the URL for clients, without a trailing slash.
func (o *options) clientURL(listening net.Addr) string {
	if o.url != "" {
		return o.url
	}
	return o.scheme() + "://" + reachable(o.listen, listening.String())
}

// reachable returns the host and port for a client on this machine.
func reachable(asked, listening string) string {
	host, _, _ := net.SplitHostPort(asked)
	_, port, _ := net.SplitHostPort(listening)
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}
