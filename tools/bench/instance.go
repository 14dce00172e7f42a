// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"crypto/tls"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// instance is a simulated instance over https, behind a network with latency.
type instance struct {
	*erpnettest.Server
	network    *network
	handshakes atomic.Int64
	caFile     string
}

// traffic counts what reached the instance.
type traffic struct{ tokenRequests, connections, handshakes int }

func startInstance(directory string) (*instance, error) {
	n, err := newNetwork()
	if err != nil {
		return nil, err
	}
	i := &instance{Server: erpnettest.NewUnstartedServer(), network: n, caFile: filepath.Join(directory, "ca.pem")}
	i.URL = "https://" + n.Addr().String()
	i.DiscardHistory = true
	i.TLS = &tls.Config{MinVersion: tls.VersionTLS12, VerifyConnection: func(tls.ConnectionState) error {
		i.handshakes.Add(1)
		return nil
	}}
	i.StartTLS()
	n.connect(i.Listener.Addr().String())
	return i, os.WriteFile(i.caFile, i.CACertificatePEM(), 0o600)
}

func (i *instance) close() {
	_ = i.network.Close()
	i.Close()
}

// environment returns the variables that point a provider to the instance and
// its sample application.
func (i *instance) environment() []string {
	return []string{
		"ERPNET_INSTANCE=" + i.URL,
		"ERPNET_CLIENT_ID=" + erpnettest.SampleApplication().ApplicationUri,
		"ERPNET_CLIENT_SECRET=" + erpnettest.SampleSecret,
		"SSL_CERT_FILE=" + i.caFile, // in addition to the system's directory of authorities
	}
}

func (i *instance) traffic() traffic {
	return traffic{i.Count(erpnettest.Token), int(i.network.connections.Load()), int(i.handshakes.Load())}
}

func (t traffic) since(before traffic) traffic {
	return traffic{
		t.tokenRequests - before.tokenRequests, t.connections - before.connections, t.handshakes - before.handshakes,
	}
}
