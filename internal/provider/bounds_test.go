// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// The most that any response of at most 1 MiB may cost. On an idle machine, each takes at most ten seconds, and the
// test prints the slowest. The limit is a minute, to tell a hang from a busy machine.
const (
	maxTime   = time.Minute * raceFactor
	maxMemory = 300 << 20 * raceFactor
	maxState  = 5 << 20
)

// fill repeats a text up to almost 1 MiB. In each repetition, its number replaces %d.
func fill(before, text, after string) string {
	var filled bytes.Buffer
	filled.WriteString(before)
	for i := 0; filled.Len() < 1<<20-len(after)-200; i++ {
		if i > 0 {
			filled.WriteByte(',')
		}
		filled.WriteString(strings.ReplaceAll(text, "%d", fmt.Sprint(i)))
	}
	return filled.String() + after
}

// worstShape is a response of 1 MiB that is expensive to process.
type worstShape struct {
	name     string
	endpoint erpnettest.Endpoint
	body     string
	use      func(*process) result
}

// status is 400 for an error, and otherwise 200.
func (s worstShape) status() int {
	if strings.HasPrefix(s.name, "an error") {
		return 400
	}
	return 200
}

func worstShapes() []worstShape {
	const issuer = `{"issuer":"ISSUER",`
	grant := `{"access_token":"opaque","token_type":"Bearer","expires_in":3600,`
	facts := func(p *process) result { return p.read("instance", nil) }
	token := func(p *process) result { return p.open("access_token", nil) }
	check := func(p *process) result { return p.read("credentials_check", nil) }
	rows := func(p *process) result { return p.read("domain_query", query(nil)) }
	record := func(p *process) result { return p.read("trusted_application", arguments{"application_uri": sampleURI}) }
	deep := strings.Repeat("[", 500_000) + strings.Repeat("]", 500_000)
	long := strings.Repeat("<\\u0000\"", 140_000)
	api, discovery, sites := erpnettest.DomainAPI, erpnettest.Discovery, erpnettest.AutoDiscovery
	return []worstShape{
		{
			name:     "scopes of a token",
			endpoint: erpnettest.Token,
			body:     fill(grant+`"scope":[`, `"s%d"`, "]}"),
			use:      token,
		},
		{
			name:     "scopes of a token in one text",
			endpoint: erpnettest.Token,
			body:     grant + `"scope":"` + strings.ReplaceAll(fill("", "s%d", ""), ",", " ") + `"}`,
			use:      token,
		},
		{
			name:     "supported scopes",
			endpoint: discovery,
			body:     fill(issuer+`"scopes_supported":[`, `"s%d"`, "]}"),
			use:      facts,
		},
		{
			name:     "grant types",
			endpoint: discovery,
			body:     fill(issuer+`"grant_types_supported":[`, `"g%d"`, "]}"),
			use:      facts,
		},
		{
			name:     "web sites",
			endpoint: sites,
			body:     fill(`{"WebSites":[`, `{"Type":"t%d","Status":"Working","Url":"https://x.example/%d"}`, "]}"),
			use:      facts,
		},
		{
			name:     "long names of sites",
			endpoint: sites,
			body:     `{"WebSites":[{"Type":"` + long + `","Status":"Working"}]}`,
			use:      facts,
		},
		{
			name:     "keys",
			endpoint: erpnettest.JWKS,
			body:     fill(`{"keys":[`, `{"kty":"RSA","kid":"k%d","n":"AQAB","e":"AQAB"}`, "]}"),
			use:      check,
		},
		{name: "small rows", endpoint: api, body: fill(`{"value":[`, `{"N":1}`, "]}"), use: rows},
		{name: "empty rows", endpoint: api, body: fill(`{"value":[`, `{}`, "]}"), use: rows},
		{name: "rows of other members", endpoint: api, body: fill(`{"value":[`, `{"N%d":null}`, "]}"), use: rows},
		{name: "one row of many members", endpoint: api, body: fill(`{"value":[{`, `"N%d":1`, "}]}"), use: rows},
		{name: "a list of many values", endpoint: api, body: fill(`{"value":[{"N":[`, `0`, "]}]}"), use: rows},
		{name: "nested rows", endpoint: api, body: `{"value":[{"N":` + deep + `}]}`, use: rows},
		{
			name:     "nested objects",
			endpoint: api,
			body:     `{"value":[` + strings.Repeat(`{"N":`, 2000) + "1" + strings.Repeat("}", 2000) + `]}`,
			use:      rows,
		},
		{
			name:     "nested as deeply as is taken",
			endpoint: api,
			body:     fill(`{"value":[`, strings.Repeat(`{"N":`, 30)+"1"+strings.Repeat("}", 30), "]}"),
			use:      rows,
		},
		{
			name:     "numbers of long exponents",
			endpoint: api,
			body:     fill(`{"value":[{"N":[`, `1e9999`, "]}]}"),
			use:      rows,
		},
		{name: "numbers of 150 zeros", endpoint: api, body: fill(`{"value":[{"N":[`, `1e150`, "]}]}"), use: rows},
		{
			name:     "numbers of many digits",
			endpoint: api,
			body:     fill(`{"value":[{"N":[`, strings.Repeat("9", 149), "]}]}"),
			use:      rows,
		},
		{
			name:     "one number of a megabyte",
			endpoint: api,
			body:     `{"value":[{"N":` + strings.Repeat("9", 1_000_000) + `}]}`,
			use:      rows,
		},
		{
			name:     "one long text",
			endpoint: api,
			body:     `{"value":[{"N":"` + strings.Repeat("x", 1_000_000) + `"}]}`,
			use:      rows,
		},
		{name: "one text that is escaped", endpoint: api, body: `{"value":[{"N":"` + long + `"}]}`, use: rows},
		{
			name:     "names that are escaped",
			endpoint: api,
			body:     fill(`{"value":[{`, `"<<<<<<<<<<<<<<<<%d":1`, "}]}"),
			use:      rows,
		},
		{name: "one name many times", endpoint: api, body: fill(`{"value":[{`, `"N":1`, "}]}"), use: rows},
		{
			name:     "records that were not asked for",
			endpoint: api,
			body:     fill(`{"value":[`, `{"Id":"x","ApplicationUri":"`+sampleURI+`"}`, "]}"),
			use:      record,
		},
		{
			name:     "scopes of a record",
			endpoint: api,
			body: `{"value":[{"ApplicationUri":"` + sampleURI + `","Scope":"` + strings.ReplaceAll(
				fill("", "s%d", ""),
				",",
				" ",
			) + `"}]}`,
			use: record,
		},
		{
			name:     "URIs of a record",
			endpoint: api,
			body: `{"value":[{"ApplicationUri":"` + sampleURI + `","ImpersonateLoginUrl":"` + fill(
				"",
				"https://x.example/%d",
				"",
			) + `"}]}`,
			use: record,
		},
		{
			name:     "an error with many messages",
			endpoint: api,
			body:     fill(`{"errors":{`, `"e%d":["<"]`, "}}"),
			use:      rows,
		},
		{name: "an error of one long message", endpoint: api, body: `{"error":{"message":"` + long + `"}}`, use: rows},
	}
}

