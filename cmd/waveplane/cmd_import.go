package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/intents/gnpy"
)

// newImportCommand holds one command for each tool whose files can be read.
func newImportCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "import gnpy TOPOLOGY EQUIPMENT [SERVICES]",
		Short: "Turn the files of a planning tool into documents",
		Long:  `Turn the files of a planning tool into documents, without a server.`,
		RunE:  func(*cobra.Command, []string) error { return usageError("say of which tool the files are: gnpy") },
	}
	c.AddCommand(newImportGnpyCommand(a))
	return c
}

func newImportGnpyCommand(a *app) *cobra.Command {
	var extra []string
	c := &cobra.Command{
		Use:   "gnpy TOPOLOGY EQUIPMENT [SERVICES]",
		Short: "Turn GNPy's JSON files into documents",
		Long: `Turn GNPy's JSON files into documents on standard output: sites, devices, links,
types of amplifiers and fibres, modes and circuits. What has no counterpart is
told on standard error; what would make another network of it is an error, and
then nothing is written.

Save the network after GNPy's design step (--save-network) to import the gains
that it chose:
  waveplane import gnpy topology.json equipment.json services.json > network.yaml
  waveplane validate -f network.yaml`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 2 || len(args) > 3 {
				return usageError("want TOPOLOGY EQUIPMENT [SERVICES]")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.importGnpy(args, extra) },
	}
	c.Flags().StringArrayVar(&extra, "extra", nil, "file that the equipment names (again for more)")
	return c
}

func (a *app) importGnpy(args, extra []string) error {
	cat, err := a.catalogue()
	if err != nil {
		return err
	}
	var files []intents.File
	for _, name := range append(args, extra...) {
		f, err := readWhole(name)
		if err != nil {
			return err
		}
		files = append(files, f)
	}
	in := gnpy.Input{Topology: files[0], Equipment: files[1], Extra: files[len(args):]}
	if len(args) == 3 {
		in.Services = &files[2]
	}
	docs, notes, err := gnpy.Import(in, cat)
	if err != nil {
		return fmt.Errorf("import:\n%w", err)
	}
	a.tell(notes)
	text, err := intents.EncodeYAML(docs...)
	if err != nil {
		return err
	}
	if _, err := a.stdout.Write(text); err != nil {
		return err
	}
	a.sayf("%s", count(len(docs), "document"))
	return nil
}

// tell says what was left out.
func (a *app) tell(notes []gnpy.Note) {
	for _, n := range notes {
		a.sayf("note: %s", n)
	}
}

// readWhole reads a file up to the limit of what is taken.
func readWhole(name string) (intents.File, error) {
	f, err := os.Open(name)
	if err != nil {
		return intents.File{}, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, intents.MaxSet+1))
	if err != nil {
		return intents.File{}, fmt.Errorf("read %s: %w", name, err)
	}
	return intents.File{Name: name, Data: data}, nil
}
