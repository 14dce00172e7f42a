// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package acceptance

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.yaml.in/yaml/v3"
)

// service is a container that runs beside a job, with the parts that the examples use: image and ports on GitHub, and
// the others on GitLab.
type service struct {
	Image     string            `yaml:"image"`
	Ports     []string          `yaml:"ports"`
	Name      string            `yaml:"name"`
	Alias     string            `yaml:"alias"`
	Variables map[string]string `yaml:"variables"`
}

// startServices starts the mock for a job that uses its image as a service. The replacer that it returns replaces the
// address that the job expects with the actual one.
func startServices(ts *testscript.TestScript, services yaml.Node) *strings.Replacer {
	if services.IsZero() {
		return strings.NewReplacer()
	}
	gitHub, gitLab := map[string]service{}, []service{}
	if services.Kind == yaml.MappingNode {
		ts.Check(services.Decode(&gitHub))
	} else {
		ts.Check(services.Decode(&gitLab))
	}
	host, mock := "127.0.0.1", gitHub["erpnet-mock"]
	published := strings.Join(mock.Ports, " ") == "8443:8443 8444:8444"
	if len(gitLab) == 1 {
		host, mock = gitLab[0].Alias, gitLab[0]
		published = mock.Variables["ERPNET_MOCK_URL"] == "https://"+host+":8443"
	}
	if want := "ghcr.io/erpnet/erpnet-mock:" + documentedVersion(ts); mock.Image+mock.Name != want || !published {
		ts.Fatalf("not the image %s, or its ports are not published: %+v", want, mock)
	}
	return strings.NewReplacer("http://"+host+":8444", strings.TrimSuffix(startMock(ts), "/"))
}

// startMock starts the mock, and returns the URL of its control.
func startMock(ts *testscript.TestScript) string {
	readyFile := ts.MkAbs("service-ready.json")
	//nolint:gosec,noctx // what was built for this, and the script ends it
	command := exec.Command(filepath.Join(built, "erpnet-mock"), "-ready-file", readyFile)
	ts.Check(command.Start())
	ts.Defer(func() {
		_ = command.Process.Kill()
		_ = command.Wait() // it was killed
	})
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if content, err := os.ReadFile(readyFile); err == nil {
			var ready struct {
				StatusURL string `json:"status_url"`
			}
			ts.Check(json.Unmarshal(content, &ready))
			return ready.StatusURL
		}
	}
	ts.Fatalf("the mock did not start")
	return ""
}

// documentedVersion returns the newest released version, or the upcoming one if none is released.
func documentedVersion(ts *testscript.TestScript) (version string) {
	changelog := ts.ReadFile(filepath.Join(ts.Getenv("REPO"), "CHANGELOG.md"))
	headings := regexp.MustCompile(`(?m)^## (\d\S*)( \(Unreleased\))?`)
	for _, heading := range headings.FindAllStringSubmatch(changelog, -1) {
		if version = heading[1]; heading[2] == "" {
			break
		}
	}
	return version
}

// takeGitHubEnvironment passes the variables that a step wrote to the file named by $GITHUB_ENV to the next steps.
func takeGitHubEnvironment(ts *testscript.TestScript) {
	content, err := os.ReadFile(ts.MkAbs(ts.Getenv("GITHUB_ENV")))
	if err != nil {
		return // nothing was written
	}
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	for i := 0; i < len(lines); i++ {
		name, value, isLine := strings.Cut(lines[i], "=")
		if before, end, several := strings.Cut(lines[i], "<<"); several && !isLine {
			name, value = before, ""
			for i++; i < len(lines) && lines[i] != end; i++ {
				value += lines[i] + "\n"
			}
		}
		ts.Setenv(name, value)
	}
}
