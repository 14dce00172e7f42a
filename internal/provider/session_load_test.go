// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// inMemory is a network without sockets, which lets the fake clock of testing/synctest advance.
type inMemory struct {
	connections chan net.Conn
	closed      chan struct{}
	way         time.Duration // one-way latency
	transport   *http.Transport
}

func (m *inMemory) Accept() (net.Conn, error) {
	select {
	case connection := <-m.connections:
		return connection, nil
	case <-m.closed:
		return nil, net.ErrClosed
	}
}

func (m *inMemory) Close() error   { close(m.closed); return nil }
func (m *inMemory) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

func (m *inMemory) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	m.connections <- server
	return client, nil
}

func (m *inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	time.Sleep(m.way)
	defer time.Sleep(m.way)
	return m.transport.RoundTrip(r)
}

// startInMemory starts an instance and a process in a bubble of testing/synctest. The function stop ends everything
// that runs there.
func startInMemory(t *testing.T, way time.Duration) (instance *erpnettest.Server, p *process, stop func()) {
	t.Helper()
	network := &inMemory{connections: make(chan net.Conn), closed: make(chan struct{}), way: way}
	network.transport = &http.Transport{DialContext: network.dial}
	instance = erpnettest.NewUnstartedServer()
	instance.Listener = network
	instance.Start()
	provider := newProvider(environmentOf(instance).without("ERPNET_MAX_RETRIES"))
	provider.transport = network
	return instance, startProvider(t, provider, nil), func() {
		network.transport.CloseIdleConnections()
		instance.Close()
	}
}

// atOnce uses objects as a CLI does: ten at a time.
func atOnce(n int, use func(i int)) {
	var all sync.WaitGroup
	turns := make(chan struct{}, 10)
	for i := range n {
		turns <- struct{}{}
		all.Go(func() {
			defer func() { <-turns }()
			use(i)
		})
	}
	all.Wait()
}

// Ten creates queue up while every call takes six seconds and two calls find no licence free. Waiting for a slot
// doesn't count toward any limit.
func TestSlowCreatesQueueAndSucceed(t *testing.T) {
	schemas()
	synctest.Test(t, func(t *testing.T) {
		instance, p, stop := startInMemory(t, 0)
		defer stop()
		instance.SetLatency(6 * time.Second)
		var calls atomic.Int32
		shortage := erpnettest.LicenceExhausted()
		shortage.When = func(erpnettest.Request) bool { n := calls.Add(1); return n == 5 || n == 15 }
		instance.Inject(erpnettest.DomainAPI, shortage)
		begin := time.Now()
		atOnce(10, func(i int) {
			m := p.resource("trusted_application")
			m.apply(service(arguments{"application_uri": fmt.Sprint(reportsURI, i)})).succeeds(t)
			if record := recordOf(instance, fmt.Sprint(reportsURI, i)); record.Id == "" || m.values["id"] != record.Id {
				t.Errorf("record %d is %q on the server and %v in the state", i, record.Id, m.values["id"])
			}
		})
		if took := time.Since(begin); took < 2*time.Minute || instance.Sessions().Busy > 0 {
			t.Errorf("it took %s, and %d calls were refused as too many", took, instance.Sessions().Busy)
		}
	})
}

// Over a network path of 200 ms, queries share the latency. On a slow instance, no query is given up.
func TestReadsShareTheWay(t *testing.T) {
	schemas()
	for name, test := range map[string]struct {
		way, server, most time.Duration
	}{
		"far":  {way: 100 * time.Millisecond, server: 0, most: 3500 * time.Millisecond},
		"slow": {way: 0, server: 3 * time.Second, most: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				instance, p, stop := startInMemory(t, test.way)
				defer stop()
				instance.SetLatency(test.server)
				customers := func(i int) { p.read("domain_query", query(arguments{"top": 1 + i})).succeeds(t) }
				customers(0)
				begin := time.Now()
				atOnce(49, customers)
				if took := time.Since(begin); took > test.most || instance.Sessions().Busy > 0 {
					t.Errorf("49 more took %s, and %d calls were refused as too many", took, instance.Sessions().Busy)
				}
			})
		})
	}
}

// If a server says when to come back, no object of the process calls it earlier.
func TestNobodyAsksBeforeRetryAfter(t *testing.T) {
	schemas()
	synctest.Test(t, func(t *testing.T) {
		instance, p, stop := startInMemory(t, 0)
		defer stop()
		instance.Inject(erpnettest.Token, erpnettest.Status(429).With("Retry-After", "90").Once())
		begin := time.Now()
		atOnce(10, func(int) { p.open("access_token", nil).succeeds(t) })
		if took := time.Since(begin); took < 90*time.Second || took > 100*time.Second ||
			instance.Count(erpnettest.Token) != 2 {
			t.Errorf("%d requests in %s", instance.Count(erpnettest.Token), took)
		}
		instance.Inject(erpnettest.Token, erpnettest.Status(429).With("Retry-After", "600").Once())
		time.Sleep(time.Hour)
		begin = time.Now()
		p.open("access_token", nil).
			fails(
				t,
				"Too Many Requests",
				"not to be called again before "+begin.Add(10*time.Minute).UTC().Format(time.RFC3339),
			)
		if took := time.Since(begin); took > time.Second {
			t.Errorf("it took %s to say so", took)
		}
	})
}

