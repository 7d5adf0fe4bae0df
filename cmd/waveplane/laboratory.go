package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"

	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/drivers/sim"
	"github.com/waveplane/waveplane/drivers/sim/light"
	"github.com/waveplane/waveplane/examples"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models/catalogue"
)

// labFlags say what a laboratory is like.
type labFlags struct {
	seed      uint64
	commit    time.Duration
	settle    time.Duration
	minSample time.Duration
	physics   physicsName
}

func (f *labFlags) register(c *cobra.Command) {
	c.Flags().Uint64Var(&f.seed, "seed", 0, "seed of what the documents do not know (default: the example's own)")
	c.Flags().DurationVar(&f.commit, "commit-time", 0, "how long a device takes for a change")
	c.Flags().DurationVar(&f.settle, "settle-time", 500*time.Millisecond, "how long a power loop takes to settle")
	f.physics = physicsGn
	c.Flags().Var(&f.physics, "physics", "nonlinear noise of fibres: gn (the Gaussian-noise model) or third-order (a rule of thumb)")
	c.Flags().DurationVar(&f.minSample, "min-sample", 0, "shortest sampling interval that devices accept (default 100ms)")
}

// scene is an example: a network, what it hides, and circuits to try on it.
type scene struct {
	name    string
	network []intents.Document
	circuit []wire.File
	plant   *light.Plant

	catalogue *catalogue.Catalogue
}

