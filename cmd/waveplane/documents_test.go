package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The documents are sessions: every command in them is run, in order, by
// TestDocuments. They keep to one form, so that nothing escapes it:
//
//	```console
//	$ waveplane drift --live     # exit code 2
//	DEVICE  CLASS          IMPACT  …
//	```
//
// A line that begins with "$ " is a command; the exit code is 0 unless the
// comment says otherwise. The lines below it are what it prints. They need not
// be all of it, and … stands for anything.

// elsewhere holds the commands that are not run here, and what holds each of
// them to its word.
func elsewhere() map[string]string {
	return map[string]string{
		"go run ./cmd/waveplane demo": "TestScripts runs it (testdata/demo.txt)",
		"go test ./...":               "is what runs this test",
		"go install ./cmd/waveplane":  "the program under test is built from the same package",
	}
}

// command is one command of a document.
type command struct {
	line  int
	text  string
	code  int
	shown []string
}

// Every command of every document does what the document says.
func TestDocuments(t *testing.T) {
	root := filepath.Join("..", "..")
	unused := elsewhere()
	for _, document := range documents(t, root) {
		text, err := os.ReadFile(filepath.Join(root, document))
		if err != nil {
			t.Fatal(err)
		}
		commands, err := session(string(text))
		if err != nil {
			t.Errorf("%s: %v", document, err)
		}
		for _, fault := range unknownInText(root, string(text)) {
			t.Errorf("%s: %s", document, fault)
		}
		commands = slices.DeleteFunc(commands, func(c command) bool {
			delete(unused, c.text)
			return elsewhere()[c.text] != ""
		})
		if len(commands) == 0 {
			continue
		}
		t.Run(document, func(t *testing.T) {
			t.Parallel()
			runSession(t, root, commands)
		})
	}
	for text := range unused {
		t.Errorf("no document has the command %q any more", text)
	}
}

// documents returns all that a reader finds in the tree, without the notes on
// test data.
func documents(t *testing.T, root string) []string {
	t.Helper()
	list := []string{"README.md"}
	for _, pattern := range []string{"docs/*.md", "examples/*/README.md"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range found {
			name, err := filepath.Rel(root, path)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, filepath.ToSlash(name))
		}
	}
	if len(list) < 8 {
		t.Fatalf("only %v found", list)
	}
	return list
}

// runSession runs commands one after the other on a copy of the examples and a
// state directory of its own. What it leaves running is ended.
func runSession(t *testing.T, root string, commands []command) {
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "examples"), os.DirFS(filepath.Join(root, "examples"))); err != nil {
		t.Fatal(err)
	}
	// A short path: the documents name the socket, which moves elsewhere
	// below a long one.
	state, err := os.MkdirTemp("", "wp")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		var out bytes.Buffer
		if c := run([]string{"down", "--state", state}, nil, &out, &out, func(string) string { return "" }); c != 0 {
			t.Errorf("down after the session: %d, %s", c, out.String())
		}
		if err := os.RemoveAll(state); err != nil {
			t.Error(err)
		}
	})
	for _, c := range commands {
		if name, _, _ := strings.Cut(c.text, " "); name != "waveplane" && name != "go" {
			if _, err := exec.LookPath(name); err != nil {
				t.Logf("line %d: not run, this machine has no %s: %s", c.line, name, c.text)
				continue
			}
		}
		out, code, err := runCommand(t.Context(), c.text, dir, state)
		if err != nil {
			t.Fatalf("line %d: %s: %v\n%s", c.line, c.text, err, out)
		}
		if code != c.code {
			t.Fatalf("line %d: %s: want exit code %d, got %d\n%s", c.line, c.text, c.code, code, out)
		}
		for _, missing := range notPrinted(c.shown, out) {
			t.Errorf("line %d: %s: the document shows\n%s\nwhich is not in what was printed:\n%s", c.line, c.text, missing, out)
		}
	}
	for _, name := range []string{seatDaemon, seatLaboratory} {
		if pid, err := sitting(state, name); err != nil || pid != 0 {
			t.Errorf("the document ends and leaves a %s running (pid %d, %v)", name, pid, err)
		}
	}
}

