// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
)

// service returns the configuration's only service, which it makes on the first call.
func (s *session) service() (*identity.Service, []*problem) {
	s.once.Do(func() {
		options := erpnet.Options{
			UserAgent: s.userAgent, RequestTimeout: erpnet.DefaultRequestTimeout, MaxRetries: erpnet.DefaultMaxRetries,
			Now: s.now, Transport: s.transport,
			Log: func(ctx context.Context, event string, fields map[string]any) { tflog.Debug(ctx, event, fields) },
		}
		timeoutProblem := s.settings.requestTimeout.optional(func(value string) (err error) {
			options.RequestTimeout, err = parseTimeout(value)
			return err
		})
		retriesProblem := s.settings.maxRetries.optional(func(value string) (err error) {
			options.MaxRetries, err = parseRetries(value)
			return err
		})
		roots, rootsProblem := s.rootCAs()
		options.RootCAs = roots
		if s.problems = present(timeoutProblem, retriesProblem, rootsProblem); len(s.problems) > 0 {
			return
		}
		client := erpnet.NewClient(options)
		client.Protect(erpnet.NewSecret(s.settings.clientSecret.value))
		client.Protect(erpnet.NewSecret(s.settings.referenceToken.value))
		s.identity = identity.NewService(client)
	})
	return s.identity, slices.Clone(s.problems) // callers append to it
}

// rootCAs reads the private certificate authorities. A nil pool means the system's alone.
func (s *session) rootCAs() (pool *x509.CertPool, p *problem) {
	pem, file := s.settings.caCertificatePEM, s.settings.caCertificateFile
	other := file.name
	if file.fromEnv {
		other = file.env
	}
	switch {
	case !pem.missing && !file.missing && pem.fromEnv == file.fromEnv:
		return nil, &problem{
			summary: "Conflicting CA Certificates",
			detail:  pem.source() + " and " + other + " are both set. Remove one of them.",
		}
	case !file.missing && (pem.missing || pem.fromEnv):
		_, p = file.required(func(path string) error {
			text, err := os.ReadFile(path)
			switch {
			case err != nil && strings.Contains(path, "-----BEGIN"):
				return fmt.Errorf("it holds PEM text instead of the path of a file; set %s (%s) to the text of "+
					"certificates", pem.name, pem.env)
			case err != nil && strings.TrimRight(path, "\r\n") != path:
				return errors.New("it ends with a line break; remove it")
			case err != nil:
				return fmt.Errorf("the file%s cannot be read: %s", shown(path), reason(err))
			}
			if pool, err = erpnet.RootCAs(text); err != nil {
				return fmt.Errorf("the file%s is not usable: %w", shown(path), err)
			}
			return nil
		})
	case !pem.missing:
		_, p = pem.required(func(text string) (err error) {
			pool, err = erpnet.RootCAs([]byte(text))
			return err
		})
	}
	return pool, p
}

// shown returns a file's path, or nothing if the path may be a certificate that was set in the wrong attribute.
func shown(path string) string {
	if len(path) > 300 || strings.ContainsAny(path, "\r\n") || strings.Contains(path, "-----") {
		return ""
	}
	return " " + strconv.Quote(path)
}

// reason says why a file cannot be read, without its path.
func reason(err error) string {
	var pathError *os.PathError
	if errors.As(err, &pathError) {
		return pathError.Err.Error()
	}
	return "unknown reason"
}

func parseTimeout(value string) (time.Duration, error) {
	timeout, err := time.ParseDuration(value)
	if seconds, plain := strconv.Atoi(value); plain == nil && seconds >= 0 && seconds <= 180 {
		timeout, err = time.Duration(seconds)*time.Second, nil
	}
	if err != nil || timeout < time.Millisecond || timeout > erpnet.OperationLimit {
		return 0, errors.New("it is not a duration from 1ms to 3m; examples are 500ms, 30s and 1m30s")
	}
	return timeout, nil
}

func parseRetries(value string) (int, error) {
	retries, err := strconv.Atoi(strings.TrimSpace(value))
	if err != nil || retries < 0 || retries > 10 {
		return 0, errors.New("it is not a whole number from 0 to 10")
	}
	return retries, nil
}