// openScene finds an example by name, or a directory of documents by path.
func (a *app) openScene(name string) (*scene, error) {
	var tree fs.FS
	s := &scene{name: name}
	switch info, err := os.Stat(name); {
	case strings.ContainsRune(name, filepath.Separator) && err == nil && info.IsDir():
		tree = os.DirFS(name)
		abs, err := filepath.Abs(name)
		if err != nil {
			return nil, err
		}
		s.name = filepath.Base(abs)
	case strings.ContainsRune(name, filepath.Separator) && err != nil:
		return nil, err
	default:
		sub, err := fs.Sub(examples.FS, name)
		if err != nil {
			return nil, usageError("example %q: %v", name, err)
		}
		if _, err := fs.Stat(sub, "."); err != nil {
			return nil, usageError("no example %q; there are %s", name, strings.Join(exampleNames(), ", "))
		}
		tree = sub
	}
	cat, err := a.catalogue()
	if err != nil {
		return nil, err
	}
	s.catalogue = cat
	network, err := readTree(tree, "network")
	if err != nil {
		return nil, fmt.Errorf("example %s: %w", name, err)
	}
	if len(network) == 0 {
		if network, err = readTree(tree, "."); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	var faults intents.Faults
	for _, f := range network {
		docs, err := intents.Decode([]byte(f.Content), f.Name, intents.WithCatalogue(cat))
		var fs intents.Faults
		if errors.As(err, &fs) {
			faults = append(faults, fs...)
		} else if err != nil {
			return nil, err
		}
		s.network = append(s.network, docs...)
	}
	if len(faults) > 0 {
		return nil, faults
	}
	for i := range s.network {
		intents.Default(&s.network[i])
	}
	if s.circuit, err = readTree(tree, "intents"); err != nil {
		return nil, err
	}
	raw, err := fs.ReadFile(tree, "plant.yaml")
	if err == nil {
		s.plant = &light.Plant{}
		if err := yaml.UnmarshalWithOptions(raw, s.plant, yaml.Strict()); err != nil {
			return nil, fmt.Errorf("example %s: plant.yaml: %w", name, err)
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return s, nil
}

func exampleNames() []string {
	entries, err := fs.ReadDir(examples.FS, ".")
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range entries {
		if e.IsDir() {
			out = append(out, e.Name())
		}
	}
	return out
}

// readTree reads the documents of one directory; none when it is not there.
func readTree(tree fs.FS, dir string) ([]wire.File, error) {
	entries, err := fs.ReadDir(tree, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []wire.File
	for _, e := range entries {
		if e.IsDir() || e.Name() == "plant.yaml" || !slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(e.Name())) {
			continue
		}
		path := e.Name()
		if dir != "." {
			path = dir + "/" + path
		}
		raw, err := fs.ReadFile(tree, path)
		if err != nil {
			return nil, err
		}
		out = append(out, wire.File{Name: path, Content: string(raw)})
	}
	return out, nil
}

// laboratory is a laboratory that runs in this process.
type laboratory struct {
	seat   *seat
	lab    *sim.Lab
	scene  *scene
	dir    string // its documents
	files  []wire.File
	cancel context.CancelFunc
	done   chan error
}

// startLaboratory claims the state directory, starts the devices and the
// control socket, and writes the documents.
func startLaboratory(ctx context.Context, stateDir string, s *scene, f labFlags, log *slog.Logger) (*laboratory, error) {
	st, err := takeSeat(stateDir, seatLaboratory)
	if err != nil {
		return nil, err
	}
	l := &laboratory{seat: st, scene: s, dir: filepath.Join(stateDir, "lab", s.name), done: make(chan error, 1)}
	if err := l.start(ctx, stateDir, f, log); err != nil {
		st.leave()
		return nil, err
	}
	return l, nil
}

func (l *laboratory) start(ctx context.Context, stateDir string, f labFlags, log *slog.Logger) error {
	plant := l.scene.plant
	if plant == nil {
		plant = &light.Plant{Seed: 1}
	}
	if f.seed != 0 {
		plant.Seed = f.seed
	}
	physics, err := f.physics.physics()
	if err != nil {
		return err
	}
	timing := sim.DefaultTiming()
	timing.Commit = f.commit
	timing.Light.Loop = f.settle
	l.lab, err = sim.NewLab(ctx, sim.Config{
		Documents: l.scene.network, Catalogue: l.scene.catalogue, StateDir: stateDir, Name: l.scene.name, Plant: plant, Physics: physics, Timing: timing, MinSample: f.minSample, Log: log,
	})
	if err != nil {
		return err
	}
	if err := l.write(); err != nil {
		l.lab.Close()
		return err
	}
	serving, cancel := context.WithCancel(ctx)
	l.cancel = cancel
	go func() { l.done <- l.lab.Serve(serving) }()
	return nil
}

// write puts the documents of the network, and the circuits to try, where
// people find them.
func (l *laboratory) write() error {
	if err := os.MkdirAll(filepath.Join(l.dir, "intents"), 0o700); err != nil {
		return fmt.Errorf("write documents: %w", err)
	}
	byKind := map[string][]intents.Document{}
	for _, d := range l.lab.Documents() {
		byKind[d.Kind] = append(byKind[d.Kind], d)
	}
	for _, kind := range wire.Kinds() {
		if len(byKind[kind.Name]) == 0 {
			continue
		}
		text, err := intents.EncodeYAML(byKind[kind.Name]...)
		if err != nil {
			return err
		}
		l.files = append(l.files, wire.File{Name: filepath.Join(l.dir, kind.Plural+".yaml"), Content: string(text)})
	}
	for _, f := range l.files {
		if err := os.WriteFile(f.Name, []byte(f.Content), 0o600); err != nil {
			return fmt.Errorf("write documents: %w", err)
		}
	}
	for _, f := range l.scene.circuit {
		if err := os.WriteFile(filepath.Join(l.dir, "intents", filepath.Base(f.Name)), []byte(f.Content), 0o600); err != nil {
			return fmt.Errorf("write documents: %w", err)
		}
	}
	return nil
}

// apply brings the network into a daemon.
func (l *laboratory) apply(ctx context.Context, cl *client.Client) (wire.ChangeReport, error) {
	return cl.Apply(ctx, l.files, client.ChangeOptions{Reason: "laboratory " + l.scene.name})
}

// stop ends the laboratory and waits for it.
func (l *laboratory) stop() error {
	l.cancel()
	err := <-l.done
	l.lab.Close()
	l.seat.leave()
	return err
}