// commandTime bounds one command of a document.
const commandTime = 60 * time.Second

// runCommand runs a line as a shell does and returns all that it printed.
func runCommand(ctx context.Context, text, dir, state string) (string, int, error) {
	ctx, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	text = strings.ReplaceAll(text, "go run ./cmd/waveplane", "waveplane")
	cmd := exec.CommandContext(ctx, "sh", "-c", text)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "WAVEPLANE_STATE="+state, "WAVEPLANE_SERVER=", "HOME="+dir, "TZ=UTC")
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return string(out), 0, fmt.Errorf("not done after %v", commandTime)
	case errors.As(err, &exit):
		return string(out), exit.ExitCode(), nil
	}
	return string(out), 0, err
}

// session returns the commands of a document, and an error where something
// looks like a command and stands elsewhere than in a console block.
func session(text string) ([]command, error) {
	exitComment := regexp.MustCompile(`^exit code (\d+)\b`)
	stray := regexp.MustCompile(`^\s*(\$ )?(waveplane|go (run|test|build|install|tool)|curl|kill|git) \S`) // commands outside the one form
	var list []command
	var faults []error
	fence := ""
	for i, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "```") {
			if fence == "" {
				fence = line
			} else {
				fence = ""
			}
			continue
		}
		prompt, isCommand := strings.CutPrefix(line, "$ ")
		switch {
		case fence != "```console":
			code := fence != "" || strings.HasPrefix(line, "    ") || strings.HasPrefix(line, "\t")
			if code && stray.MatchString(line) {
				faults = append(faults, fmt.Errorf("line %d: a command outside a console block is never tested: %s", i+1, strings.TrimSpace(line)))
			}
		case isCommand:
			c := command{line: i + 1, text: strings.TrimSpace(prompt)}
			if at := strings.LastIndex(c.text, " # "); at >= 0 {
				comment := strings.TrimSpace(c.text[at+3:])
				c.text = strings.TrimSpace(c.text[:at])
				if m := exitComment.FindStringSubmatch(comment); m != nil {
					c.code, _ = strconv.Atoi(m[1]) // digits
				}
			}
			list = append(list, c)
		case stray.MatchString(line):
			faults = append(faults, fmt.Errorf("line %d: a command without a prompt is never tested: %s", i+1, line))
		case strings.TrimSpace(line) != "" && len(list) > 0:
			last := &list[len(list)-1]
			last.shown = append(last.shown, line)
		}
	}
	return list, errors.Join(faults...)
}

// unknownInText finds commands in running text that cannot work: they name no
// command, flag or folder that there is.
func unknownInText(tree, text string) []string {
	inline := regexp.MustCompile("`waveplane ([^`]+)`")
	inlineGo := regexp.MustCompile("`go (?:run|test|generate|install) (\\./[^` ]+)[^`]*`")
	var faults []string
	for _, m := range inlineGo.FindAllStringSubmatch(text, -1) {
		if _, err := os.Stat(filepath.Join(tree, strings.TrimSuffix(m[1], "..."))); err != nil {
			faults = append(faults, fmt.Sprintf("%s: %v", m[0], err))
		}
	}
	root := newRootCommand(&app{})
	root.InitDefaultHelpCmd()
	for _, m := range inline.FindAllStringSubmatch(text, -1) {
		words := strings.Fields(m[1])
		found, rest, err := root.Find(words)
		if found.HasSubCommands() && len(rest) > 0 || err != nil {
			faults = append(faults, fmt.Sprintf("`waveplane %s`: there is no such command", m[1]))
			continue
		}
		for _, word := range rest {
			flag, isLong := strings.CutPrefix(word, "--")
			flag, _, _ = strings.Cut(flag, "=")
			if isLong && found.Flags().Lookup(flag) == nil && found.InheritedFlags().Lookup(flag) == nil {
				faults = append(faults, fmt.Sprintf("`waveplane %s`: there is no --%s", m[1], flag))
			}
		}
	}
	return faults
}

