package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/models"
)

// newWhyCommand explains a plan.
func newWhyCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "why circuit/NAME",
		Short: "Explain why a circuit is as it is",
		Long: `Explain why a circuit is as it is: what its status says, what is wrong with its
light now, what devices refused, and every route and mode that was tried, with
its length, latency and margin, and the reason where it was refused.`,
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
			if a.output == outName {
				a.printf("%s\n", wire.Ref(plan.Kind, plan.Namespace, plan.Name))
				return nil
			}
			a.printExplanation(plan)
			return nil
		},
	}
	c.Flags().StringVarP(&a.namespace, "namespace", "n", "", "tenant (default: default)")
	return c
}

// printExplanation prints what is so first, then how it came to be.
func (a *app) printExplanation(e wire.Explanation) {
	candidates := e.Candidates
	e.Candidates = nil
	a.printCircuitPlan(e.CircuitPlan)
	if lines := standing(e); len(lines) > 0 {
		a.printf("status\n")
		for _, line := range lines {
			a.printf("  %s\n", line)
		}
		a.printf("\n")
	}
	a.printCandidates(candidates, false)
}

// standing words what the status says, without saying anything twice.
func standing(e wire.Explanation) []string {
	var out []string
	said := func(message string) bool {
		for _, line := range out {
			if strings.Contains(line, message) {
				return true
			}
		}
		return false
	}
	for _, c := range e.Conditions {
		if c.Type == models.Ready || c.Type == models.Stalled && c.Status == "True" {
			out = append(out, fmt.Sprintf("%s is %s: %s", c.Type, c.Status, reasonAndMessage(&c)))
		}
	}
	for _, f := range e.Faults {
		if !said(f.Message) {
			out = append(out, fmt.Sprintf("%s is in %s: %s: %s", f.Name, f.Phase, f.Reason, f.Message))
		}
	}
	for _, t := range e.Refused {
		out = append(out, fmt.Sprintf("refused by a device %s ago: wavelength %d: %s: %s", age(t.At), t.WL, t.Reason, t.Words))
	}
	return out
}
