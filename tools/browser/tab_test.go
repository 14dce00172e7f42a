// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long a test waits for the page to show something.
const patience = 30 * time.Second

// findChromium skips the test if there is no Chromium. In CI, the test fails.
func findChromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const missing = "there is no Chromium in PATH, so the status page was not tested in a browser"
	if os.Getenv("CI") == "true" {
		t.Fatal(missing)
	}
	t.Skip(missing)
	return ""
}

// A tab is a page in a headless Chromium, with a record of its activity.
type tab struct {
	ctx context.Context

	mu       sync.Mutex
	console  []string // messages, exceptions and warnings of the browser
	requests []string // URLs
}

func openTab(t *testing.T) *tab {
	t.Helper()
	options := append(
		slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(findChromium(t)),
		chromedp.NoSandbox, // many containers don't allow one, and all pages here are our own
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
	)
	allocator, end := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(end)
	ctx, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(closeTab)
	p := &tab{ctx: ctx}
	if err := chromedp.Listen(ctx, p.note); err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	return p
}

func (p *tab) note(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		p.requests = append(p.requests, e.Request.URL)
	case *log.EventEntryAdded:
		p.console = append(p.console, fmt.Sprint(e.Entry.Level, ": ", e.Entry.Text, " ", e.Entry.URL))
	case *runtime.EventExceptionThrown:
		p.console = append(p.console, fmt.Sprint("exception: ", e.ExceptionDetails.Text))
	case *runtime.EventConsoleAPICalled:
		p.console = append(p.console, fmt.Sprint("console.", e.Type))
	}
}

func (p *tab) noted() (console, requests []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.console), slices.Clone(p.requests)
}

func (p *tab) do(t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// value returns the value of a JavaScript expression in the page.
func value[T any](t *testing.T, p *tab, expression string) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	result, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return result
}

// result returns the result of an action.
func result[T any](t *testing.T, p *tab, action chromedp.Action[T]) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	got, err := chromedp.Run(ctx, action)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// until waits for an expression to be true. It checks at once and after each
// change of the page.
func (p *tab) until(t *testing.T, expression string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	changed := fmt.Sprintf(`new Promise((resolve) => {
		const check = () => {
			if (%s) {
				observer.disconnect();
				resolve(true);
			}
		};
		const observer = new MutationObserver(check);
		observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
		check();
	})`, expression)
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](changed, chromedp.EvalAwaitPromise)); err != nil {
		t.Fatalf("never %s: %v\n\n%s", expression, err, value[string](t, p, "document.body.innerText"))
	}
}