// notPrinted returns the lines that were shown and not printed, whatever their
// numbers are.
func notPrinted(shown []string, out string) []string {
	var printed []string
	for line := range strings.SplitSeq(out, "\n") {
		printed = append(printed, masked(line))
	}
	var missing []string
	for _, line := range shown {
		var pattern strings.Builder
		for i, part := range strings.Split(masked(line), "…") {
			if i > 0 {
				pattern.WriteString(".*")
			}
			pattern.WriteString(regexp.QuoteMeta(part))
		}
		like := regexp.MustCompile("^" + pattern.String() + "$")
		if !slices.ContainsFunc(printed, like.MatchString) {
			missing = append(missing, line)
		}
	}
	return missing
}

// masked replaces what differs from run to run: numbers and times, generated
// names, the place of the state directory, how wide columns are, and through
// which phases a wavelength was seen to pass before it went into service.
func masked(line string) string {
	for _, m := range []struct{ what, with string }{
		{`state \S+,`, `state DIR,`},
		{`\b[a-z2-7]{12}/\d+`, `UID`},
		{`\b(Planned|Dark|Launch|Open|Verify)( → (Dark|Launch|Open|Verify))*\b`, `PHASES`},
		{`\d{4}-\d\d-\d\d`, `DATE`},
		{`\b(\d+(\.\d+)?(h|ms|m|s))+\b`, `TIME`},
		{`(^|[^\w-])[-+]?\d+(\.\d+)?(e[-+]?\d+)?`, `${1}N`},
		{`\s+`, ` `},
	} {
		line = regexp.MustCompile(m.what).ReplaceAllString(line, m.with)
	}
	return strings.TrimSpace(line)
}

// The reading of documents itself: what is a command, and what is noticed.
func TestSession(t *testing.T) {
	list, err := session("text\n```console\n$ waveplane drift --live  # exit code 2\nr1  -10.00 dBm … x\n\n$ waveplane down\n```\n")
	if err != nil || len(list) != 2 || list[0].text != "waveplane drift --live" || list[0].code != 2 || list[1].code != 0 || len(list[0].shown) != 1 {
		t.Errorf("want two commands, the first with code 2 and a line, got %+v, %v", list, err)
	}
	if missing := notPrinted(list[0].shown, "r1   -9.12 dBm  and so on x\n"); missing != nil {
		t.Errorf("numbers count: %q", missing)
	}
	for _, out := range []string{"", "r2  -10.00 dBm  y\n", "r1  -10.00 dBm  x y\n", "r1  lost  x\n"} {
		if missing := notPrinted(list[0].shown, out); len(missing) != 1 {
			t.Errorf("%q passes for %q", out, list[0].shown)
		}
	}
	for _, text := range []string{
		"    waveplane down\n", "    $ waveplane down\n", "```\nwaveplane down\n```\n", "```sh\n$ go test ./...\n```\n", "```console\nwaveplane down\n```\n",
	} {
		if list, err := session(text); err == nil {
			t.Errorf("%q: want a fault, got %+v", text, list)
		}
	}
	for text, want := range map[string]int{
		"`waveplane drift --live`, `waveplane lab cut`, `waveplane help exit-codes`": 0,
		"`go test ./drivers/gnmi -run Golden -update`, `go test ./...`":              0, "`go test ./nowhere`": 1,
		"`waveplane heal`": 1, "`waveplane drift --repair`": 1, "`waveplane lab mend x`": 1,
	} {
		if faults := unknownInText(filepath.Join("..", ".."), text); len(faults) != want {
			t.Errorf("%s: want %d faults, got %q", text, want, faults)
		}
	}
}
