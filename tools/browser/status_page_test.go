// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Package browser tests the status page of erpnet-mock in a headless Chromium.
package browser

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// text returns an expression for the text of the first element that matches a
// selector.
func text(selector string) string {
	return fmt.Sprintf("document.querySelector(%q).innerText", selector)
}

func contains(selector, part string) string {
	return fmt.Sprintf("%s.includes(%q)", text(selector), part)
}

const (
	live = `document.getElementById("connection").innerText === "Live"`
	lost = `document.getElementById("connection").innerText === "Connection lost"`
)

func TestStatusPageFollowsTheInstance(t *testing.T) {
	p := openTab(t)
	m := startMock(t)
	p.do(t, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(m.StatusURL))
	p.until(t, live)
	for _, part := range []string{
		m.URL, m.ClientID, "svc.integration", "No session is open", "No request has failed", "none yet",
	} {
		if !value[bool](t, p, contains("body", part)) {
			t.Errorf("%q is missing:\n%s", part, value[string](t, p, "document.body.innerText"))
		}
	}
	errorsAt := value[float64](t, p, `document.getElementById("errors").getBoundingClientRect().top`)
	value[bool](t, p, `window.neverReloaded = true`)

	token := m.askForToken(t, m.ClientID, m.ClientSecret)
	p.until(t, contains(`[data-kind="token"]`, "200 × 1"))

	const stranger = `</code><script>document.title = "taken over"</script><b id="stranger">`
	m.askForToken(t, stranger, "wrong")
	p.until(t, contains(`[data-kind="token"]`, "400 × 1"))
	p.until(t, contains("#error-rows", "invalid_client")+" && "+contains("#error-rows", stranger))
	if value[bool](t, p, `document.getElementById("stranger") !== null || document.title === "taken over"`) {
		t.Error("the markup of a client_id has got into the page")
	}

	m.readCustomers(t, token)
	p.until(t, contains(`[data-kind="domain-api"]`, "200 × 1")+" && "+contains("#session-rows", m.ClientID))
	p.until(t, contains("#totals", "3")+" && "+live)

	if !value[bool](t, p, `window.neverReloaded === true`) {
		t.Error("the page was reloaded")
	}
	if now := value[float64](t, p, `document.getElementById("errors").getBoundingClientRect().top`); now != errorsAt {
		t.Errorf("what is below the figures has moved from %v to %v", errorsAt, now)
	}
	html := value[string](t, p, "document.documentElement.outerHTML")
	for _, secret := range []string{m.ClientSecret, token, "wrong"} {
		if strings.Contains(html, secret) {
			t.Errorf("%q is in the page", secret)
		}
	}
	console, requests := p.noted()
	if len(console) > 0 {
		t.Errorf("console: %q", console)
	}
	for _, requested := range requests {
		if !strings.HasPrefix(requested, m.StatusURL) {
			t.Errorf("requested %s", requested)
		}
	}
	if len(requests) < 6 { // the page, its two style sheets, script and icon, and at least one refresh
		t.Errorf("requests: %q", requests)
	}
}

func TestStatusPageSaysWhenTheConnectionIsLost(t *testing.T) {
	p := openTab(t)
	m := startMock(t)
	p.do(t, chromedp.Navigate(m.StatusURL))
	m.askForToken(t, m.ClientID, m.ClientSecret)
	p.until(t, live+" && "+contains(`[data-kind="token"]`, "200 × 1"))
	m.stop()
	p.until(t, lost)
	if !value[bool](t, p, contains(`[data-kind="token"]`, "200 × 1")) {
		t.Error("the last figures are gone")
	}
	address := strings.TrimSuffix(strings.TrimPrefix(m.StatusURL, "http://"), "/")
	startMock(t, "-status", address)
	p.until(t, live+" && "+contains(`[data-kind="token"]`, "none yet"))
}

func TestStatusPageNeedsNoJavaScript(t *testing.T) {
	p := openTab(t)
	m := startMock(t)
	p.do(t, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		disabled := emulation.SetScriptExecutionDisabledParams{Value: true}
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, disabled)
		return err
	}))
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	loads := chromedp.Events(ctx, page.LoadEventFired)
	p.do(t, chromedp.Navigate(m.StatusURL))
	m.askForToken(t, m.ClientID, m.ClientSecret)
	n := 0
	for _, err := range loads {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n == 2 { // the first load is the test's own
			break
		}
	}
	got, err := chromedp.Run(ctx, chromedp.OuterHTML(chromedp.CSS("body")))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"As loaded", "reloads every five seconds", "200 <b>× 1</b>"} {
		if !strings.Contains(got, part) {
			t.Errorf("%q is missing in:\n%s", part, got)
		}
	}
}

//go:embed testdata/readable.js
var readable string

func TestStatusPageIsReadable(t *testing.T) {
	p := openTab(t)
	m := startMock(t)
	m.readCustomers(t, m.askForToken(t, m.ClientID, m.ClientSecret))
	m.askForToken(t, strings.Repeat("long", 25), "wrong")
	m.readCustomers(t, "no token")
	p.do(t, chromedp.Navigate(m.StatusURL))
	p.until(t, live)
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{320, 380, 800, 1000, 1280} {
			t.Run(fmt.Sprint(scheme, " ", width), func(t *testing.T) {
				p.do(
					t,
					chromedp.EmulateViewport(width, 800),
					chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
						_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
							Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
						})
						return err
					}),
				)
				for _, problem := range value[[]string](t, p, readable) {
					t.Error(problem)
				}
			})
		}
	}
}
