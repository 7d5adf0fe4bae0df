package main

import (
	"github.com/spf13/cobra"
)

// newWhyCommand explains a plan.
func newWhyCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "why circuit/NAME",
		Short: "Explain why a circuit is planned as it is",
		Long: `Explain why a circuit is planned as it is: every route and mode that was tried,
with its length, latency and margin, and the reason where it was refused.`,
		Args: exactly(1, "circuit/NAME or wl/NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.subject(args[0])
			if err != nil {
				return err
			}
			if !s.kind.Namespaced {
				return usageError("%q: want circuit/NAME or wl/NAME", args[0])
			}
			cl, err := a.client()
			if err != nil {
				return err
			}
			defer cl.Close()
			plan, err := cl.Why(cmd.Context(), s.kind, s.namespace, s.name)
			if err != nil {
				return err
			}
			if a.output.structured() {
				return a.printStructured(plan)
			}
			candidates := plan.Candidates
			plan.Candidates = nil
			a.printCircuitPlan(plan)
			a.printCandidates(candidates, false)
			return nil
		},
	}
	c.Flags().StringVarP(&a.namespace, "namespace", "n", "", "tenant (default: default)")
	return c
}
