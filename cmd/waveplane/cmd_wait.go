package main

import (
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/waveplane/waveplane/models"
)

// newWaitCommand waits until documents are as they should be.
func newWaitCommand(a *app) *cobra.Command {
	var goal string
	var timeout time.Duration
	var events string
	c := &cobra.Command{
		Use:   "wait KIND/NAME... | KIND NAME... [--for=Ready]",
		Short: "Wait until documents are ready or gone",
		Long: `Wait until a condition is True (Ready, Planned, Programmed, InSync, Stalled) or
something else (Ready=False), or until the document is deleted. What does not exist yet is waited for.

Exit codes: 3 when the planner refused, 1 when a wavelength is Held or Stuck,
6 when the time is over; what was unmet is printed. After a retry an end from
before it does not count.`,
		Args: atLeastOne("KIND/NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			target, err := parseGoal(goal)
			if err != nil {
				return err
			}
			if events != "" && events != "ndjson" {
				return usageError("--events %q: want ndjson", events)
			}
			subjects, err := a.subjects(args)
			if err != nil {
				return err
			}
			cl, err := a.client()
			if err != nil {
				return err
			}
			defer cl.Close()
			items := make([]waitItem, 0, len(subjects))
			for _, s := range subjects {
				items = append(items, waitItem{subject: s})
			}
			return a.waitFor(cmd.Context(), cl, items, target, timeout, events == "ndjson")
		},
	}
	c.Flags().StringVar(&goal, "for", string(untilReady), "Ready, Planned, Programmed, InSync, Stalled, also as Ready=False; or deleted")
	timeout = 5 * time.Minute
	c.Flags().Var(patience{&timeout}, "timeout", "give up after this long (exit code 6); 0 waits for ever")
	c.Flags().StringVar(&events, "events", "", "ndjson prints each change as a line of JSON; what is gone has deleted: true")
	c.Flags().StringVarP(&a.namespace, "namespace", "n", "", "tenant (default: default)")
	return c
}

// parseGoal reads --for; condition=NAME is taken too, as kubectl has it.
func parseGoal(s string) (waitGoal, error) {
	s = strings.TrimPrefix(s, "condition=")
	if strings.EqualFold(s, "delete") || strings.EqualFold(s, string(untilDeleted)) {
		return untilDeleted, nil
	}
	name, status, valued := strings.Cut(s, "=")
	known := []models.ConditionType{models.Ready, models.IsPlanned, models.Programmed, models.InSync, models.Stalled}
	i := slices.IndexFunc(known, func(t models.ConditionType) bool { return strings.EqualFold(string(t), name) })
	statuses := []string{"True", "False", "Unknown"}
	j := slices.IndexFunc(statuses, func(t string) bool { return strings.EqualFold(t, status) })
	if i < 0 || valued && j < 0 {
		return "", usageError("--for %q: want Ready, Planned, Programmed, InSync or Stalled, also as Ready=False; or deleted", s)
	}
	if !valued || j == 0 {
		return waitGoal(known[i]), nil
	}
	return waitGoal(string(known[i]) + "=" + statuses[j]), nil
}
