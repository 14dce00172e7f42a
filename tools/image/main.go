// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Command image builds the container image of erpnet-mock for two
// architectures, and writes it as an OCI archive. It needs Go, but no container
// engine and no network. The same source and the same version of Go produce the
// same bytes.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
)

func main() {
	log.SetFlags(0)
	version := flag.String("version", "0.0.0-development", "`version` of the mock")
	output := flag.String("output", filepath.Join("..", "dist", "erpnet-mock.oci.tar"), "`file` to write")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *version, *output); err != nil {
		log.Fatal("image: ", err)
	}
}

func run(ctx context.Context, version, output string) error {
	content, err := build(ctx, "..", version)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(output), 0o755); err != nil { //nolint:gosec // of what a release publishes
		return err
	}
	if err := os.WriteFile(output, content, 0o644); err != nil { //nolint:gosec // of what a release publishes
		return err
	}
	fmt.Printf("%s: %.1f MB\n", output, float64(len(content))/1e6)
	return nil
}

// build compiles the mock in the repository at root and packs it.
func build(ctx context.Context, root, version string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "erpnet-mock-image-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	licence, err := os.ReadFile(filepath.Join(root, "LICENSE"))
	if err != nil {
		return nil, err
	}
	var images []image
	for _, architecture := range []string{"amd64", "arm64"} {
		binary := filepath.Join(dir, architecture)
		// As in a release, but without what Git knows: a checkout without history
		// gives the same bytes.
		//nolint:gosec // the arguments are our own
		command := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false",
			"-ldflags", "-s -w -X main.version="+version, "-o", binary, "./cmd/erpnet-mock")
		command.Dir = root
		command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+architecture)
		if printed, err := command.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("build for %s: %w\n%s", architecture, err, printed)
		}
		program, err := os.ReadFile(binary)
		if err != nil {
			return nil, err
		}
		images = append(images, image{architecture, []file{
			{name: "LICENSE", mode: 0o644, content: licence},
			{name: "erpnet-mock", mode: 0o755, content: program},
		}})
	}
	return pack(version, images)
}
