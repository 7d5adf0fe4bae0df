package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/intents/gnpy"
)

// newExportCommand holds one command for each tool whose files can be written.
func newExportCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "export gnpy -f FILE|DIR --to DIR",
		Short: "Turn documents into the files of a planning tool",
		Long:  `Turn documents into the files of a planning tool, without a server.`,
		RunE:  func(*cobra.Command, []string) error { return usageError("say for which tool: gnpy") },
	}
	c.AddCommand(newExportGnpyCommand(a))
	return c
}

func newExportGnpyCommand(a *app) *cobra.Command {
	var files []string
	var to string
	var force bool
	c := &cobra.Command{
		Use:   "gnpy -f FILE|DIR --to DIR",
		Short: "Turn documents into GNPy's JSON files",
		Long: `Turn documents into GNPy's JSON files: topology.json, equipment.json, with
circuits services.json, and what the equipment names. What GNPy cannot say is
told on standard error.
  waveplane export gnpy -f network.yaml --to planning`,
		Args: exactly(0, "no argument; documents come with -f"),
		RunE: func(*cobra.Command, []string) error { return a.exportGnpy(files, to, force) },
	}
	c.Flags().StringArrayVarP(&files, "file", "f", nil, "file, directory or - (again for more)")
	c.Flags().StringVar(&to, "to", "", "directory to write to; it is made when it is not there")
	c.Flags().BoolVar(&force, "force", false, "write over files that are there")
	return c
}

func (a *app) exportGnpy(paths []string, to string, force bool) error {
	if len(paths) == 0 {
		return usageError("give -f FILE or -f DIRECTORY")
	}
	if to == "" {
		return usageError("give --to DIRECTORY")
	}
	cat, err := a.catalogue()
	if err != nil {
		return err
	}
	docs, err := intents.DecodeFiles(paths, false, a.stdin, intents.WithCatalogue(cat))
	if err != nil {
		return err
	}
	for i := range docs {
		intents.Default(&docs[i])
	}
	if err := intents.Check(docs, nil, cat); err != nil {
		return err
	}
	out, notes, err := gnpy.Export(docs, cat)
	if err != nil {
		return fmt.Errorf("export:\n%w", err)
	}
	a.tell(notes)
	files := []intents.File{{Name: "topology.json", Data: out.Topology}, {Name: "equipment.json", Data: out.Equipment}}
	if out.Services != nil {
		files = append(files, intents.File{Name: "services.json", Data: out.Services})
	}
	files = append(files, out.Extra...)
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	if !force {
		for _, f := range files {
			path := filepath.Join(to, f.Name)
			if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("%s is there already: write to another directory, or give --force", path)
			}
		}
	}
	for _, f := range files {
		path := filepath.Join(to, f.Name)
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			return err
		}
		a.printf("%s\n", path)
	}
	return nil
}
