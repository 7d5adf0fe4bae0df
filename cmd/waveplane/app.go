package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/models/catalogue"
)

// app is what all commands share: the streams, the environment and the flags
// that every command has.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string

	state, server string
	sheets        string // directory of the user's own catalogue sheets
	output        outputFormat
	namespace     string
	daemon        bool // a signal is the ordinary way to end
}

// catalogue reads the catalogue, with the user's own sheets where there are some.
func (a *app) catalogue() (*catalogue.Catalogue, error) {
	dir := a.sheetsDir()
	if dir == "" {
		return catalogue.Default()
	}
	if entries, err := os.ReadDir(dir); err != nil {
		return nil, usageError("--catalogue: %v", err)
	} else if !slices.ContainsFunc(entries, func(e os.DirEntry) bool { return filepath.Ext(e.Name()) == ".yaml" }) {
		return nil, usageError("--catalogue: there is no file *.yaml in %s", dir)
	}
	return catalogue.Load(os.DirFS(dir))
}

func (a *app) sheetsDir() string {
	if a.sheets != "" {
		return a.sheets
	}
	return a.getenv("WAVEPLANE_CATALOGUE")
}

// stateDir returns the state directory: flag, environment, the user's own.
func (a *app) stateDir() (string, error) {
	dir := a.state
	if dir == "" {
		dir = a.getenv("WAVEPLANE_STATE")
	}
	if dir == "" {
		base := a.getenv("XDG_STATE_HOME")
		if base == "" {
			home := a.getenv("HOME")
			if home == "" {
				return "", errors.New("no state directory: give --state or set WAVEPLANE_STATE")
			}
			base = filepath.Join(home, ".local", "state")
			if runtime.GOOS == "darwin" {
				base = filepath.Join(home, "Library", "Application Support")
			}
		}
		dir = filepath.Join(base, "waveplane")
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("state directory: %w", err)
	}
	return abs, nil
}

// client returns a client for the daemon of --server or of the state directory.
func (a *app) client() (*client.Client, error) {
	server := a.server
	if server == "" {
		server = a.getenv("WAVEPLANE_SERVER")
	}
	cfg := client.Config{Server: server, Agent: "waveplane/" + version}
	if server == "" {
		dir, err := a.stateDir()
		if err != nil {
			return nil, err
		}
		cfg.StateDir = dir
	}
	cl, err := client.New(cfg)
	if err != nil && server != "" {
		return nil, usageError("%v", err)
	}
	return cl, err
}

// sayf writes a line of progress to standard error.
func (a *app) sayf(format string, args ...any) {
	fmt.Fprintln(a.stderr, cleanText(fmt.Sprintf(format, args...)))
}

// printf writes data to standard output.
func (a *app) printf(format string, args ...any) {
	fmt.Fprint(a.stdout, cleanText(fmt.Sprintf(format, args...)))
}

// subject is one document as named on the command line.
type subject struct {
	kind            wire.Kind
	namespace, name string
}

func (s subject) ref() string { return wire.Ref(s.kind.Name, s.namespace, s.name) }

// full names a document whatever the tenant of who reads it.
func (s subject) full() string {
	if !s.kind.Namespaced {
		return s.kind.Name + "/" + s.name
	}
	return s.kind.Name + "/" + s.namespace + "/" + s.name
}

// subject reads KIND/NAME or KIND/NAMESPACE/NAME.
func (a *app) subject(arg string) (subject, error) {
	parts := strings.Split(arg, "/")
	if len(parts) < 2 || len(parts) > 3 || parts[len(parts)-1] == "" {
		return subject{}, usageError("%q: want KIND/NAME, such as circuit/ai-east-west", arg)
	}
	kind, err := wire.KindNamed(parts[0])
	if err != nil {
		return subject{}, usageError("%q: %v", arg, err)
	}
	s := subject{kind: kind, name: parts[len(parts)-1]}
	switch {
	case !kind.Namespaced && len(parts) == 3:
		return subject{}, usageError("%q: a %s has no namespace", arg, kind.Name)
	case kind.Namespaced && len(parts) == 3:
		s.namespace = parts[1]
	case kind.Namespaced:
		s.namespace = a.tenant()
	}
	return s, nil
}

// subjects reads KIND/NAME… or KIND NAME….
func (a *app) subjects(args []string) ([]subject, error) {
	if len(args) > 1 && !strings.Contains(args[0], "/") {
		joined := make([]string, 0, len(args)-1)
		for _, name := range args[1:] {
			joined = append(joined, args[0]+"/"+name)
		}
		args = joined
	}
	out := make([]subject, 0, len(args))
	for _, arg := range args {
		s, err := a.subject(arg)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

func (a *app) tenant() string {
	if a.namespace != "" {
		return a.namespace
	}
	return wire.DefaultNamespace
}

// exactly returns an argument check whose error is a usage error.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) == n:
			return nil
		case n == 1 && len(args) == 2 && isKind(args[0]):
			return usageError("want %s: write %s/%s", what, args[0], args[1])
		case n > 0 && len(args) > n:
			return usageError("want %s, one at a time; got %d arguments", what, len(args))
		}
		return usageError("want %s", what)
	}
}

func isKind(word string) bool {
	_, err := wire.KindNamed(word)
	return err == nil
}

// atLeastOne is exactly's sister for lists.
func atLeastOne(what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usageError("want %s", what)
		}
		return nil
	}
}
