package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/preview"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

// newPlanCommand shows what the network would become.
func newPlanCommand(a *app) *cobra.Command {
	var files, remove []string
	var detailed, alone bool
	var show string
	var off offline
	c := &cobra.Command{
		Use:   "plan -f FILE|DIR",
		Short: "Show what the network would become after these files",
		Long: `Show what the network would become after these files. Nothing is written.

With --offline the files are all there is: sites, devices and links stand in
them too, and no daemon is asked. The output and the exit codes are those of a
daemon that has nothing stored yet, so that a change can be checked before it
is merged:
  waveplane plan -f network -f circuits --offline

plan asks: what would the network become after these files?
diff asks: what differs between these files and the stored intents?
drift asks: what do the devices say that differs from what was applied?`,
		Args: exactly(0, "no argument; documents come with -f"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch show {
			case "", "device", "leaves":
			default:
				return usageError("--show %q: want device or leaves", show)
			}
			ask := func() (wire.PlanReport, error) { return a.planStored(cmd.Context(), files, remove, show == "device") }
			switch {
			case alone && len(remove) > 0:
				return usageError("--remove names what is stored, and --offline knows of nothing stored: leave the document out of the files")
			case alone && a.server != "":
				return usageError("--offline asks no daemon: leave --server out")
			case !alone && cmd.Flags().Changed("estimator"):
				return usageError("--estimator goes with --offline; a daemon has its own (`waveplane serve --estimator`)")
			case alone:
				ask = func() (wire.PlanReport, error) { return off.plan(a, files, show == "device") }
			}
			report, err := ask()
			if err != nil {
				return err
			}
			switch {
			case a.output.structured():
				err = a.printStructured(report)
			case a.output == outName:
				a.printNames(planNames(report.PlanReport))
			default:
				a.printPlan(report.PlanReport, show)
			}
			if err != nil {
				return err
			}
			return ended(planCode(report.PlanReport, detailed))
		},
	}
	c.Flags().StringArrayVarP(&files, "file", "f", nil, "file, directory or - (again for more)")
	c.Flags().StringArrayVar(&remove, "remove", nil, "plan without this circuit or wavelength: KIND/NAME (again for more)")
	c.Flags().StringVarP(&a.namespace, "namespace", "n", "", "tenant of what --remove names (default: default)")
	c.Flags().BoolVar(&alone, "offline", false, "plan these files alone, without a daemon")
	off.flags(c)
	c.Flags().BoolVar(&detailed, "detailed-exitcode", false, "exit with 2 when something would change")
	c.Flags().StringVar(&show, "show", "", "device: changes in each device's own form; leaves: every leaf")
	return c
}

// planStored asks the daemon.
func (a *app) planStored(ctx context.Context, files, remove []string, native bool) (wire.PlanReport, error) {
	var set []wire.File
	var err error
	if len(files) > 0 || len(remove) == 0 {
		if set, err = a.filesToSend(files); err != nil {
			return wire.PlanReport{}, err
		}
	}
	subjects := make([]string, 0, len(remove))
	for _, arg := range remove {
		s, err := a.subject(arg)
		if err != nil {
			return wire.PlanReport{}, err
		}
		subjects = append(subjects, s.full())
	}
	cl, err := a.client()
	if err != nil {
		return wire.PlanReport{}, err
	}
	defer cl.Close()
	return cl.Plan(ctx, set, subjects, native)
}

// planCode says how a plan ends the program.
func planCode(p records.PlanReport, detailed bool) code {
	c := codeDone
	if p.Summary.Refused > 0 {
		c = codeRefused
	}
	if detailed && p.Summary.Add+p.Summary.Remove > 0 {
		c = worst(c, codeDifference)
	}
	return c
}

// planNames lists the documents for which something would change, or that
// would be refused.
func planNames(p records.PlanReport) []string {
	var out []string
	for _, c := range p.Circuits {
		if c.Action != "none" {
			out = append(out, wire.Ref(c.Kind, c.Namespace, c.Name))
		}
	}
	return out
}

// printPlan prints circuits with their wavelengths and refusals, then devices,
// then the summary.
func (a *app) printPlan(p records.PlanReport, show string) {
	for _, c := range p.Circuits {
		a.printCircuitPlan(c)
	}
	if len(p.Devices) > 0 {
		a.printf("devices\n")
		a.printDevicePlans(p.Devices, show)
		a.printf("\n")
	}
	switch p.Estimator {
	case "":
	case "estimate":
		a.printf("Margins and powers are an estimate.\n")
	case "gn":
		a.printf("Margins and powers are predicted by the Gaussian-noise model.\n")
	default:
		a.printf("Margins and powers are an estimate (%s).\n", p.Estimator)
	}
	a.printf("%s\n", p.Summary.Text)
}

func (a *app) printCircuitPlan(c records.CircuitPlan) {
	a.printf("%s  %s\n", wire.Ref(c.Kind, c.Namespace, c.Name), c.Action)
	a.printWavelengths(c.Wavelengths)
	if p := c.Pair; p != nil {
		a.printPair(p)
	}
	for _, name := range c.Retire {
		if !slices.ContainsFunc(c.Wavelengths, func(w records.PlannedWavelength) bool { return w.Name == name }) {
			a.printf("  remove  %s\n", name)
		}
	}
	if r := c.Refusal; r != nil {
		a.printf("  refused: %s: %s\n", r.Reason, r.Message)
		if r.Nearest != "" {
			a.printf("  would pass with: %s\n", r.Nearest)
		}
	}
	a.printCandidates(c.Candidates, true)
	if len(c.More) > 0 {
		var counts []string
		for _, reason := range slices.Sorted(maps.Keys(c.More)) {
			counts = append(counts, fmt.Sprintf("%d %s", c.More[reason], reason))
		}
		a.printf("  and not listed: %s\n", strings.Join(counts, ", "))
	}
	a.printf("\n")
}

