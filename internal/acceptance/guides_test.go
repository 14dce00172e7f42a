// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package acceptance

import (
	"cmp"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"go.yaml.in/yaml/v3"
)

var (
	fencedBlock = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$")
	lastCode    = regexp.MustCompile("(?s)`([^`]+)`[^`]*:\\s*$")
)

// guide [-checkout] NAME runs the commands of a guide as they are written, in one shell, with the files that the guide
// has written so far. It checks that no variable and no process is left behind.
//
// Blocks of sh contain commands, and blocks of text contain lines that the commands before them print. Blocks of bash
// are for readers with a checkout: with -checkout, they replace the sh block before them. Blocks of powershell and hcl
// show what differs elsewhere, and don't run. All other blocks are files: the text before a block ends with the name of
// its file, as code.
func guide(ts *testscript.TestScript, neg bool, args []string) {
	noNegation(ts, neg)
	checkout := args[0] == "-checkout"
	name := args[len(args)-1]
	page := ts.ReadFile(filepath.Join(ts.Getenv("REPO"), "docs", "guides", name+".md"))
	worldOf(ts).skipIfLacking(page)
	steps := stepsOf(ts, page, checkout)
	var script strings.Builder
	script.WriteString("exec 2>&1\ncompgen -v | sort > " + ts.MkAbs("variables") + "\n")
	for i, step := range steps {
		fmt.Fprintf(&script, "echo; echo '=== step %d ==='\n%s", i, step.commands)
	}
	fmt.Fprintf(&script, "echo; echo '=== step %d ==='\n", len(steps))
	script.WriteString("for BASH_wait in $(seq 50); do [ -z \"$(jobs -rp)\" ] || sleep 0.1; done\n")
	script.WriteString("echo 'left:' $(jobs -rp) $(compgen -v | sort | comm -13 " + ts.MkAbs("variables") + " -)\n")
	ts.Check(runShell(ts, "bash", script.String()))
	printed := output(ts)
	for i, step := range steps {
		_, rest, _ := strings.Cut(printed, fmt.Sprintf("=== step %d ===", i))
		rest, _, _ = strings.Cut(rest, fmt.Sprintf("=== step %d ===", i+1))
		for _, line := range step.prints {
			if !strings.Contains(rest, oneLine(line)) {
				ts.Fatalf("step %d does not print %q", i, line)
			}
		}
	}
	if _, left, _ := strings.Cut(printed, "left:"); len(steps) == 0 || !shellsOwn.MatchString(left) {
		ts.Fatalf("after %d steps, this is left: %s", len(steps), left)
	}
}

// shellsOwn matches the variables that bash sets when it runs commands.
var shellsOwn = regexp.MustCompile(`^(?: (?:BASH_\w+|PIPESTATUS|OLDPWD|FUNCNAME|_))*$`)

// guideStep is a part of a guide that runs at once: it writes files and then runs commands.
type guideStep struct {
	commands string
	prints   []string
}

func stepsOf(ts *testscript.TestScript, page string, checkout bool) (steps []guideStep) {
	const endOfFile = "=== end of file ==="
	files, end := "", 0
	for _, at := range fencedBlock.FindAllStringSubmatchIndex(page, -1) {
		before, language, text := page[end:at[0]], page[at[2]:at[3]], page[at[4]:at[5]]
		end = at[1]
		switch {
		case language == "sh":
			steps = append(steps, guideStep{commands: files + text})
			files = ""
		case language == "bash" && checkout:
			steps[len(steps)-1].commands = text
		case language == "bash", language == "powershell", language == "hcl":
		case language == "text":
			last := &steps[len(steps)-1]
			lines := strings.Split(strings.TrimSpace(text), "\n")
			last.prints = append(
				last.prints,
				slices.DeleteFunc(lines, func(s string) bool { return strings.TrimSpace(s) == "..." })...)
		default:
			file := lastCode.FindStringSubmatch(before)
			if file == nil {
				ts.Fatalf("no file is named before:\n%s", text)
			}
			files += fmt.Sprintf("mkdir -p %q\ncat > %q <<'%s'\n", filepath.Dir(file[1]), file[1], endOfFile)
			files += fmt.Sprintf("%s%s\n", text, endOfFile)
		}
	}
	return steps
}

