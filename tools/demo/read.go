// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

const (
	requestTimeout = 30 * time.Second
	maxBody        = 4 << 20 // bytes
)

// read reads the customers at REQUEST_URL with the token in ACCESS_TOKEN, and writes them and FACTS to resultFile.
//
// What goes wrong is written too: the CLI hides the output of a provisioner that handles ephemeral values.
func read(ctx context.Context, resultFile string) error {
	var result result
	err := json.Unmarshal([]byte(os.Getenv("FACTS")), &result.Facts)
	if err == nil {
		result.Customers, err = customers(ctx, os.Getenv("REQUEST_URL"), os.Getenv("ACCESS_TOKEN"))
	}
	if err != nil {
		result.Error = err.Error()
	}
	data, marshalErr := json.Marshal(result)
	return errors.Join(err, marshalErr, os.WriteFile(resultFile, data, 0o600))
}

// customers returns the entities that the Domain API lists at url.
func customers(ctx context.Context, url, token string) ([]customer, error) {
	client, err := newClient(os.Getenv("ERPNET_CA_CERTIFICATE_FILE"), os.Getenv("ERPNET_CA_CERTIFICATE_PEM"))
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Accept", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()

	var body struct {
		Value []customer `json:"value"`
		Error struct {
			Message string `json:"message"`
		} `json:"error"`
	}
	err = json.NewDecoder(io.LimitReader(resp.Body, maxBody)).Decode(&body)
	if resp.StatusCode != http.StatusOK {
		message := oneLine(strings.ReplaceAll(body.Error.Message, token, "(redacted)"))
		return nil, fmt.Errorf("GET %s: %s %.300s", url, resp.Status, message)
	}
	if err != nil {
		return nil, fmt.Errorf("GET %s: not the JSON of the Domain API: %w", url, err)
	}
	return body.Value, nil
}

// newClient returns a client that trusts the system's authorities and those given as a file or PEM text, and that
// hands the token to nobody else: it follows no redirect.
func newClient(caFile, caPEM string) (*http.Client, error) {
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if caFile != "" {
		data, err := os.ReadFile(caFile)
		if err != nil {
			return nil, err
		}
		caPEM += "\n" + string(data)
	}
	roots.AppendCertsFromPEM([]byte(caPEM))

	return &http.Client{
		Timeout: requestTimeout,
		Transport: &http.Transport{
			Proxy:           http.ProxyFromEnvironment,
			TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}
