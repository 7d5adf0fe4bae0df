package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
)

// newAdoptCommand makes documents of what devices have.
func newAdoptCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "adopt [device/NAME...]",
		Short: "Read what devices have into documents to review",
		Long: `Read what devices have into documents to review: ports, light and the fibres
between them, each field with how certain it is, and a list of what no device
tells. It changes nothing, on the devices or in the store; without arguments all
devices are asked that are only observed.

-o yaml prints the documents with their comments, ready for a file. Light that is
described in them is not taken over: Waveplane lights what its own documents ask
for, and leaves what others lit alone.

Exit codes: 0 all devices were asked, 7 one was out of reach.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			var devices []string
			for _, arg := range args {
				s, err := a.subject(arg)
				if err != nil {
					return err
				}
				if s.kind.Name != intents.KindDevice {
					return usageError("%q: want device/NAME", arg)
				}
				devices = append(devices, s.name)
			}
			cl, err := a.client()
			if err != nil {
				return err
			}
			defer cl.Close()
			report, err := cl.Adopt(cmd.Context(), devices)
			if err != nil {
				return err
			}
			switch a.output {
			case outJSON:
				err = a.printStructured(report)
			case outYAML:
				err = a.printAdopted(report)
			case outName:
				var names []string
				for _, d := range report.Documents {
					names = append(names, strings.ToLower(d.Kind)+"/"+d.Name)
				}
				a.printNames(names)
			default:
				a.printAdoption(report)
			}
			if err != nil {
				return err
			}
			if len(report.Unknown) > 0 {
				return ended(codeIncomplete)
			}
			return nil
		},
	}
}

// printAdopted prints the documents for a file, with what is known of each field
// before them.
func (a *app) printAdopted(r wire.AdoptionReport) error {
	for i, d := range r.Documents {
		docs, err := intents.Decode(d.Document, d.Kind+" "+d.Name)
		if err != nil {
			return fmt.Errorf("adopt: %w", err)
		}
		text, err := intents.EncodeYAML(docs...)
		if err != nil {
			return fmt.Errorf("adopt: %w", err)
		}
		if i > 0 {
			a.printf("---\n")
		}
		for _, f := range d.Fields {
			a.printf("# %-6s  %s: %s\n", f.Confidence, f.Path, f.From)
		}
		a.printf("%s", text)
	}
	comment := func(title string, lines []string) {
		if len(lines) > 0 {
			a.printf("# %s:\n", title)
		}
		for _, l := range lines {
			a.printf("#   %s\n", l)
		}
	}
	comment("Seen, and in no document", r.Seen)
	comment("To be found out", append(r.Untold, outOfReach(r.Adoption)...))
	return nil
}

func outOfReach(r records.Adoption) []string {
	var out []string
	for _, u := range r.Unknown {
		out = append(out, fmt.Sprintf("%s could not be asked: %s: %s", u.Device, u.Kind, u.Message))
	}
	return out
}

func (a *app) printAdoption(r wire.AdoptionReport) {
	var rows [][]string
	for _, d := range r.Documents {
		sure := map[records.Confidence]int{}
		for _, f := range d.Fields {
			sure[f.Confidence]++
		}
		rows = append(rows, []string{d.Kind, d.Name, fmt.Sprint(sure[records.ConfidenceHigh]), fmt.Sprint(sure[records.ConfidenceMedium]), fmt.Sprint(sure[records.ConfidenceLow])})
	}
	a.grid([]string{"kind", "name", "high", "medium", "low"}, rows)
	for _, l := range r.Seen {
		a.printf("seen: %s\n", l)
	}
	for _, l := range append(r.Untold, outOfReach(r.Adoption)...) {
		a.printf("to be found out: %s\n", l)
	}
	a.printf("%s; -o yaml prints them\n", count(len(r.Documents), "document"))
}
