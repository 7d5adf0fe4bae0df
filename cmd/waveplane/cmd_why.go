package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

// newWhyCommand explains a plan.
func newWhyCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "why circuit/NAME",
		Short: "Explain why a circuit is as it is",
		Long: `Explain why a circuit is as it is: what its status says, what is wrong with its
light now, what devices refused, and every route and mode between its ends, with
length, latency and margin: the one that is taken, why others are refused, and
in what those that would do too are worse. The table is cut after the best
candidates; -o wide shows all of them.`,
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

// planned is a subject that the planner decides about.
func (a *app) planned(arg string) (subject, error) {
	s, err := a.subject(arg)
	if err == nil && !s.kind.Namespaced {
		err = usageError("%q: want circuit/NAME or wl/NAME", arg)
	}
	return s, err
}

// printExplanation prints what is so first, then how it came to be.
func (a *app) printExplanation(e wire.Explanation) {
	candidates := e.Candidates
	e.Candidates = nil
	if lines := standing(e); len(lines) > 0 {
		a.printf("%s\n", wire.Ref(e.Kind, e.Namespace, e.Name))
		for _, line := range lines {
			a.printf("  %s\n", line)
		}
		a.printf("\n")
	}
	if len(e.Refused) > 0 {
		a.printf("planned now, without the ports and slots that a device refused:\n")
	}
	a.printCircuitPlan(e.CircuitPlan)
	if len(e.Objective) > 0 {
		a.printf("what is best: %s\n", strings.Join(e.Objective, ", then "))
	}
	best, rest := bestCandidates(candidates)
	if a.output == outWide {
		best, rest = append(best, rest...), nil
	}
	a.printCandidates(best, false)
	if len(rest) == 0 {
		return
	}
	counts := map[string]int{}
	for _, c := range rest {
		counts[cmp.Or(string(c.Reason), "would do")]++
	}
	var words []string
	for _, reason := range slices.Sorted(maps.Keys(counts)) {
		words = append(words, fmt.Sprintf("%d %s", counts[reason], reason))
	}
	a.printf("  %s more: %s (-o wide shows all)\n", count(len(rest), "candidate"), strings.Join(words, ", "))
}

// bestCandidates divides candidates: what is taken, then what would do, then
// what is refused, each in the order given.
func bestCandidates(list []records.Candidate) (best, rest []records.Candidate) {
	const most = 30
	place := func(c records.Candidate) int {
		switch c.Reason {
		case models.Planned:
			return 0
		case "":
			return 1
		}
		return 2
	}
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(a, b records.Candidate) int { return place(a) - place(b) })
	cut := min(most, len(sorted))
	return sorted[:cut:cut], sorted[cut:]
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
	if helps := slices.ContainsFunc(e.Faults, func(f wire.WavelengthFault) bool {
		return f.Phase == records.PhaseHeld || f.Phase == records.PhaseStuck
	}); helps {
		out = append(out, "once the cause is gone, try again: waveplane retry "+wire.Ref(e.Kind, e.Namespace, e.Name))
	}
	for _, t := range e.Refused {
		out = append(out, fmt.Sprintf("refused by a device %s ago: wavelength %d: %s: %s", age(t.At), t.WL, t.Reason, t.Words))
	}
	return out
}
