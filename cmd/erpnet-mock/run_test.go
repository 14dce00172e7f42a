// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
	"go.uber.org/goleak"
)

// TestMain can also run the command itself, for the tests that need a process.
func TestMain(m *testing.M) {
	if os.Getenv("ERPNET_MOCK_TEST_MAIN") != "" {
		main()
		return
	}
	goleak.VerifyTestMain(m)
}

// started is a run in progress.
type started struct {
	facts  facts
	stdout string // printed until the run was ready
	stderr *syncBuffer
	stop   func() error // ends the run and returns its error

	dial func(ctx context.Context, network, address string) (net.Conn, error) // nil means the host of the URL
}

// syncBuffer is safe for the run to write and the test to read at the same
// time.
type syncBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// notifyWriter sends what is printed to a channel.
type notifyWriter chan string

func (w notifyWriter) Write(p []byte) (int, error) {
	w <- string(p)
	return len(p), nil
}

func start(t *testing.T, args ...string) started {
	t.Helper()
	readyFile := filepath.Join(t.TempDir(), "ready.json")
	ctx, cancel := context.WithCancel(t.Context())
	printed, ended, stderr := make(notifyWriter, 1), make(chan error, 1), &syncBuffer{}
	go func() { ended <- run(ctx, append(args, "-ready-file", readyFile), printed, stderr) }()
	stop := sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(readyFile); !errors.Is(err, os.ErrNotExist) {
			t.Error("the ready file is still there")
		}
	})
	running := started{stderr: stderr, stop: stop}
	select {
	case running.stdout = <-printed:
	case err := <-ended:
		ended <- nil
		t.Fatalf("did not start: %v", err)
	}
	data, err := os.ReadFile(readyFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &running.facts); err != nil {
		t.Fatal(err)
	}
	return running
}

// askForToken requests a token, trusting only the CA file, and returns the
// status and JSON of the response.
func (r started) askForToken(t *testing.T, clientID, secret string) (int, map[string]any) {
	t.Helper()
	transport := &http.Transport{DisableKeepAlives: true, DialContext: r.dial}
	if r.facts.CAFile != "" {
		pem, err := os.ReadFile(r.facts.CAFile)
		if err != nil {
			t.Fatal(err)
		}
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(pem)
		transport.TLSClientConfig = &tls.Config{RootCAs: pool}
	}
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {clientID}, "client_secret": {secret}}
	address, body := r.facts.URL+"/id/connect/token?trace=1", strings.NewReader(form.Encode())
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var document map[string]any
	if err := json.NewDecoder(response.Body).Decode(&document); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, document
}

func TestSampleCredentialsWorkOverHTTPS(t *testing.T) {
	r := start(t)
	if !strings.HasPrefix(r.facts.URL, "https://127.0.0.1:") {
		t.Errorf("URL %s", r.facts.URL)
	}
	status, document := r.askForToken(t, r.facts.ClientID, r.facts.ClientSecret)
	if status != http.StatusOK || document["scope"] != "read update" {
		t.Errorf("status %d, error %v", status, document["error"])
	}
	for _, want := range []string{
		r.facts.URL + "/id\n", r.facts.URL + "/api/domain/odata/\n",
		"export ERPNET_INSTANCE='" + r.facts.URL + "'\n",
		"export ERPNET_CLIENT_ID='my.trusted.app/service'\n",
		"export ERPNET_CLIENT_SECRET='" + erpnettest.SampleSecret + "'\n",
		"export ERPNET_CA_CERTIFICATE_FILE='" + r.facts.CAFile + "'\n",
	} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("no %q in:\n%s", want, r.stdout)
		}
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Dir(r.facts.CAFile)); !errors.Is(err, os.ErrNotExist) {
		t.Error("the temporary directory is still there")
	}
}

func TestOneLineForEachRequestWithoutSecrets(t *testing.T) {
	r := start(t, "-tls=false")
	r.askForToken(t, r.facts.ClientID, r.facts.ClientSecret)
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	line := r.stderr.String()
	if !strings.HasPrefix(line, "POST /id/connect/token 200 ") || strings.Count(line, "\n") != 1 ||
		strings.ContainsAny(line, "?=") {
		t.Errorf("log %q", line)
	}
}

