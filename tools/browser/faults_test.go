// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package browser

import (
	"bytes"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// setFaults sets faults at the control address.
func (m *mock) setFaults(t *testing.T, faults string) {
	t.Helper()
	address := m.StatusURL + "faults"
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(faults))
	if err != nil {
		t.Fatal(err)
	}
	response, err := m.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusCreated {
		t.Fatalf("status %d", response.StatusCode)
	}
}

func TestStatusPageShowsAndClearsFaults(t *testing.T) {
	p := openTab(t)
	m := startMock(t)
	p.do(t, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(m.StatusURL))
	p.until(t, live+" && "+contains("#faults", "No fault is in force"))
	p.until(t, contains("#recent", "No request has come"))
	if value[bool](t, p, `document.querySelector("button") !== null`) {
		t.Error("there is a button for nothing")
	}
	m.setFaults(t, `{"endpoint": "token", "what": "oauth-error", "error": "access_denied", "status": 401, "times": 9}`)
	p.until(t, contains("#fault-rows", "oauth-error")+" && "+contains("#clear", "Clear all"))
	m.askForToken(t, m.ClientID, m.ClientSecret)
	m.askForToken(t, m.ClientID, m.ClientSecret)
	p.until(t, contains("#error-rows", "401 × 2")+" && "+contains("#recent-rows", "by oauth-error"))
	value[bool](t, p, `window.neverReloaded = true`)
	p.do(t, chromedp.Click(chromedp.CSS("#clear button")))
	p.until(t, live+" && "+contains("#faults", "No fault is in force"))
	if !value[bool](t, p, `window.neverReloaded === true`) {
		t.Error("the button has reloaded the page")
	}
	if token := m.askForToken(t, m.ClientID, m.ClientSecret); token == "" {
		t.Error("the fault is still in force")
	}
	m.askForToken(t, "com.example/unknown", "no secret of it")
	p.until(t, contains("#error-rows", "No trusted application has this ApplicationUri."))
	if console, _ := p.noted(); len(console) > 0 {
		t.Errorf("console: %q", console)
	}
}

// picture is the picture in the guide about testing.
var picture = filepath.Join("..", "..", "cmd", "erpnet-mock", "statuspage", "status-page.png")

// TestPictureOfTheStatusPage checks that the stored picture can be shown. If
// UPDATE_PICTURE is set, it takes the picture again first.
func TestPictureOfTheStatusPage(t *testing.T) {
	p := openTab(t)
	m := startMock(t)
	token := m.askForToken(t, m.ClientID, m.ClientSecret)
	m.readCustomers(t, token)
	m.askForToken(t, m.ClientID, "rotated meanwhile")
	m.askForToken(t, m.ClientID, "rotated meanwhile")
	m.setFaults(t, `[
		{"endpoint": "token", "what": "status", "status": 503, "retry_after": 60, "times": 2},
		{"endpoint": "api", "what": "no-licence", "every": 3}
	]`)
	m.do(t, m.newRequest(t, http.MethodPost, "/id/connect/token", "")) // the first fault is for this request
	p.do(t, chromedp.EmulateViewport(1280, 800), chromedp.Navigate(m.StatusURL))
	p.until(t, live+" && "+contains("#error-rows", "× 2")+" && "+contains("#recent-rows", "by status"))
	taken := result(t, p, chromedp.FullScreenshot(100))
	if os.Getenv("UPDATE_PICTURE") != "" {
		if err := os.WriteFile(picture, taken, 0o644); err != nil { //nolint:gosec // a picture is for everyone
			t.Fatal(err)
		}
	}
	stored, err := os.ReadFile(picture)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"taken": taken, "stored": stored} {
		config, err := png.DecodeConfig(bytes.NewReader(content))
		if err != nil || config.Width != 1280 || config.Height < 800 || len(content) > 500_000 {
			t.Errorf("%s: %+v, %d bytes, error %v", name, config, len(content), err)
		}
	}
}