// onePerCause expects one of the results to report the failure in full, and the others to point to it in one line.
func onePerCause(t *testing.T, results []result, title string) {
	t.Helper()
	full := 0
	for _, r := range results {
		if r.fails(t, title); !strings.Contains(r.text(), "The same as another error of this run") {
			full++
		} else if strings.Contains(r.text(), "\n") {
			t.Errorf("more than a line: %s", r.text())
		}
	}
	if full != 1 {
		t.Errorf("%d of %d errors tell all", full, len(results))
	}
}

// A hundred objects with a wrong secret cost one token request and cause one full error.
func TestARefusalIsNotAskedForAgain(t *testing.T) {
	instance, env := startInstance(t)
	p := start(t, env.with("ERPNET_CLIENT_SECRET", "a wrong secret of some length"), nil)
	uses := []func() result{
		func() result { return p.open("access_token", nil) },
		func() result { return p.read("access_token", arguments{"scopes": []string{"read"}}) },
		func() result { return p.read("domain_query", query(nil)) },
		func() result { return p.read("trusted_application", arguments{"application_uri": sampleURI}) },
		func() result { return p.resource("trusted_application").apply(service(nil)) },
		func() result { return p.resource("trusted_application").importID(reportsURI) },
	}
	results := make([]result, 100)
	results[0] = uses[0]()
	atOnce(99, func(i int) { results[i+1] = uses[i%len(uses)]() })
	if n := instance.Count(erpnettest.Token); n != 1 {
		t.Errorf("%d token requests", n)
	}
	onePerCause(t, results, "Client Credentials Refused")
}

// Twenty objects take about as long as one to find that a port is closed.
func TestAClosedPortCostsItsTimeOnce(t *testing.T) {
	schemas()
	closed, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	env := environment{
		"ERPNET_INSTANCE":      "http://" + closed.Addr().String(),
		"ERPNET_CLIENT_ID":     sampleURI,
		"ERPNET_CLIENT_SECRET": "x",
	}
	took := map[int]time.Duration{}
	for _, n := range []int{1, 20} {
		synctest.Test(t, func(t *testing.T) {
			p, results, begin := start(t, env, nil), make([]result, n), time.Now()
			atOnce(n, func(i int) {
				if i%2 == 0 {
					results[i] = p.read("domain_query", query(nil))
				} else {
					results[i] = p.open("access_token", nil)
				}
			})
			took[n] = time.Since(begin)
			onePerCause(t, results, "Connection Refused")
		})
	}
	if took[20] > took[1]*3/2 {
		t.Errorf("one takes %s, twenty %s", took[1], took[20])
	}
}

// Twenty objects wait about as long as one for an instance that stays full, and one of them reports it in full.
func TestAFullInstanceIsWaitedForOnce(t *testing.T) {
	schemas()
	for title, fault := range map[string]erpnettest.Fault{
		"No Licence Free":                  erpnettest.LicenceExhausted().With("Retry-After", "60"),
		"Too Many Calls of the Domain API": erpnettest.Status(429).With("Retry-After", "60"),
	} {
		took := map[int]time.Duration{}
		for _, n := range []int{1, 20} {
			synctest.Test(t, func(t *testing.T) {
				instance, p, stop := startInMemory(t, 0)
				defer stop()
				instance.Inject(erpnettest.DomainAPI, fault)
				results, begin := make([]result, n), time.Now()
				atOnce(n, func(i int) {
					if i%5 == 4 {
						results[i] = p.resource("trusted_application").apply(service(nil))
					} else {
						results[i] = p.read("domain_query", query(nil))
					}
				})
				took[n] = time.Since(begin)
				onePerCause(t, results, title)
			})
		}
		if took[1] < time.Minute || took[20] > took[1]*3/2 {
			t.Errorf("%s: one takes %s, twenty %s", title, took[1], took[20])
		}
	}
}

// A write may fix what was refused, so all refusals are forgotten after it.
func TestAWriteMakesRefusalsForgotten(t *testing.T) {
	instance, env := startInstance(t)
	p := start(t, env, nil)
	own := arguments{"client_id": reportsURI, "client_secret": reportsSecret}
	p.open("access_token", own).fails(t, "Client Credentials Refused")
	p.resource("trusted_application").apply(service(nil)).succeeds(t)
	p.open("access_token", own).succeeds(t)
	if n := instance.Count(erpnettest.Token); n != 3 {
		t.Errorf("%d token requests", n)
	}
}
