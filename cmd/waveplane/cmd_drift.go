package main

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

// newDriftCommand shows what the devices say that differs from what was
// applied.
func newDriftCommand(a *app) *cobra.Command {
	var live bool
	difference := codeDifference
	c := &cobra.Command{
		Use:   "drift [device/NAME]",
		Short: "Show what the devices say that differs from what was applied",
		Long: `Show what the devices say that differs from what was applied. It cannot change
anything. Without --live the answer is what the devices last told by themselves;
with --live they are asked now.

Exit codes: 0 nothing differs, 2 something does (--diff-exit-code chooses
another), 7 a device was out of reach: it is Unknown, never in sync.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			device := ""
			if len(args) > 1 {
				return usageError("want at most one device/NAME")
			}
			if len(args) == 1 {
				s, err := a.subject(args[0])
				if err != nil {
					return err
				}
				if s.kind.Name != "Device" {
					return usageError("%q: want device/NAME", args[0])
				}
				device = s.name
			}
			cl, err := a.client()
			if err != nil {
				return err
			}
			defer cl.Close()
			report, err := cl.Drift(cmd.Context(), live, device)
			if err != nil {
				return err
			}
			switch {
			case a.output.structured():
				err = a.printStructured(report)
			case a.output == outName:
				a.printNames(driftNames(report.DriftReport))
			default:
				a.printDrift(report.DriftReport)
			}
			if err != nil {
				return err
			}
			return ended(driftCode(report.DriftReport, difference))
		},
	}
	c.Flags().BoolVar(&live, "live", false, "ask the devices now")
	c.Flags().Var(chosenCode{&difference}, "diff-exit-code", "exit code for drift")
	return c
}

// driftCode is computed from what is printed: drift always comes with an item.
// What waits to be sent is not drift of a device, and is shown all the same.
func driftCode(r records.DriftReport, difference code) code {
	if len(r.Unknown) > 0 {
		return codeIncomplete
	}
	if len(r.Items) > 0 {
		return difference
	}
	return codeDone
}

// driftNames lists the devices that differ or could not be asked.
func driftNames(r records.DriftReport) []string {
	var out []string
	for _, it := range r.Items {
		out = append(out, "device/"+it.Device)
	}
	for _, u := range r.Unknown {
		out = append(out, "device/"+u.Device)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (a *app) printDrift(r records.DriftReport) {
	if len(r.Items) > 0 {
		headings := []string{"device", "class", "impact", "path", "applied", "found", "since", "wavelength"}
		var rows [][]string
		for _, it := range r.Items {
			rows = append(rows, []string{it.Device, string(it.Class), dash(string(it.Impact)), it.Path, orAbsent(it.Applied), orAbsent(it.Found), age(it.Since), cmp.Or(it.Wavelength, dash(it.Owner))})
		}
		a.grid(headings, rows)
		for _, it := range r.Items {
			if it.Message != "" && (a.output == outWide || it.Class == models.DriftLight) {
				a.printf("%s: %s\n", it.Device, it.Message)
			}
		}
	}
	for _, u := range r.Unknown {
		a.printf("%s is Unknown since %s: %s: %s\n", u.Device, age(u.Since), u.Kind, u.Message)
	}
	how := "as last told"
	if r.Live {
		how = "asked now"
	}
	compared := count(r.Checked, "device") + " compared"
	if n := len(r.Unknown); n > 0 {
		compared += ", " + count(n, "device") + " not"
	}
	if r.Checked == 0 && len(r.Unknown) > 0 {
		a.printf("nothing is known: %s (%s)\n", compared, how)
		return
	}
	a.printf("%s; %s (%s)\n", count(len(r.Items), "difference"), compared, how)
}

func orAbsent(s string) string {
	if s == "" {
		return "(absent)"
	}
	return s
}

// count prints "1 device", "2 devices", "no device".
func count(n int, what string) string {
	switch n {
	case 0:
		return "no " + what
	case 1:
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