// Any response of at most 1 MiB is processed in bounded time, with at most 300 MiB more on the heap and a state of at
// most 5 MiB.
func TestWorstShapesAreBounded(t *testing.T) {
	var slowest time.Duration
	var largest, biggest uint64
	for _, shape := range worstShapes() {
		t.Run(shape.name, func(t *testing.T) {
			instance, env := startInstance(t)
			body := strings.Replace(shape.body, "ISSUER", instance.IdentityURL(), 1)
			instance.Inject(shape.endpoint, erpnettest.Response(shape.status(), "application/json", body))
			p := start(t, env, nil)
			peak, begin := watchMemory(), worked()
			r := shape.use(p)
			took, memory := worked()-begin, peak()
			slowest, largest, biggest = max(slowest, took), max(largest, memory), max(biggest, uint64(len(r.kept)))
			if took > maxTime || memory > maxMemory || len(r.kept) > maxState {
				t.Errorf("%s, %d MiB, a state of %d KiB: %.300s", took, memory>>20, len(r.kept)>>10, r.text())
			}
		})
	}
	fmt.Printf(
		"worst shapes: at most %s, %d MiB of memory, a state of %d KiB\n",
		slowest.Round(10*time.Millisecond),
		largest>>20,
		biggest>>10,
	)
}

// watchMemory samples the heap a hundred times per second. The function that it returns stops it and returns the
// largest growth.
func watchMemory() func() uint64 {
	heap := func() uint64 {
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return stats.HeapAlloc
	}
	rate := debug.SetGCPercent(100) // as users run it
	runtime.GC()
	before, most := heap(), uint64(0)
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for ticker := time.NewTicker(10 * time.Millisecond); ; {
			select {
			case <-ticker.C:
				most = max(most, heap())
			case <-done:
				most = max(most, heap())
				ticker.Stop()
				return
			}
		}
	}()
	return func() uint64 {
		close(done)
		<-ended
		debug.SetGCPercent(rate)
		return most - min(before, most)
	}
}
