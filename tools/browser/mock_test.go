// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package browser

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// A mock is a running erpnet-mock, with the contents of its ready file.
type mock struct {
	URL          string `json:"url"`
	CAFile       string `json:"ca_file"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	StatusURL    string `json:"status_url"`

	client *http.Client
	stop   func()
}

// program builds erpnet-mock into a folder that TestMain removes.
var program = sync.OnceValues(func() (string, error) {
	name := filepath.Join(folder, "erpnet-mock.exe") // Windows needs the extension; other systems allow it

	build := exec.Command("go", "build", "-o", name, "./cmd/erpnet-mock") //nolint:gosec // the folder is our own
	build.Dir = filepath.Join("..", "..")
	if printed, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build erpnet-mock: %w\n%s", err, printed)
	}
	return name, nil
})

var folder string

func TestMain(m *testing.M) {
	var err error
	if folder, err = os.MkdirTemp("", "erpnet-browser-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(folder)
	os.Exit(code)
}

func startMock(t *testing.T, args ...string) *mock {
	t.Helper()
	name, err := program()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	readyFile := filepath.Join(dir, "ready.json")
	ctx, cancel := context.WithCancel(t.Context())
	args = append(args, "-ready-file", readyFile, "-ca-file", filepath.Join(dir, "ca.pem"))
	command := exec.CommandContext(ctx, name, args...) //nolint:gosec // what was just built
	var stderr bytes.Buffer
	command.Stderr = &stderr
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	m := &mock{stop: sync.OnceFunc(func() {
		cancel()
		_ = command.Wait() // killed by the test
	})}
	t.Cleanup(m.stop)
	// It prints only after it has written the ready file.
	if _, err := bufio.NewReader(stdout).ReadString('\n'); err != nil {
		m.stop()
		t.Fatalf("erpnet-mock did not start: %v\n%s", err, stderr.String())
	}
	data, err := os.ReadFile(readyFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, m); err != nil {
		t.Fatal(err)
	}
	m.client = trusting(t, m.CAFile)
	return m
}

func trusting(t *testing.T, caFile string) *http.Client {
	t.Helper()
	pem, err := os.ReadFile(caFile)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true}
	return &http.Client{Transport: transport}
}

// askForToken returns the access token, or an empty string if it is refused.
func (m *mock) askForToken(t *testing.T, clientID, secret string) string {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {clientID}, "client_secret": {secret}}
	request := m.newRequest(t, http.MethodPost, "/id/connect/token", form.Encode())
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	var answered struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(m.do(t, request), &answered); err != nil {
		t.Fatal(err)
	}
	return answered.AccessToken
}

// readCustomers reads the customers, which opens a session of the Domain API.
func (m *mock) readCustomers(t *testing.T, token string) {
	t.Helper()
	request := m.newRequest(t, http.MethodGet, "/api/domain/odata/Crm_Sales_Customers", "")
	request.Header.Set("Authorization", "Bearer "+token)
	m.do(t, request)
}

func (m *mock) newRequest(t *testing.T, method, path, body string) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, m.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return request
}

func (m *mock) do(t *testing.T, request *http.Request) []byte {
	t.Helper()
	response, err := m.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return body
}
