// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"unicode/utf8"
)

// ReadAuthorities starts reading the system's certificate authorities in the background, which takes about 20 ms on a
// typical system. Otherwise, crypto/tls reads them only after a server has responded. Reading them when the provider is
// configured shortens a plan with one token from 338 ms to 331 ms (medians of 60).
func ReadAuthorities() { go func() { _, _ = x509.SystemCertPool() }() }

// RootCAs returns the system's certificate authorities and those in a PEM text. The error is a clause that begins with
// "it" and says what is wrong with the text.
func RootCAs(text []byte) (*x509.CertPool, error) {
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool() // the system has no certificate store
	}
	text = bytes.TrimPrefix(text, utf8BOM)
	var others string
	count := 0
	for rest := text; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			others = block.Type
			continue
		}
		count++
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %d in it cannot be read: %w%s", count, err, godebug(err))
		}
		pool.AddCert(certificate)
	}
	if blocks := bytes.Count(text, []byte("-----BEGIN CERTIFICATE-----")); blocks > count {
		return nil, fmt.Errorf("%d of the %d certificates in it are damaged: %s", blocks-count, blocks, pemSlip(text))
	}
	if count == 0 {
		return nil, noCertificate(text, others)
	}
	return pool, nil
}

// noCertificate returns an error that says what a text holds instead of certificates in PEM form.
func noCertificate(text []byte, block string) error {
	const needed = "; certificates in PEM form (-----BEGIN CERTIFICATE-----) are needed"
	switch {
	case len(bytes.TrimSpace(text)) == 0:
		return errors.New("it is empty" + needed)
	case bytes.HasPrefix(text, []byte("\xff\xfe")), bytes.HasPrefix(text, []byte("\xfe\xff")):
		return errors.New("it is text in UTF-16; save it as UTF-8" + needed)
	case isCertificate(text):
		return errors.New("it holds a certificate in binary form (DER); convert it with openssl x509 -inform " +
			"der" + needed)
	case bytes.IndexByte(text, 0) >= 0, !utf8.Valid(text):
		return errors.New("it holds binary data that is not a certificate, such as a key, or a container with " +
			"certificates (PFX, P7B)" + needed)
	case block != "":
		return fmt.Errorf("it holds a block of type %q and no certificate"+needed, block)
	}
	return errors.New("it holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)")
}

func isCertificate(der []byte) bool {
	_, err := x509.ParseCertificate(der)
	return err == nil
}

// pemSlip says what is wrong with a PEM text of which not every certificate was recognized.
func pemSlip(text []byte) string {
	isOneLine := bytes.IndexByte(text, '\n') < 0
	switch {
	case bytes.Contains(text, []byte(`\n`)):
		return `it has \n instead of line breaks`
	case isOneLine && bytes.IndexByte(text, '\r') >= 0:
		return "its lines end with a carriage return (CR) instead of a line feed (LF)"
	case isOneLine:
		return "it has no line breaks"
	case bytes.Contains(text, []byte(" -----")), bytes.Contains(text, []byte("\t-----")):
		return "its lines are indented"
	}
	return "base64 text between BEGIN and END lines is needed"
}
