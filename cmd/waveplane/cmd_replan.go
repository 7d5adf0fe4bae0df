package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/waveplane/waveplane/controller/api/wire"
)

// newReplanCommand shows what would be decided today.
func newReplanCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "replan circuit/NAME",
		Short: "Show what would be decided for a circuit today",
		Long: `Show what would be decided for a circuit today, make before break: the new light is
planned beside what the circuit has, and what it has goes once the new is in
service. Nothing is changed: decisions stand until the circuit itself asks for
something else.`,
		Args: exactly(1, "circuit/NAME or wl/NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.planned(args[0])
			if err != nil {
				return err
			}
			cl, err := a.client()
			if err != nil {
				return err
			}
			defer cl.Close()
			report, err := cl.Replan(cmd.Context(), s.kind, s.namespace, s.name)
			if err != nil {
				return err
			}
			switch {
			case a.output.structured():
				err = a.printStructured(report)
			case a.output == outName:
				a.printf("%s\n", wire.Ref(s.kind.Name, s.namespace, s.name))
			default:
				a.printReplan(report)
			}
			if err != nil {
				return err
			}
			return ended(planCode(report.PlanReport, false))
		},
	}
	c.Flags().StringVarP(&a.namespace, "namespace", "n", "", "tenant (default: default)")
	return c
}

func (a *app) printReplan(r wire.PlanReport) {
	steps := r.Steps
	a.printPlan(r.PlanReport, "")
	for i, step := range steps {
		text := fmt.Sprintf("%d. %s", i+1, step)
		a.printf("%s\n", text)
	}
}
