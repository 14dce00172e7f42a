// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// TestMemoryStaysFlat requests tokens from one process and reads with each of
// them: 200 times, or as often as LOAD says. LOAD=100000 takes minutes.
func TestMemoryStaysFlat(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the memory of a process is read from /proc")
	}
	n, err := strconv.Atoi(os.Getenv("LOAD"))
	if err != nil {
		n = 200
	}
	r, pid := startProcess(t)
	client := &http.Client{Transport: new(http.Transport)}
	defer client.CloseIdleConnections()
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {r.facts.ClientID}, "client_secret": {r.facts.ClientSecret},
	}.Encode()
	memory := map[int]int{}
	for i := range n {
		var document map[string]any
		token := ask(t, client, http.MethodPost, r.facts.URL+"/id/connect/token", "", form)
		if err := json.Unmarshal(token, &document); err != nil {
			t.Fatal(err)
		}
		ask(t, client, http.MethodGet, r.facts.URL+customers, fmt.Sprint(document["access_token"]), "")
		if done := i + 1; done%(n/5) == 0 {
			memory[done] = residentKiB(t, pid)
			t.Logf("%6d tokens and reads: %d KiB resident", done, memory[done])
		}
	}
	if growth := memory[n/5*5] - memory[n/5]; growth > 20<<10 {
		t.Errorf("grown by %d KiB after the first fifth", growth)
	}
	var requests []erpnettest.RecentRequest
	if err := json.Unmarshal([]byte(r.control(t, http.MethodGet, "requests", "").body), &requests); err != nil {
		t.Fatal(err)
	}
	if len(requests) != min(2*n, 1000) || requests[0].Endpoint != erpnettest.DomainAPI ||
		requests[0].Status != http.StatusOK {
		t.Errorf("%d requests listed, the last one %+v", len(requests), requests[0])
	}
}

// startProcess starts the mock in a separate process.
func startProcess(t *testing.T) (r started, pid int) {
	t.Helper()
	readyFile := filepath.Join(t.TempDir(), "ready.json")
	ctx, cancel := context.WithCancel(t.Context())
	//nolint:gosec // this test binary
	command := exec.CommandContext(ctx, os.Args[0], "-tls=false", "-ready-file", readyFile)
	command.Env = append(os.Environ(), "ERPNET_MOCK_TEST_MAIN=1", "GOGC=100") // as users run it
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = command.Wait() // killed by the test
	})
	if _, err := bufio.NewReader(stdout).ReadString('\n'); err != nil { // the process is ready
		t.Fatal(err)
	}
	data, err := os.ReadFile(readyFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &r.facts); err != nil {
		t.Fatal(err)
	}
	return r, command.Process.Pid
}

func ask(t *testing.T, client *http.Client, method, address, token, body string) []byte {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: status %d, error %v: %s", address, response.StatusCode, err, read)
	}
	return read
}

// residentKiB returns the resident memory of a process in KiB.
func residentKiB(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	kib, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return kib
}