func TestHTTPNeedsNoCAFile(t *testing.T) {
	r := start(t, "-tls=false", "-env")
	if !strings.HasPrefix(r.facts.URL, "http://127.0.0.1:") || r.facts.CAFile != "" {
		t.Errorf("%+v", r.facts)
	}
	if status, _ := r.askForToken(t, r.facts.ClientID, r.facts.ClientSecret); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	for line := range strings.Lines(r.stdout) {
		if !strings.HasPrefix(line, "export ERPNET_") {
			t.Errorf("line %q", line)
		}
	}
	if strings.Contains(r.stdout, "CA_CERTIFICATE") {
		t.Error(r.stdout)
	}
}

func TestCAFileIsWrittenWhereAskedAndStays(t *testing.T) {
	name := filepath.Join(t.TempDir(), "it's my ca.pem")
	r := start(t, "-ca-file", name, "-env")
	if r.facts.CAFile != name || !strings.Contains(r.stdout, `it'\''s my ca.pem'`) {
		t.Errorf("%s, printed:\n%s", r.facts.CAFile, r.stdout)
	}
	r.askForToken(t, r.facts.ClientID, r.facts.ClientSecret)
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(name); err != nil {
		t.Error(err)
	}
}

func TestPublicURLIsInTheTokenAndTheCertificate(t *testing.T) {
	r := start(t, "-url", "https://erpnet-mock:8443/")
	if r.facts.URL != "https://erpnet-mock:8443" {
		t.Errorf("URL %s", r.facts.URL)
	}
	_, rest, _ := strings.Cut(r.stdout, "listens on")
	address := strings.Fields(rest)[0]
	r.dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	_, document := r.askForToken(t, r.facts.ClientID, r.facts.ClientSecret)
	token, _ := document["access_token"].(string)
	parts := strings.Split(token, ".")
	claims, err := base64.RawURLEncoding.DecodeString(parts[len(parts)/2])
	if err != nil || !strings.Contains(string(claims), `"iss":"https://erpnet-mock:8443/id"`) {
		t.Errorf("claims %s, error %v", claims, err)
	}
}

func TestLoopbackUnlessNamed(t *testing.T) {
	r := start(t, "-listen", ":0", "-tls=false")
	if !strings.HasPrefix(r.facts.URL, "http://127.0.0.1:") {
		t.Errorf("URL %s", r.facts.URL)
	}
	everywhere := start(t, "-listen", "0.0.0.0:0", "-tls=false")
	if !strings.HasPrefix(everywhere.facts.URL, "http://127.0.0.1:") {
		t.Errorf("URL %s", everywhere.facts.URL)
	}
	named := start(t, "-listen", "localhost:0", "-tls=false")
	if !strings.HasPrefix(named.facts.URL, "http://localhost:") {
		t.Errorf("URL %s", named.facts.URL)
	}
}

func writeFile(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "applications.json")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestApplicationsOfAFileGetTokens(t *testing.T) {
	const secret = "a secret & nothing=printed+"
	r := start(t, "-applications", writeFile(t, `[{"ApplicationUri": "com.example/déploy", "Secret": "`+secret+`",
		"SystemUserAllowed": true, "SystemUser": "svc.deploy", "Scope": "read"}]`))
	status, document := r.askForToken(t, "com.example/déploy", secret)
	if status != http.StatusOK || document["scope"] != "read" {
		t.Errorf("status %d, error %v", status, document["error"])
	}
	if status, _ := r.askForToken(t, r.facts.ClientID, r.facts.ClientSecret); status != http.StatusOK {
		t.Errorf("the sample: status %d", status)
	}
	if !strings.Contains(r.stdout, "com.example/déploy") || strings.Contains(r.stdout+r.stderr.String(), "nothing") {
		t.Errorf("printed:\n%s%s", r.stdout, r.stderr)
	}
}

func TestSecretOfAReplacedSampleIsNotPrinted(t *testing.T) {
	const secret = "only-mine-to-know"
	r := start(t, "-applications", writeFile(t, `[{"ApplicationUri": "my.trusted.app/service", "Secret": "`+secret+`",
		"SystemUserAllowed": true, "SystemUser": "svc.integration", "Scope": "read"}]`))
	if r.facts.ClientSecret != "" || strings.Contains(r.stdout, "CLIENT_SECRET") || strings.Contains(r.stdout, secret) {
		t.Errorf("printed:\n%s", r.stdout)
	}
	if status, _ := r.askForToken(t, r.facts.ClientID, secret); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
}

// domainAPI reads an entity set and returns the status.
func (r started) domainAPI(t *testing.T, token, set string) int {
	t.Helper()
	address := r.facts.URL + "/api/domain/odata/" + set + "?$top=1"
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	return response.StatusCode
}

