// Command generate writes the documents of the example national: a backbone of
// 75 cities made from a published topology, and circuits on it.
//
//	go run ./examples/national/generate TOPOLOGY.json DIRECTORY
//
// It is run by `go generate ./examples`, and writes network, intents and
// demands below the directory. The same topology gives the same bytes.
package main

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: generate TOPOLOGY.json DIRECTORY")
		os.Exit(64)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(topology, dir string) error {
	raw, err := os.ReadFile(topology)
	if err != nil {
		return err
	}
	files, err := documents(raw)
	if err != nil {
		return fmt.Errorf("%s: %w", topology, err)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(files[name]), fs.FileMode(0o644)); err != nil {
			return err
		}
	}
	return nil
}

// documents returns the files of the example, by their path in it.
func documents(topology []byte) (map[string]string, error) {
	b, err := readBackbone(topology)
	if err != nil {
		return nil, err
	}
	first, rest, err := b.circuits()
	if err != nil {
		return nil, err
	}
	ports := map[string]int{}
	for _, c := range slices.Concat(first, rest) {
		ports[c.from]++
		ports[c.to]++
	}
	return map[string]string{
		"network/sites.yaml":    b.siteFile(),
		"network/devices.yaml":  b.deviceFile(ports),
		"network/links.yaml":    b.lineFile(),
		"network/patches.yaml":  b.patchFile(ports),
		"intents/circuits.yaml": circuitFile("The circuits that are lit first: between hubs, on lines that they have for themselves.", first),
		"demands/circuits.yaml": circuitFile("The rest of the demand: between all hubs in reach, and from every other city to the nearest three.", rest),
	}, nil
}
