// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/url"
	"sync"
	"time"
)

// Certificate describes a server's certificate. The zero value is a valid one.
type Certificate struct {
	// Names are the host names and IP addresses; empty means 127.0.0.1, ::1,
	// localhost, erp.test and the host of the server's URL.
	Names []string
	// NotBefore and NotAfter limit its validity. By default, it is valid from
	// one hour ago until one year from now. If only NotAfter is set, NotBefore
	// is one hour earlier. For an expired certificate, set NotAfter to a time
	// in the past.
	NotBefore, NotAfter time.Time
}

// authority signs the certificates of all servers of the process. Its key never
// leaves the process, so a CA file that outlives the process is harmless.
type authority struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

var processAuthority = sync.OnceValue(func() authority {
	template := &x509.Certificate{
		SerialNumber:          serialNumber(),
		Subject:               pkix.Name{CommonName: "erpnettest CA"},
		NotBefore:             time.Now().Add(-24 * time.Hour),
		NotAfter:              time.Now().AddDate(2, 0, 0),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true,
	}
	key := newECKey()
	return authority{certificate: signCertificate(template, template, key.Public(), key), key: key}
})

// CACertificatePEM returns the certificate, in PEM, of the CA that signed the
// server's certificate. All servers of a process share the CA.
func (s *Server) CACertificatePEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: processAuthority().certificate.Raw})
}

func caPool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(processAuthority().certificate)
	return pool
}

func (s *Server) tlsConfig() *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.TLS != nil {
		config = s.TLS.Clone()
	}
	config.NextProtos = []string{"http/1.1"}
	if len(config.Certificates) == 0 && config.GetCertificate == nil {
		config.Certificates = []tls.Certificate{s.newCertificate()}
	}
	return config
}

func (s *Server) newCertificate() tls.Certificate {
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: serialNumber(),
		Subject:      pkix.Name{CommonName: "erpnettest"},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.AddDate(1, 0, 0),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	wanted := s.Certificate
	if !wanted.NotAfter.IsZero() {
		template.NotAfter = wanted.NotAfter
		template.NotBefore = wanted.NotAfter.Add(-time.Hour)
	}
	if !wanted.NotBefore.IsZero() {
		template.NotBefore = wanted.NotBefore
	}
	for _, name := range s.certificateNames() {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	ca, key := processAuthority(), newECKey()
	leaf := signCertificate(template, ca.certificate, key.Public(), ca.key)
	return tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key, Leaf: leaf}
}

func (s *Server) certificateNames() []string {
	if len(s.Certificate.Names) > 0 {
		return s.Certificate.Names
	}
	names := []string{"127.0.0.1", "::1", "localhost", "erp.test"}
	if u, err := url.Parse(s.URL); err == nil && u.Hostname() != "" {
		names = append(names, u.Hostname())
	}
	return names
}

func signCertificate(
	template, parent *x509.Certificate, public crypto.PublicKey, signer crypto.Signer,
) *x509.Certificate {
	return must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, template, parent, public, signer))))
}

func newECKey() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) }

func serialNumber() *big.Int {
	return must(rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120)))
}