func (a *app) printWavelengths(list []records.PlannedWavelength) {
	if len(list) == 0 {
		return
	}
	var rows [][]string
	for _, w := range list {
		rows = append(rows, []string{"  " + w.Action, w.Name, strings.Join(w.Route, ","), w.Mode, fmt.Sprintf("%d", w.CapacityGbps),
			number(w.CentreGHz, 3) + "/" + number(w.SlotGHz, 2), number(w.LaunchDbm, 1), number(w.LengthKm, 1), number(w.LatencyMs, 3), number(w.OsnrDb, 1), number(w.MarginDb, 1)})
	}
	a.grid([]string{"  ", "wavelength", "route", "mode", "gbit/s", "centre/width GHz", "tx dBm", "km", "ms", "osnr dB", "margin dB"}, rows)
}

// printPair prints two routes that would protect each other.
func (a *app) printPair(p *records.PlannedPair) {
	least := fmt.Sprintf("no two can have less than %s ms", number(p.LeastMs, 3))
	if p.Proven {
		least = fmt.Sprintf("the least of any two is %s ms", number(p.LeastMs, 3))
	}
	a.printf("  pair: no %s in common; %s ms both together, %s\n", sharedWord(p.Disjoint), number(p.LatencyMs, 3), least)
	for i, leg := range p.Legs {
		a.printf("  leg %d: %s  %s km  %s ms\n", i+1, strings.Join(leg.Route, ","), number(leg.LengthKm, 1), number(leg.LatencyMs, 3))
		a.printWavelengths(leg.Wavelengths)
	}
}

// sharedWord says what the legs of a pair do not share.
func sharedWord(disjoint string) string {
	if disjoint == "sharedRisk" {
		return "link and no shared risk"
	}
	return disjoint
}

// printCandidates lists what was tried; with refusedOnly the chosen one, which
// stands above as a wavelength, is left out.
func (a *app) printCandidates(list []records.Candidate, refusedOnly bool) {
	var rows [][]string
	for _, c := range list {
		if refusedOnly && c.Reason == models.Planned {
			continue
		}
		margin := "-"
		if c.Margin != nil {
			margin = number(c.Margin.Db(), 1)
		}
		reason, message := string(c.Reason), c.Message
		if c.Lost != "" {
			reason, message = "would do", c.Lost
		}
		rows = append(rows, []string{"  " + strings.Join(c.Route, ","), dash(c.Mode), number(c.LengthKm, 1), number(c.LatencyMs, 3), margin, dash(reason), dash(message)})
	}
	if len(rows) == 0 {
		return
	}
	title := "  candidate route"
	if refusedOnly {
		title = "  refused route"
	}
	a.grid([]string{title, "mode", "km", "ms", "margin dB", "reason", "message"}, rows)
}

func (a *app) printDevicePlans(list []records.DevicePlan, show string) {
	if show == "" {
		var rows [][]string
		for _, d := range list {
			create, change, remove := 0, 0, 0
			kinds := map[models.ObjectKind]bool{}
			for _, ch := range d.Changes {
				kinds[ch.Object.Kind] = true
				switch {
				case ch.Before == nil:
					create++
				case ch.After == nil:
					remove++
				default:
					change++
				}
			}
			names := make([]string, 0, len(kinds))
			for k := range kinds {
				names = append(names, string(k))
			}
			slices.Sort(names)
			rows = append(rows, []string{"  " + d.Device, fmt.Sprintf("+%d ~%d -%d", create, change, remove), strings.Join(names, ", ")})
		}
		a.grid([]string{"  device", "objects", "kinds"}, rows)
		return
	}
	for _, d := range list {
		a.printf("  %s\n", d.Device)
		switch {
		case show == "device" && d.Native == preview.NotConnected:
			a.printf("    %s: what follows is what it would get, leaf by leaf, not in its own form\n", d.Native)
		case show == "device" && d.Native != "":
			for line := range strings.SplitSeq(strings.TrimRight(d.Native, "\n"), "\n") {
				a.printf("    %s\n", line)
			}
			continue
		}
		for _, ch := range d.Changes {
			a.printChange(ch)
		}
	}
}

// printChange prints one object with the leaves that change.
func (a *app) printChange(ch models.Change) {
	sign := "~"
	switch {
	case ch.Before == nil:
		sign = "+"
	case ch.After == nil:
		sign = "-"
	}
	a.printf("    %s %s  (%s)\n", sign, ch.Object, ch.Owner)
	names := map[models.LeafName]bool{}
	for n := range ch.Before {
		names[n] = true
	}
	for n := range ch.After {
		names[n] = true
	}
	sorted := make([]string, 0, len(names))
	for n := range names {
		sorted = append(sorted, string(n))
	}
	slices.Sort(sorted)
	for _, n := range sorted {
		before, had := ch.Before[models.LeafName(n)]
		after, has := ch.After[models.LeafName(n)]
		switch {
		case had && has && before != after:
			a.printf("        %s: %s → %s\n", n, before, after)
		case has && !had:
			a.printf("        %s: %s\n", n, after)
		case had && !has:
			a.printf("        %s: %s → gone\n", n, before)
		}
	}
}