// runShell runs commands up to the first one that fails, and then ends the last process that they started in the
// background. It answers every prompt with yes.
func runShell(ts *testscript.TestScript, shell, commands string) error {
	commands = "trap 'kill $! 2> /dev/null || :' EXIT\n" + commands
	return ts.Exec("sh", "-c", `yes yes | "$0" -e -c "$1"`, shell, commands)
}

// codeblock FILE TO copies the first code block of a page to a file.
func codeblock(ts *testscript.TestScript, neg bool, args []string) {
	noNegation(ts, neg)
	block := fencedBlock.FindStringSubmatch(ts.ReadFile(args[0]))
	if block == nil {
		ts.Fatalf("no code block")
	}
	write(ts, args[1], block[2])
}

// job is a job of a GitHub workflow or a GitLab pipeline, with the parts that a runner of that kind reads.
type job struct {
	Env       map[string]string `yaml:"env"`
	Variables map[string]string `yaml:"variables"`
	Script    []string          `yaml:"script"`
	Services  yaml.Node         `yaml:"services"`
	Steps     []struct {
		Uses      string            `yaml:"uses"`
		Run       string            `yaml:"run"`
		Env       map[string]string `yaml:"env"`
		Directory string            `yaml:"working-directory"`
	} `yaml:"steps"`
}

var (
	expression = regexp.MustCompile(`\$\{\{ (.*?) \}\}`)
	action     = regexp.MustCompile(`^[\w-]+/[\w-]+@v\d+$`)
)

// pipeline FILE JOB runs a job from examples/ as a runner does: for GitHub, each step in a separate bash, and for
// GitLab, all commands in one sh. It skips the steps with actions, which check out the repository and install the CLI.
// An expression in ${{ }} is a variable of the script, such as vars.ERPNET_INSTANCE.
func pipeline(ts *testscript.TestScript, neg bool, args []string) {
	var file struct {
		Permissions map[string]string `yaml:"permissions"`
		Jobs        map[string]job    `yaml:"jobs"`
		Default     struct {
			BeforeScript []string `yaml:"before_script"`
		} `yaml:"default"`
		Others map[string]yaml.Node `yaml:",inline"`
	}
	text := ts.ReadFile(filepath.Join(ts.Getenv("REPO"), "examples", filepath.FromSlash(args[0])))
	ts.Check(yaml.Unmarshal([]byte(text), &file))
	if node, found := file.Others[args[1]]; found {
		var gitLab job
		ts.Check(node.Decode(&gitLab))
		setEnvironment(ts, gitLab.Variables)
		commands := strings.Join(append(file.Default.BeforeScript, gitLab.Script...), "\n")
		expectExit(ts, neg, runShell(ts, "sh", startServices(ts, gitLab.Services).Replace(commands)))
		return
	}
	if len(file.Permissions) != 1 || file.Permissions["contents"] != "read" {
		ts.Fatalf("permissions %v", file.Permissions)
	}
	setEnvironment(ts, file.Jobs[args[1]].Env)
	services := startServices(ts, file.Jobs[args[1]].Services)
	for _, step := range file.Jobs[args[1]].Steps {
		if step.Run == "" {
			if !action.MatchString(step.Uses) {
				ts.Fatalf("a step neither runs nor uses something: %q", step.Uses)
			}
			continue
		}
		setEnvironment(ts, step.Env)
		directory := cmp.Or(evaluate(ts, step.Directory), ".")
		expectExit(ts, neg, runShell(ts, "bash", "cd '"+directory+"'\n"+services.Replace(step.Run)))
		takeGitHubEnvironment(ts)
	}
}

func setEnvironment(ts *testscript.TestScript, variables map[string]string) {
	for name, value := range variables {
		ts.Setenv(name, evaluate(ts, value))
	}
}

func evaluate(ts *testscript.TestScript, text string) string {
	return expression.ReplaceAllStringFunc(text, func(found string) string {
		value := ts.Getenv(expression.FindStringSubmatch(found)[1])
		if value == "" {
			ts.Fatalf("unknown: %s", found)
		}
		return value
	})
}
