package sim

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/goccy/go-yaml"

	"github.com/waveplane/waveplane/drivers/sim/light"
	"github.com/waveplane/waveplane/intents"
)

// WriteDocuments writes what Documents returns to lab/NAME/network.yaml below
// the state directory and returns the path.
func (l *Lab) WriteDocuments() (string, error) {
	b, err := intents.EncodeYAML(l.documents...)
	if err != nil {
		return "", fmt.Errorf("write documents of the laboratory: %w", err)
	}
	path := filepath.Join(l.cfg.StateDir, "lab", l.cfg.Name, "network.yaml")
	if err := os.WriteFile(path, b, 0o644); err != nil {
		return "", fmt.Errorf("write documents of the laboratory: %w", err)
	}
	return path, nil
}

// PlantFile is where the plant of a laboratory stands: beside its directory of
// documents, not in it, for nobody who applies documents is to read it.
func PlantFile(stateDir, name string) string {
	return filepath.Join(stateDir, "lab", name+".plant.yaml")
}

// ReadPlant reads a plant file. Unknown fields are errors. The error of a file
// that is not there satisfies errors.Is(err, fs.ErrNotExist).
func ReadPlant(path string) (*light.Plant, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	p := &light.Plant{}
	if err := yaml.UnmarshalWithOptions(b, p, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("plant %s: %w", path, err)
	}
	return p, nil
}

// WritePlant writes a plant file.
func WritePlant(path string, p *light.Plant) error {
	b, err := yaml.Marshal(p)
	if err != nil {
		return fmt.Errorf("plant %s: %w", path, err)
	}
	return os.WriteFile(path, b, 0o600)
}

// choosePlant takes the plant that was given, else the one of an earlier run,
// else one of seed 1, and writes down what was chosen.
func choosePlant(cfg Config) (*light.Plant, error) {
	path := PlantFile(cfg.StateDir, cfg.Name)
	p := cfg.Plant
	if p == nil {
		var err error
		if p, err = ReadPlant(path); errors.Is(err, fs.ErrNotExist) {
			p = &light.Plant{Seed: 1}
		} else if err != nil {
			return nil, err
		}
	}
	p.PickDirty(spanKeys(cfg.Documents))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	return p, WritePlant(path, p)
}
