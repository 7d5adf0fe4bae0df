package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

const rootLong = `Waveplane turns intent documents into measured light between data centres, and
keeps it so.

Three words, three questions:
  diff   what differs between these files and the stored intents?
  plan   what would the network become after these files?
  drift  what do the devices say that differs from what was applied?

To see it work:  waveplane demo
To try it:       waveplane up --lab p2p`

// newRootCommand lists all commands.
func newRootCommand(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:           "waveplane",
		Short:         "Optical provisioning for data-centre interconnect",
		Long:          rootLong,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError("no command %q; `waveplane help` lists them", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError("%v; see `%s --help`", err, cmd.CommandPath())
	})
	flags := root.PersistentFlags()
	flags.StringVar(&a.state, "state", "", "state directory (WAVEPLANE_STATE; default: the user's own)")
	flags.StringVar(&a.server, "server", "", "daemon to talk to: http://host:port or unix:/path (WAVEPLANE_SERVER; default: the socket in the state directory)")
	flags.StringVar(&a.sheets, "catalogue", "", "directory with sheets of your own, *.yaml: device profiles, modes, pluggables, fibres (WAVEPLANE_CATALOGUE)")
	flags.VarP(&a.output, "output", "o", "table|wide|json|yaml|name")
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetHelpCommand(newHelpCommand(root))

	groups := []struct {
		id, title string
		commands  []*cobra.Command
	}{
		{"start", "Start:", []*cobra.Command{newDemoCommand(a), newUpCommand(a), newDownCommand(a), newServeCommand(a), newLabCommand(a), newVersionCommand(a)}},
		{"intent", "Intent:", []*cobra.Command{newValidateCommand(a), newPlanCommand(a), newApplyCommand(a), newDiffCommand(a), newDeleteCommand(a), newSchemaCommand(a), newImportCommand(a), newExportCommand(a)}},
		{"read", "Read:", []*cobra.Command{newGetCommand(a), newDescribeCommand(a), newWhyCommand(a), newReplanCommand(a), newSpectrumCommand(a), newEventsCommand(a)}},
		{"converge", "Converge:", []*cobra.Command{newWaitCommand(a), newDriftCommand(a), newRepairCommand(a), newAdoptCommand(a), newRetryCommand(a), newPauseCommand(a), newResumeCommand(a)}},
	}
	for _, g := range groups {
		root.AddGroup(&cobra.Group{ID: g.id, Title: g.title})
		for _, c := range g.commands {
			c.GroupID = g.id
			root.AddCommand(c)
		}
	}
	root.AddCommand(newExitCodesTopic(a))
	return root
}

// newExitCodesTopic is shown by `waveplane help exit-codes`.
func newExitCodesTopic(a *app) *cobra.Command {
	show := func() {
		for _, row := range exitCodes() {
			a.printf("%4s  %s\n", row[0], row[1])
		}
		a.printf("\nWhere several hold, the first of these counts: 1, 7, 4, 5, 3, 6, 2. Everything is printed all the same.\n")
	}
	c := &cobra.Command{
		Use:   "exit-codes",
		Short: "The exit codes, one table for every command",
		Args:  exactly(0, "no argument"),
		RunE: func(*cobra.Command, []string) error {
			show()
			return nil
		},
	}
	c.SetHelpFunc(func(*cobra.Command, []string) { show() })
	return c
}

// newVersionCommand prints which program this is.
func newVersionCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of this program",
		Args:  exactly(0, "no argument"),
		RunE: func(*cobra.Command, []string) error {
			v := thisVersion()
			if a.output.structured() {
				return a.printStructured(v)
			}
			_, err := fmt.Fprintf(a.stdout, "waveplane %s (%s)\n", v.Version, v.Go)
			return err
		},
	}
}

// newHelpCommand is help about any command; of one that there is not it says so, as
// the command itself would.
func newHelpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Help about any command",
		RunE: func(_ *cobra.Command, args []string) error {
			about, rest, err := root.Find(args)
			if about == nil || err != nil || len(rest) > 0 {
				return usageError("no command %q; `waveplane help` lists them", strings.Join(args, " "))
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}
