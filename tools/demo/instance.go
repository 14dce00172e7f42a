// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// An instance is what the demo talks to.
type instance struct {
	URL          string `json:"url"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	CAFile       string `json:"ca_file"`

	simulated bool
}

// fromEnvironment returns the instance that the environment names, or nil if it names none. The name of a file in the
// environment is relative to root.
func fromEnvironment(getenv func(string) string, root string) (*instance, error) {
	site := instance{
		URL:          getenv("ERPNET_INSTANCE"),
		ClientID:     getenv("ERPNET_CLIENT_ID"),
		ClientSecret: getenv("ERPNET_CLIENT_SECRET"),
	}
	switch {
	case site.URL == "" && site.ClientID == "" && site.ClientSecret == "":
		return nil, nil
	case site.URL == "" || site.ClientID == "" || site.ClientSecret == "":
		return nil, errors.New("set ERPNET_INSTANCE, ERPNET_CLIENT_ID and ERPNET_CLIENT_SECRET for your own " +
			"instance, or none of them for a simulated one")
	}
	if file := getenv("ERPNET_CA_CERTIFICATE_FILE"); file != "" {
		site.CAFile = file
		if !filepath.IsAbs(file) {
			site.CAFile = filepath.Join(root, file)
		}
	}
	return &site, nil
}

// simulate starts the simulated instance in bin. It runs until stop is called or ctx ends.
func simulate(ctx context.Context, bin, dir string) (site *instance, stop func(), err error) {
	readyFile := filepath.Join(dir, "ready.json")
	ctx, cancel := context.WithCancel(ctx)
	mock := command(ctx, filepath.Join(bin, "erpnet-mock"),
		"-ready-file", readyFile, "-ca-file", filepath.Join(dir, "ca.pem"))
	var stderr bytes.Buffer
	mock.Stderr = &stderr
	if err := mock.Start(); err != nil {
		cancel()
		return nil, nil, err
	}
	ended := make(chan struct{})
	go func() {
		_ = mock.Wait()
		close(ended)
	}()
	stop = func() {
		cancel()
		<-ended
	}

	site, err = awaitReady(ctx, readyFile, ended)
	if err != nil {
		stop()
		return nil, nil, fmt.Errorf("the simulated instance did not start: %w\n%s", err, stderr.String())
	}
	return site, stop, nil
}

// awaitReady waits for the file that the simulated instance writes once it listens. It reads the file and deletes it,
// because the file contains the secret.
func awaitReady(ctx context.Context, readyFile string, ended <-chan struct{}) (*instance, error) {
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for {
		data, err := os.ReadFile(readyFile)
		if err == nil {
			site := &instance{simulated: true}
			return site, errors.Join(json.Unmarshal(data, site), os.Remove(readyFile))
		}
		select {
		case <-poll.C:
		case <-ended:
			return nil, errors.New("it ended")
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// String returns the name of the instance to show in the demo.
func (s *instance) String() string {
	if s.simulated {
		return s.URL + " (simulated)"
	}
	return s.URL
}

// environment returns the environment for a CLI that applies examples/demo. It is the environment of this process,
// without the variables that would interfere with the demo, plus the variables of the configuration.
func (s *instance) environment() []string {
	env := inherited(os.Environ(), s.simulated)
	if s.CAFile != "" {
		env = append(env, "ERPNET_CA_CERTIFICATE_FILE="+s.CAFile)
	}
	return append(
		env,
		"TF_VAR_instance="+s.URL,
		"TF_VAR_client_id="+s.ClientID,
		"TF_VAR_client_secret="+s.ClientSecret,
	)
}

// inherited removes the variables that configure a CLI, such as TF_LOG, TF_CLI_ARGS and TF_REATTACH_PROVIDERS. For a
// simulated instance, it also removes those that configure the provider.
func inherited(environ []string, simulated bool) []string {
	var kept []string
	for _, entry := range environ {
		if strings.HasPrefix(entry, "TF_") || simulated && strings.HasPrefix(entry, "ERPNET_") {
			continue
		}
		kept = append(kept, entry)
	}
	return kept
}
