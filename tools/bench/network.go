// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"net"
	"sync/atomic"
	"time"
)

// network is a path to a server on this machine. Data takes half of the round-trip time in either direction. A new
// connection takes one more round trip, like a TCP handshake.
type network struct {
	net.Listener
	server      string       // its address
	roundTrip   atomic.Int64 // nanoseconds
	connections atomic.Int64
}

// newNetwork listens on a loopback port. Call connect next.
func newNetwork() (*network, error) {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return &network{Listener: listener}, nil
}

// connect forwards connections to the server until the network is closed.
func (n *network) connect(server string) {
	n.server = server
	go func() {
		for {
			client, err := n.Accept()
			if err != nil {
				return
			}
			n.connections.Add(1)
			go n.forward(client)
		}
	}()
}

func (n *network) forward(client net.Conn) {
	server, err := new(net.Dialer).DialContext(context.Background(), "tcp", n.server)
	if err != nil {
		_ = client.Close()
		return
	}
	roundTrip := time.Duration(n.roundTrip.Load())
	go copyDelayed(server, client, roundTrip/2, time.Now().Add(roundTrip))
	copyDelayed(client, server, roundTrip/2, time.Time{})
}

// segment is the result of one read, and the time when it arrives at the other end.
type segment struct {
	due  time.Time
	data []byte
}

// copyDelayed copies with a delay, and sends nothing until the connection is established.
func copyDelayed(to, from net.Conn, delay time.Duration, established time.Time) {
	segments := make(chan segment, 1024)
	go func() {
		defer close(segments)
		for {
			buffer := make([]byte, 32<<10)
			n, err := from.Read(buffer)
			sent := time.Now()
			if sent.Before(established) {
				sent = established
			}
			if n > 0 {
				segments <- segment{sent.Add(delay), buffer[:n]}
			}
			if err != nil {
				return
			}
		}
	}()
	for s := range segments {
		time.Sleep(time.Until(s.due))
		_, _ = to.Write(s.data) // if the connection is closed, nobody needs the data
	}
	_ = to.Close()
}
