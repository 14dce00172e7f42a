// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Command live tries the provider's client on a real instance: it looks at what the instance publishes, checks the
// credentials, gets a token and reads one Id. With -write it also makes a disabled trusted application, rotates its
// secret and deletes it.
//
// The environment names the instance and the application, as it does for the provider. The report on the screen holds no
// secret and no name. With -transcript, what was said is written to a file with all that is private replaced; in
// testdata/transcripts such a file is a test case.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := live(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "\ntest-live: %v\n", err)
		os.Exit(1)
	}
}

// live makes a run, and prints a report that may be shown to others, and explanations that may not.
func live(ctx context.Context, args []string, getenv func(string) string, report, explanations io.Writer) error {
	flags := flag.NewFlagSet("test-live", flag.ContinueOnError)
	flags.SetOutput(explanations)
	write := flags.Bool("write", false, "make a disabled trusted application, rotate its secret and delete it")
	file := flags.String("transcript", "", "write what was said to this `file`, with all that is private replaced")
	entitySet := flags.String("entity-set", "Crm_Sales_Customers", "the entity `set` to read one Id of")
	if err := flags.Parse(args); err != nil {
		return err
	}
	s, err := subjectOf(getenv, *entitySet, *write)
	if err != nil {
		return err
	}
	transport, err := network(getenv("ERPNET_CA_CERTIFICATE_FILE"))
	if err != nil {
		return err
	}
	recorder, begin := &recorder{transport: transport}, time.Now()
	r, err := newRun(s, recorder, time.Now)
	if err != nil {
		return err
	}
	outcomes := r.all(ctx)
	err = show(outcomes, report, explanations)
	if *file == "" {
		return err
	}
	t, failure := newTranscript(s, begin, recorder.exchanges, outcomes)
	if failure == nil {
		failure = t.save(*file)
	}
	if failure == nil {
		fmt.Fprintf(explanations, "\nThe transcript is in %s. Look through it before you show it to anybody.\n", *file)
	}
	return errors.Join(err, failure)
}

// subjectOf is what the environment says to look at.
func subjectOf(getenv func(string) string, entitySet string, write bool) (subject, error) {
	s := subject{
		Instance: getenv("ERPNET_INSTANCE"), IdentityURL: getenv("ERPNET_IDENTITY_URL"),
		DomainAPIURL: getenv("ERPNET_DOMAIN_API_URL"), Issuer: getenv("ERPNET_ISSUER"),
		ClientID: getenv("ERPNET_CLIENT_ID"), ClientSecret: getenv("ERPNET_CLIENT_SECRET"), EntitySet: entitySet,
	}
	if s.Instance == "" || s.ClientID == "" || s.ClientSecret == "" {
		return s, errors.New("set ERPNET_INSTANCE, ERPNET_CLIENT_ID and ERPNET_CLIENT_SECRET")
	}
	if !write {
		return s, nil
	}
	for i := range s.Secrets {
		secret, err := erpnet.GenerateSecret(64, false)
		if err != nil {
			return s, err
		}
		s.Secrets[i] = secret.Reveal()
	}
	name, err := erpnet.GenerateSecret(32, false)
	s.Application = "terraform-provider-erpnet/test-live/" + name.Reveal()
	return s, err
}

// network is the way to the instance: the environment's proxy, and the system's authorities besides those of a file.
func network(authorities string) (http.RoundTripper, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // the standard library's documented type
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	if authorities == "" {
		return transport, nil
	}
	text, err := os.ReadFile(authorities)
	if err != nil {
		return nil, err
	}
	var roots *x509.CertPool
	if roots, err = erpnet.RootCAs(text); err != nil {
		return nil, fmt.Errorf("the file of ERPNET_CA_CERTIFICATE_FILE cannot be used: %w", err)
	}
	transport.TLSClientConfig.RootCAs = roots
	return transport, nil
}

// show writes the report as a table for an issue, and what failed for who ran it.
func show(outcomes []outcome, report, explanations io.Writer) error {
	failures := 0
	fmt.Fprint(report, "| step | outcome | |\n|---|---|---|\n")
	for _, one := range outcomes {
		fmt.Fprintf(report, "| %s | %s | %s |\n", one.Step, one.Outcome, one.What)
	}
	for _, one := range outcomes {
		if one.Outcome == failed {
			failures++
			fmt.Fprintf(explanations, "\n%s: %v\n", one.Step, one.err)
		}
	}
	if failures > 0 {
		const format = "%d of %d steps failed. The table may be shown to others; the lines after it name your instance"
		return fmt.Errorf(format, failures, len(outcomes))
	}
	return nil
}
