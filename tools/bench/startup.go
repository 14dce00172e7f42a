// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bufio"
	"context"
	"errors"
	"strings"
	"time"
)

// startup is a step before the first object.
type startup struct {
	what string
	comparison
}

// startups measures how long a provider takes to complete its handshake, and
// how long the CLI takes to print its schemas.
func (b *bench) startups() ([]startup, error) {
	// A CLI makes a certificate for each run. Any certificate makes the
	// provider set up its side of mutual TLS.
	certificate := string(b.instance.CACertificatePEM())
	pairs := 6 * b.options.pairs
	handshakes, err := compare(pairs,
		func() (time.Duration, error) { return handshake(b.ours.provider.path, certificate) },
		func() (time.Duration, error) { return handshake(b.trivial.provider.path, certificate) })
	if err != nil {
		return nil, err
	}
	schemas, err := compare(pairs,
		func() (time.Duration, error) { return b.ours.run("providers", "schema", "-json") },
		func() (time.Duration, error) { return b.trivial.run("providers", "schema", "-json") })
	return []startup{{"start to handshake", handshakes}, {"`providers schema -json`", schemas}}, err
}

// handshake starts a provider as a CLI does, and returns the time until its
// first line on stdout.
func handshake(program, certificate string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeLimit)
	defer cancel()
	process := newProcess(ctx, program)
	process.Env = append(inheritedEnvironment(),
		"TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
		"PLUGIN_PROTOCOL_VERSIONS=6", "PLUGIN_MIN_PORT=10000", "PLUGIN_MAX_PORT=25000",
		"PLUGIN_CLIENT_CERT="+certificate)
	stdout, err := process.StdoutPipe()
	if err != nil {
		return 0, err
	}
	start := time.Now()
	if err := process.Start(); err != nil {
		return 0, err
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	taken := time.Since(start)
	_ = process.Process.Kill()
	_ = process.Wait()
	if err != nil || !strings.Contains(line, "|grpc|") {
		return 0, errors.New("the provider made no handshake")
	}
	return taken, nil
}
