package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/intents"
)

// newValidateCommand reads documents without a server.
func newValidateCommand(a *app) *cobra.Command {
	var files []string
	var feasible bool
	var off offline
	c := &cobra.Command{
		Use:   "validate -f FILE|DIR",
		Short: "Check documents without a server",
		Long: `Check documents without a server: everything that is wrong in all files, with
file, line and column. References are checked to kinds that are present in the
files; what could not be checked is said.

With --feasibility circuits and wavelengths are planned too, as
` + "`waveplane plan --offline`" + ` does: the network's documents must be among the
files. Each one that is refused is a line with its place, the reason, and the
smallest change that would pass; the exit code is then 3.
  waveplane validate -f network -f circuits --feasibility`,
		Args: exactly(0, "no argument; documents come with -f"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case feasible:
				return a.validateFeasible(files, off)
			case cmd.Flags().Changed("estimator"):
				return usageError("--estimator goes with --feasibility")
			}
			return a.validate(files, false)
		},
	}
	c.Flags().BoolVar(&feasible, "feasibility", false, "plan circuits and wavelengths too")
	off.flags(c)
	c.Flags().StringArrayVarP(&files, "file", "f", nil, "file, directory or - (again for more)")
	return c
}

// validation is what validate prints as JSON.
type validation struct {
	APIVersion string         `json:"apiVersion"`
	Kind       string         `json:"kind"` // Validation
	Valid      bool           `json:"valid"`
	Documents  int            `json:"documents"`
	Faults     intents.Faults `json:"faults"`
	Unchecked  []string       `json:"unchecked"`
	// Feasibility is there when it was asked for and the documents are valid.
	Feasibility *feasibility `json:"feasibility,omitempty"`
}

// validate checks files on their own. With names the documents are listed, as
// a dry run on the client does.
func (a *app) validate(paths []string, names bool) error {
	if len(paths) == 0 {
		return usageError("give -f FILE or -f DIRECTORY")
	}
	cat, err := a.catalogue()
	if err != nil {
		return err
	}
	v := validation{APIVersion: intents.APIVersion, Kind: "Validation", Faults: intents.Faults{}, Unchecked: []string{}}
	var faults intents.Faults
	docs, err := intents.DecodeFiles(paths, false, a.stdin, intents.WithCatalogue(cat))
	if err != nil && !errors.As(err, &faults) {
		return err
	}
	v.Documents = len(docs)
	if len(faults) == 0 {
		for i := range docs {
			intents.Default(&docs[i])
		}
		unchecked, err := intents.CheckOffline(docs, cat)
		v.Unchecked = append(v.Unchecked, unchecked...)
		if err != nil && !errors.As(err, &faults) {
			return err
		}
	}
	v.Faults = append(v.Faults, faults...)
	v.Valid = len(v.Faults) == 0
	if a.output.structured() {
		if err := a.printStructured(v); err != nil {
			return err
		}
	} else {
		a.printValidation(v, docs, names)
	}
	if !v.Valid {
		return ended(codeError)
	}
	return nil
}

func (a *app) printValidation(v validation, docs []intents.Document, names bool) {
	for _, f := range v.Faults {
		a.sayf("%s", f.Error())
	}
	const most = 10
	for i, u := range v.Unchecked {
		if i == most && a.output != outWide {
			a.sayf("not checked: %s more (-o wide shows all)", count(len(v.Unchecked)-most, "reference"))
			break
		}
		a.sayf("not checked: %s", u)
	}
	if !v.Valid {
		a.sayf("%s", count(len(v.Faults), "fault"))
		return
	}
	if names {
		for _, d := range docs {
			a.printf("%s valid (dry run on the client)\n", wire.Ref(d.Kind, d.Metadata.Namespace, d.Metadata.Name))
		}
		return
	}
	a.printf("%s valid\n", count(v.Documents, "document"))
}

// newSchemaCommand prints the JSON Schema of the documents.
func newSchemaCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the documents",
		Long: `Print the JSON Schema of the documents, for editors:
  waveplane schema > waveplane.schema.json
  # yaml-language-server: $schema=waveplane.schema.json`,
		Args: exactly(0, "no argument"),
		RunE: func(*cobra.Command, []string) error {
			raw, err := intents.Schema()
			if err != nil {
				return err
			}
			_, err = a.stdout.Write(append(raw, '\n'))
			return err
		},
	}
}
