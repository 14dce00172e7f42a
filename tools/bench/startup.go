// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"strings"
	"time"
)

// startUp is what a CLI pays before the first object.
type startUp struct {
	What  string        `json:"what"`
	Pairs int           `json:"pairs"`
	Ours  time.Duration `json:"ours_ns"`
	Floor time.Duration `json:"trivial_ns"`
	Ratio float64       `json:"ratio"`
}

// startUps measures how long a provider takes to its handshake, and how long a
// CLI takes to print its schemas.
func startUps(ours, trivial *workspace, pairs int) ([]startUp, error) {
	certificate, err := clientCertificate()
	if err != nil {
		return nil, err
	}
	handshake, err := compare("exec to handshake", pairs,
		func() (sample, error) { return handshake(ours.provider.path, certificate) },
		func() (sample, error) { return handshake(trivial.provider.path, certificate) })
	if err != nil {
		return nil, err
	}
	schemas, err := compare("providers schema -json", pairs,
		func() (sample, error) { return ours.run("providers", "schema", "-json") },
		func() (sample, error) { return trivial.run("providers", "schema", "-json") })
	return []startUp{handshake, schemas}, err
}

func compare(what string, pairs int, ours, floor func() (sample, error)) (startUp, error) {
	var samples [2][]sample
	sides := []func() (sample, error){ours, floor}
	for round := range pairs + 1 {
		for _, i := range turns(round, len(sides)) {
			taken, err := sides[i]()
			if err != nil {
				return startUp{}, err
			}
			if round > 0 {
				samples[i] = append(samples[i], taken)
			}
		}
	}
	return startUp{what, pairs, medians(samples[0]).Wall, medians(samples[1]).Wall, ratio(samples[0], samples[1], 0)}, nil
}

// handshake starts a provider as go-plugin does, with the client's certificate
// in the environment, and takes the time to its first line on stdout.
func handshake(program, certificate string) (sample, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	process := newProcess(ctx, program)
	process.Env = append(os.Environ(),
		"TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
		"PLUGIN_PROTOCOL_VERSIONS=6", "PLUGIN_MIN_PORT=10000", "PLUGIN_MAX_PORT=25000",
		"PLUGIN_CLIENT_CERT="+certificate)
	stdout, err := process.StdoutPipe()
	if err != nil {
		return sample{}, err
	}
	begin := time.Now()
	if err := process.Start(); err != nil {
		return sample{}, err
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	taken := sample{wall: time.Since(begin)}
	_ = process.Process.Kill()
	_ = process.Wait()
	if err != nil || !strings.Contains(line, "|grpc|") {
		return taken, errors.New("the provider made no handshake")
	}
	return taken, nil
}

func clientCertificate() (string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	if err != nil {
		return "", err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, NotAfter: time.Now().Add(24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return "", err
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), nil
}
