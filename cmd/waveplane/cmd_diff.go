package main

import (
	"github.com/spf13/cobra"

	"github.com/waveplane/waveplane/controller/api/wire"
)

// newDiffCommand compares files with the stored documents.
func newDiffCommand(a *app) *cobra.Command {
	var files []string
	difference := codeDifference
	c := &cobra.Command{
		Use:   "diff -f FILE|DIR",
		Short: "Show what differs between these files and the stored intents",
		Long: `Show what differs between these files and the stored intents, field by field.
The same value spelt differently is no difference. Nothing is written.

Exit code 2 when there is a difference (--diff-exit-code chooses another), 0 when
there is none.`,
		Args: exactly(0, "no argument; documents come with -f"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			set, err := a.filesToSend(files)
			if err != nil {
				return err
			}
			cl, err := a.client()
			if err != nil {
				return err
			}
			defer cl.Close()
			report, err := cl.Diff(cmd.Context(), set)
			if err != nil {
				return err
			}
			if a.output.structured() {
				err = a.printStructured(report)
			} else {
				a.printDiff(report)
			}
			if err != nil || report.Differences() == 0 {
				return err
			}
			return ended(difference)
		},
	}
	c.Flags().StringArrayVarP(&files, "file", "f", nil, "file, directory or - (again for more)")
	c.Flags().Var(chosenCode{&difference}, "diff-exit-code", "exit code for a difference")
	return c
}

func (a *app) printDiff(r wire.ChangeReport) {
	for _, it := range r.Items {
		if a.output == outName {
			if it.Outcome == wire.Created || it.Outcome == wire.Configured {
				a.printf("%s\n", it.Ref())
			}
			continue
		}
		switch it.Outcome {
		case wire.Created:
			a.printf("+ %s is not stored\n", it.Ref())
		case wire.Configured:
			a.printf("~ %s\n", it.Ref())
			for _, ch := range it.Fields {
				a.printf("    %s: stored %s, file %s\n", ch.Path, orNothing(ch.Stored), orNothing(ch.Wanted))
			}
		}
	}
}
