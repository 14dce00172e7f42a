// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// instance is the mock over https, at the far end of a wire.
type instance struct {
	*erpnettest.Server
	wire       *wire
	handshakes atomic.Int64
	caFile     string
}

// traffic is what reached the instance.
type traffic struct {
	TokenRequests int `json:"token_requests"`
	Connections   int `json:"tcp_connections"`
	Handshakes    int `json:"tls_handshakes"`
}

func startInstance(directory string) (*instance, error) {
	line, err := newWire()
	if err != nil {
		return nil, err
	}
	i := &instance{Server: erpnettest.NewUnstartedServer(), wire: line, caFile: filepath.Join(directory, "ca.pem")}
	i.URL = "https://" + line.Addr().String()
	i.DiscardHistory = true
	i.TLS = &tls.Config{MinVersion: tls.VersionTLS12, VerifyConnection: func(tls.ConnectionState) error {
		i.handshakes.Add(1)
		return nil
	}}
	i.StartTLS()
	line.connect(i.Listener.Addr().String())
	return i, os.WriteFile(i.caFile, i.CACertificatePEM(), 0o600)
}

func (i *instance) close() {
	_ = i.wire.Close()
	i.Close()
}

// environment names the instance and its sample application to a provider.
func (i *instance) environment() []string {
	return []string{
		"ERPNET_INSTANCE=" + i.URL,
		"ERPNET_CLIENT_ID=" + erpnettest.SampleApplication().ApplicationUri,
		"ERPNET_CLIENT_SECRET=" + erpnettest.SampleSecret,
		"SSL_CERT_FILE=" + i.caFile, // beside what the system's directory of authorities holds
	}
}

func (i *instance) traffic() traffic {
	return traffic{i.Count(erpnettest.Token), int(i.wire.connections.Load()), int(i.handshakes.Load())}
}

func (t traffic) since(before traffic) traffic {
	return traffic{t.TokenRequests - before.TokenRequests, t.Connections - before.Connections, t.Handshakes - before.Handshakes}
}

// tokenRoundTrip measures what one token costs a bare client of net/http in a
// process of its own, which as a provider process does reads the system's
// authorities, and opens a connection: TCP, TLS 1.3 and the request. It is the
// median of fifteen.
func (i *instance) tokenRoundTrip() (time.Duration, error) {
	program, err := os.Executable()
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	var times []time.Duration
	for range 15 {
		process := newProcess(ctx, program)
		process.Env = append(append(cleanEnvironment(), i.environment()...), tokenFrom+"="+i.URL+"/id/connect/token")
		process.Stderr = os.Stderr
		output, err := process.Output()
		if err != nil {
			return 0, err
		}
		taken, err := time.ParseDuration(string(output))
		if err != nil {
			return 0, err
		}
		times = append(times, taken)
	}
	return median(times), nil
}

// tokenFrom is the environment variable that makes this program the bare client.
const tokenFrom = "BENCH_TOKEN_FROM"

// timedToken prints how long a token took, if this is the bare client.
func timedToken() bool {
	endpoint, asked := os.LookupEnv(tokenFrom)
	if !asked {
		return false
	}
	form := url.Values{
		"grant_type":    {"client_credentials"},
		"client_id":     {os.Getenv("ERPNET_CLIENT_ID")},
		"client_secret": {os.Getenv("ERPNET_CLIENT_SECRET")},
		"scope":         {"read"},
	}.Encode()
	begin := time.Now()
	if err := requestToken(&http.Client{Timeout: time.Minute}, endpoint, form); err != nil {
		log.Fatal("bench: ", err)
	}
	fmt.Print(time.Since(begin))
	return true
}

func requestToken(client *http.Client, endpoint, form string) error {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, endpoint, strings.NewReader(form))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return errors.New("the mock issued no token")
	}
	return nil
}
