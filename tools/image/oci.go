// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"
)

// The media types in the OCI image specification.
const (
	indexType    = "application/vnd.oci.image.index.v1+json"
	manifestType = "application/vnd.oci.image.manifest.v1+json"
	configType   = "application/vnd.oci.image.config.v1+json"
	layerType    = "application/vnd.oci.image.layer.v1.tar+gzip"
)

// image is the image for one architecture.
type image struct {
	architecture string
	files        []file
}

type file struct {
	name    string
	mode    int64
	content []byte
}

type object = map[string]any

// settings returns the default configuration of a container.
//
// Healthcheck is a Docker extension that needs no shell in this form. Service
// containers in GitHub Actions wait for it.
func settings() object {
	return object{
		"User":         "65532:65532",
		"ExposedPorts": object{"8443/tcp": object{}, "8444/tcp": object{}},
		"Env":          []string{"ERPNET_MOCK_LISTEN=0.0.0.0:8443", "ERPNET_MOCK_STATUS=0.0.0.0:8444"},
		"Entrypoint":   []string{"/erpnet-mock"},
		"WorkingDir":   "/",
		"StopSignal":   "SIGTERM",
		"Healthcheck": object{
			"Test":        []string{"CMD", "/erpnet-mock", "-healthy"},
			"Interval":    2 * time.Second,
			"Timeout":     10 * time.Second,
			"StartPeriod": 10 * time.Second,
			"Retries":     5,
		},
	}
}

func labels(version string) map[string]string {
	return map[string]string{
		"org.opencontainers.image.title":       "erpnet-mock",
		"org.opencontainers.image.description": "A simulated ERP.net instance for tests",
		"org.opencontainers.image.version":     version,
		"org.opencontainers.image.licenses":    "MPL-2.0",
		"org.opencontainers.image.source":      "https://github.com/erpnet/terraform-provider-erpnet",
	}
}

// pack returns an OCI archive: an image layout in a tar file.
func pack(version string, images []image) ([]byte, error) {
	archive := layout{blobs: map[string]bool{}}
	archive.tar = tar.NewWriter(&archive.buffer)
	manifests := []object{}
	for _, one := range images {
		manifest, err := archive.addImage(version, one)
		if err != nil {
			return nil, err
		}
		manifests = append(manifests, manifest)
	}
	index, err := archive.addJSON(indexType, object{
		"schemaVersion": 2, "mediaType": indexType, "manifests": manifests, "annotations": labels(version),
	})
	if err != nil {
		return nil, err
	}
	index["annotations"] = object{"org.opencontainers.image.ref.name": version}
	root, err := json.Marshal(object{"schemaVersion": 2, "mediaType": indexType, "manifests": []object{index}})
	if err != nil {
		return nil, err
	}
	for _, document := range []file{
		{name: "index.json", mode: 0o644, content: root},
		{name: "oci-layout", mode: 0o644, content: []byte(`{"imageLayoutVersion":"1.0.0"}`)},
	} {
		if err := writeFile(archive.tar, document); err != nil {
			return nil, err
		}
	}
	err = archive.tar.Close()
	return archive.buffer.Bytes(), err
}

// layout is an archive under construction.
type layout struct {
	buffer bytes.Buffer
	tar    *tar.Writer
	blobs  map[string]bool // the blobs in the archive, by digest
}

func (l *layout) addImage(version string, one image) (object, error) {
	plain, err := writeTar(one.files)
	if err != nil {
		return nil, err
	}
	var packed bytes.Buffer
	compressor, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := compressor.Write(plain); err != nil {
		return nil, err
	}
	if err := compressor.Close(); err != nil {
		return nil, err
	}
	layer, err := l.add(layerType, packed.Bytes())
	if err != nil {
		return nil, err
	}
	config := settings()
	config["Labels"] = labels(version)
	described, err := l.addJSON(configType, object{
		"architecture": one.architecture,
		"os":           "linux",
		"config":       config,
		"rootfs":       object{"type": "layers", "diff_ids": []string{digest(plain)}},
		"history":      []object{{"created_by": "tools/image", "comment": "erpnet-mock and its licence"}},
	})
	if err != nil {
		return nil, err
	}
	manifest, err := l.addJSON(manifestType, object{
		"schemaVersion": 2, "mediaType": manifestType, "config": described, "layers": []object{layer},
	})
	if err != nil {
		return nil, err
	}
	manifest["platform"] = object{"architecture": one.architecture, "os": "linux"}
	return manifest, nil
}

func (l *layout) addJSON(mediaType string, document object) (object, error) {
	content, err := json.Marshal(document)
	if err != nil {
		return nil, err
	}
	return l.add(mediaType, content)
}

// add stores a blob and returns its descriptor.
func (l *layout) add(mediaType string, content []byte) (object, error) {
	sum := digest(content)
	if !l.blobs[sum] {
		l.blobs[sum] = true
		name := "blobs/sha256/" + sum[len("sha256:"):]
		if err := writeFile(l.tar, file{name: name, mode: 0o644, content: content}); err != nil {
			return nil, err
		}
	}
	return object{"mediaType": mediaType, "digest": sum, "size": len(content)}, nil
}

func writeTar(files []file) ([]byte, error) {
	var buffer bytes.Buffer
	writer := tar.NewWriter(&buffer)
	for _, f := range files {
		if err := writeFile(writer, f); err != nil {
			return nil, err
		}
	}
	err := writer.Close()
	return buffer.Bytes(), err
}

// writeFile gives every file the same owner and time.
func writeFile(writer *tar.Writer, f file) error {
	header := &tar.Header{
		Typeflag: tar.TypeReg, Name: f.name, Mode: f.mode, Size: int64(len(f.content)),
		ModTime: time.Unix(0, 0), Format: tar.FormatUSTAR,
	}
	if err := writer.WriteHeader(header); err != nil {
		return err
	}
	_, err := writer.Write(f.content)
	return err
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return "sha256:" + hex.EncodeToString(sum[:])
}
