// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package acceptance

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// gitHubWorkflow has those parts of a workflow that this test reads.
type gitHubWorkflow struct {
	Permissions map[string]string `yaml:"permissions"`
	Jobs        map[string]struct {
		Env   map[string]string `yaml:"env"`
		Steps []struct {
			Uses      string            `yaml:"uses"`
			Run       string            `yaml:"run"`
			Env       map[string]string `yaml:"env"`
			Directory string            `yaml:"working-directory"`
		} `yaml:"steps"`
	} `yaml:"jobs"`
}

type gitLabPipeline struct {
	Default struct {
		BeforeScript []string `yaml:"before_script"`
	} `yaml:"default"`
	Jobs map[string]struct {
		Variables map[string]string `yaml:"variables"`
		Script    []string          `yaml:"script"`
	} `yaml:",inline"`
}

// The pipelines of the guide work as they stand: their job "test" in the module
// of the guide about testing, their job "check" with the credentials that it
// waits for, and not with others.
func TestPipelinesRunAsWritten(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("their runners have Linux")
	}
	releases := newReleases(t)
	jobs := map[string]func(t *testing.T, job string, shell *shell, variables map[string]string) (string, error){
		"GitHub Actions": runGitHubJob,
		"GitLab CI":      runGitLabJob,
	}
	for name, run := range jobs {
		t.Run(name+": test", func(t *testing.T) {
			t.Parallel()
			output, err := run(t, "test", inModule(t, releases), nil)
			if err != nil || !strings.Contains(output, "2 passed, 0 failed") {
				t.Errorf("%v:\n%s", err, output)
			}
		})
		t.Run(name+": check", func(t *testing.T) {
			t.Parallel()
			_, env := startInstance(t)
			output, err := run(t, "check", inModule(t, releases), env)
			if err != nil || !strings.Contains(output, erpnettest.SampleApplication().SystemUser) {
				t.Errorf("%v:\n%s", err, output)
			}
			output, err = run(t, "check", inModule(t, releases), with(env, "ERPNET_CLIENT_SECRET", "another secret"))
			if err == nil || !strings.Contains(output, "Client Credentials Refused") {
				t.Errorf("%v:\n%s", err, output)
			}
		})
	}
}

// inModule is a shell in a checkout of the module of the guide about testing.
func inModule(t *testing.T, releases string) *shell {
	t.Helper()
	shell := newShell(t, releases)
	if err := os.CopyFS(shell.dir, os.DirFS(filepath.Join("..", "..", "examples", "terraform-test"))); err != nil {
		t.Fatal(err)
	}
	return shell
}

var (
	expression = regexp.MustCompile(`\$\{\{ (.*?) \}\}`)
	action     = regexp.MustCompile(`^[\w-]+/[\w-]+@v\d+$`)
)

// runGitHubJob runs the steps of a job as a runner does, each in a shell of its
// own. The actions are those that check out and install the CLI.
func runGitHubJob(t *testing.T, name string, shell *shell, variables map[string]string) (string, error) {
	t.Helper()
	var workflow gitHubWorkflow
	readYAML(t, "examples/ci/github-actions.yml", &workflow)
	if len(workflow.Permissions) != 1 || workflow.Permissions["contents"] != "read" {
		t.Errorf("permissions %v", workflow.Permissions)
	}
	temporary := t.TempDir()
	evaluate := func(text string) string {
		return expression.ReplaceAllStringFunc(text, func(found string) string {
			what := expression.FindStringSubmatch(found)[1]
			if what == "runner.temp" {
				return temporary
			}
			context, variable, _ := strings.Cut(what, ".")
			value, known := variables[variable]
			if (context != "vars" && context != "secrets") || !known {
				t.Errorf("unknown: %s", found)
			}
			return value
		})
	}
	var log strings.Builder
	for _, step := range workflow.Jobs[name].Steps {
		if step.Run == "" {
			if !action.MatchString(step.Uses) {
				t.Errorf("a step neither runs nor uses something: %q", step.Uses)
			}
			continue
		}
		runner := *shell
		runner.env = append(environ(shell.env, workflow.Jobs[name].Env, evaluate), "RUNNER_TEMP="+temporary)
		runner.env = environ(runner.env, step.Env, evaluate)
		if step.Directory != "" {
			runner.dir = evaluate(step.Directory)
		}
		output, err := runner.run("bash", step.Run)
		log.WriteString(output)
		if err != nil {
			return log.String(), err
		}
	}
	return log.String(), nil
}

// runGitLabJob runs a job as a runner does in an image without bash.
func runGitLabJob(t *testing.T, name string, shell *shell, variables map[string]string) (string, error) {
	t.Helper()
	var pipeline gitLabPipeline
	readYAML(t, "examples/ci/gitlab-ci.yml", &pipeline)
	job := pipeline.Jobs[name]
	asIs := func(text string) string { return text }
	shell.env = environ(environ(shell.env, variables, asIs), job.Variables, asIs)
	return shell.run("sh", strings.Join(append(pipeline.Default.BeforeScript, job.Script...), "\n"))
}

func environ(env []string, more map[string]string, evaluate func(string) string) []string {
	env = append([]string{}, env...)
	for name, value := range more {
		env = append(env, fmt.Sprintf("%s=%s", name, evaluate(value)))
	}
	return env
}
