// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"net"
	"sync/atomic"
	"time"
)

// wire is a network path to a server on this machine: what is sent takes half
// of the round-trip time in either direction, and a new connection one more
// round trip, as the TCP handshake does.
type wire struct {
	net.Listener
	target      string
	roundTrip   atomic.Int64 // nanoseconds
	connections atomic.Int64
}

// newWire listens on a loopback port; connect must follow.
func newWire() (*wire, error) {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return &wire{Listener: listener}, nil
}

// connect forwards what comes to the target, until the wire is closed.
func (w *wire) connect(target string) {
	w.target = target
	go func() {
		for {
			client, err := w.Accept()
			if err != nil {
				return
			}
			w.connections.Add(1)
			go w.forward(client)
		}
	}()
}

func (w *wire) forward(client net.Conn) {
	server, err := new(net.Dialer).DialContext(context.Background(), "tcp", w.target)
	if err != nil {
		_ = client.Close()
		return
	}
	roundTrip := time.Duration(w.roundTrip.Load())
	go carry(server, client, roundTrip/2, time.Now().Add(roundTrip))
	carry(client, server, roundTrip/2, time.Time{})
}

// parcel is what one read brought, due at the other end at a time.
type parcel struct {
	due  time.Time
	data []byte
}

// carry copies with a delay, nothing of it before the line is open.
func carry(to, from net.Conn, delay time.Duration, open time.Time) {
	parcels := make(chan parcel, 1024)
	go func() {
		defer close(parcels)
		for {
			buffer := make([]byte, 32<<10)
			n, err := from.Read(buffer)
			sent := time.Now()
			if sent.Before(open) {
				sent = open
			}
			if n > 0 {
				parcels <- parcel{sent.Add(delay), buffer[:n]}
			}
			if err != nil {
				return
			}
		}
	}()
	for p := range parcels {
		time.Sleep(time.Until(p.due))
		_, _ = to.Write(p.data) // to a closed line: nobody waits for it
	}
	_ = to.Close()
}