func TestReferenceTokenIsPrintedWhenAskedFor(t *testing.T) {
	r := start(t, "-tls=false", "-reference-token")
	token := r.facts.ReferenceToken
	if !strings.HasPrefix(token, "enrt_") || !strings.Contains(r.stdout, token) ||
		strings.Contains(r.stdout, "export ERPNET_REFERENCE_TOKEN") {
		t.Errorf("token %q, printed:\n%s", token, r.stdout)
	}
	if status := r.domainAPI(t, token, "Crm_Sales_Customers"); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	if without := start(t, "-tls=false"); without.facts.ReferenceToken != "" ||
		strings.Contains(without.stdout, "reference token") {
		t.Errorf("printed unasked:\n%s", without.stdout)
	}
}

func TestSecurityNamespaceIsOpenedAsAsked(t *testing.T) {
	for security, want := range map[string]int{"allowed": 200, "read-only": 200, "refused": 403} {
		r := start(t, "-tls=false", "-reference-token", "-security", security)
		if status := r.domainAPI(t, r.facts.ReferenceToken, "Systems_Security_TrustedApplications"); status != want {
			t.Errorf("%s: status %d", security, status)
		}
	}
}

func TestMistakesAreNamed(t *testing.T) {
	mere := writeFile(t, `[{"ApplicationUri": "my.trusted.app/service"}]`)
	tests := []struct {
		name string
		args []string
		want string
	}{
		{name: "argument", args: []string{"now"}, want: `"now"`},
		{name: "unknown flag", args: []string{"-port", "1"}, want: "-port"},
		{name: "listen", args: []string{"-listen", "8443"}, want: "-listen"},
		{name: "taken address", args: []string{"-listen", "192.0.2.1:1"}, want: "-listen"},
		{name: "CA without https", args: []string{"-tls=false", "-ca-file", "ca.pem"}, want: "-ca-file"},
		{name: "security", args: []string{"-security", "open"}, want: `"open"`},
		{name: "status", args: []string{"-status", "8080"}, want: "-status"},
		{name: "status elsewhere", args: []string{"-status", "192.0.2.1:8080"}, want: "192.0.2.1:8080"},
		{name: "status by a name", args: []string{"-status", "example.com:8080"}, want: "example.com:8080"},
		{name: "reference token", args: []string{"-reference-token", "-applications", mere}, want: "-reference-token"},
		{name: "URL scheme", args: []string{"-url", "http://mock:8443"}, want: "https://host:port"},
		{name: "URL path", args: []string{"-url", "https://mock:8443/id"}, want: "-url"},
		{name: "no such file", args: []string{"-applications", "no-such-file.json"}, want: "no-such-file.json"},
		{
			name: "unknown field", want: `"Colour"`,
			args: []string{"-applications", writeFile(t, `[{"ApplicationUri": "a", "Colour": "red"}]`)},
		},
		{name: "CA folder", args: []string{"-ca-file", filepath.Join(t.TempDir(), "no", "ca.pem")}, want: "CA file"},
		{
			name: "ready folder", want: "-ready-file",
			args: []string{"-ready-file", filepath.Join(t.TempDir(), "no", "ready.json")},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := run(t.Context(), test.args, io.Discard, io.Discard)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestHelpShowsTheFileFormat(t *testing.T) {
	var printed bytes.Buffer
	if err := run(t.Context(), []string{"-help"}, io.Discard, &printed); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("error %v", err)
	}
	if !strings.Contains(printed.String(), "ApplicationUri") ||
		!strings.Contains(printed.String(), "-ready-file") || !strings.Contains(printed.String(), "status page") {
		t.Error(printed.String())
	}
}

func TestSignalEndsTheCommand(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process of Windows cannot send a signal")
	}
	command := exec.CommandContext(t.Context(), os.Args[0], "-env") //nolint:gosec // this test binary
	command.Env = append(os.Environ(), "ERPNET_MOCK_TEST_MAIN=1", "TMPDIR="+t.TempDir())
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	lines, caFile := bufio.NewScanner(stdout), ""
	for caFile == "" && lines.Scan() {
		if quoted, found := strings.CutPrefix(lines.Text(), "export ERPNET_CA_CERTIFICATE_FILE="); found {
			caFile = strings.Trim(quoted, "'")
		}
	}
	if _, err := os.Stat(caFile); err != nil {
		t.Errorf("while it runs: %v", err)
	}
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := command.Wait(); err != nil {
		t.Errorf("end: %v", err)
	}
	if _, err := os.Stat(caFile); !errors.Is(err, os.ErrNotExist) {
		t.Error("the CA file is still there")
	}
}
