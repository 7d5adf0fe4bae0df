package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"

	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
)

// newDescribeCommand tells everything about one document.
func newDescribeCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "describe KIND/NAME",
		Short: "Tell everything about a document",
		Long: `Tell everything about a document: what was asked for, its conditions, and what
happened lately. For a wavelength also every point at which its light is
measured, predicted and measured power side by side, and the acceptance record
(-o json: what a carrier hands to its customer).`,
		Args: exactly(1, "KIND/NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.subject(args[0])
			if err != nil {
				return err
			}
			cl, err := a.client()
			if err != nil {
				return err
			}
			defer cl.Close()
			if s.kind.Name == intents.KindWavelength {
				return a.describeWavelength(cmd.Context(), cl, s)
			}
			return a.describe(cmd.Context(), cl, s)
		},
	}
	c.Flags().StringVarP(&a.namespace, "namespace", "n", "", "tenant (default: default)")
	return c
}

// description is what describe prints as JSON.
type description struct {
	wire.Object
	Events []records.Event   `json:"events"`
	Drift  *wire.DriftReport `json:"drift,omitempty"`
	Driven *deviceSheet      `json:"driven,omitempty"`
	Asked  []asked           `json:"asked,omitempty"` // by people: pauses, and what is not served yet
}

func (a *app) describe(ctx context.Context, cl *client.Client, s subject) error {
	d := description{}
	var err error
	if d.Object, err = cl.Get(ctx, s.kind, s.namespace, s.name); err != nil {
		return err
	}
	events, err := cl.Events(ctx, s.full(), 20)
	if err != nil {
		return err
	}
	d.Events = events.Items
	if a.output == outName {
		a.printf("%s\n", d.Ref())
		return nil
	}
	if d.Asked, err = askedOf(ctx, cl, func(r records.Request) bool { return about(r, d.Object) }); err != nil {
		return err
	}
	if s.kind.Name == intents.KindDevice {
		drift, err := cl.Drift(ctx, false, s.name)
		if err != nil {
			return err
		}
		d.Drift = &drift
		cat, err := a.catalogue()
		if err != nil {
			return err
		}
		if d.Driven, err = sheetOf(cat, specOf[intents.DeviceSpec](d.Object)); err != nil {
			return err
		}
		if d.Status != nil {
			d.Driven.probed(d.Status.Device)
		}
	}
	if a.output.structured() {
		return a.printStructured(d)
	}
	a.printHead(d.Object)
	if err := a.printSpec(d.Object); err != nil {
		return err
	}
	a.printSheet(d.Driven)
	a.printConditions(d.Object)
	if len(d.Asked) > 0 {
		a.printf("\n")
		a.printAsked(d.Asked)
	}
	if d.Status != nil && len(d.Status.Wavelengths) > 0 {
		a.printf("\nwavelengths\n")
		var rows [][]string
		for _, w := range d.Status.Wavelengths {
			rows = append(rows, []string{"  " + w.Name, string(w.Phase), strings.Join(w.Links, ","), w.Mode, number(w.CentreGHz, 3) + "/" + number(w.SlotGHz, 2),
				number(w.MarginDb, 1), number(w.LatencyMs, 3), dash(string(w.Reason)), dash(w.Message)})
		}
		a.grid([]string{"  name", "phase", "route", "mode", "centre/width GHz", "margin dB", "ms", "reason", "message"}, rows)
	}
	if d.Drift != nil && (len(d.Drift.Items) > 0 || len(d.Drift.Unknown) > 0) {
		a.printf("\ndrift\n")
		a.printDrift(d.Drift.DriftReport)
	}
	a.printEvents(d.Events)
	return nil
}

func (a *app) printHead(o wire.Object) {
	m := o.Metadata
	a.printf("%s  uid %s  generation %d  resourceVersion %s  age %s\n", o.Ref(), dash(m.UID), m.Generation, m.ResourceVersion, created(o))
	if m.DeletionTimestamp != nil {
		a.printf("being deleted since %s\n", age(*m.DeletionTimestamp))
	}
	for _, set := range []struct {
		name   string
		values map[string]string
	}{{"labels", m.Labels}, {"annotations", m.Annotations}} {
		var parts []string
		for k, v := range set.values {
			parts = append(parts, k+"="+v)
		}
		slices.Sort(parts)
		if len(parts) > 0 {
			a.printf("%s  %s\n", set.name, strings.Join(parts, " "))
		}
	}
}

func (a *app) printSpec(o wire.Object) error {
	text, err := yaml.JSONToYAML(o.Spec)
	if err != nil {
		return fmt.Errorf("show spec: %w", err)
	}
	a.printf("\nspec\n")
	for line := range strings.SplitSeq(strings.TrimRight(string(text), "\n"), "\n") {
		a.printf("  %s\n", line)
	}
	return nil
}

func (a *app) printConditions(o wire.Object) {
	if o.Status == nil || len(o.Status.Conditions) == 0 {
		return
	}
	a.printf("\nconditions (of generation %d)\n", o.Status.ObservedGeneration)
	var rows [][]string
	for _, c := range o.Status.Conditions {
		rows = append(rows, []string{"  " + string(c.Type), c.Status, string(c.Reason), age(c.LastTransitionTime), dash(c.Message)})
	}
	a.grid([]string{"  type", "status", "reason", "since", "message"}, rows)
	if o.Status.Nearest != "" {
		a.printf("would pass with: %s\n", o.Status.Nearest)
	}
}

func (a *app) printEvents(events []records.Event) {
	if len(events) == 0 {
		return
	}
	a.printf("\nevents\n")
	for _, e := range events {
		a.printEvent(e)
	}
}

// acceptance is what describe wl prints as JSON: the report beside the
// document.
type acceptance struct {
	wire.Object
	Report records.WavelengthReport `json:"report"`
}

func (a *app) describeWavelength(ctx context.Context, cl *client.Client, s subject) error {
	o, err := cl.Get(ctx, s.kind, s.namespace, s.name)
	if err != nil {
		return err
	}
	r, err := cl.Wavelength(ctx, s.namespace, s.name)
	if err != nil && !client.IsReason(err, wire.NotFound) {
		return err
	}
	if a.output.structured() {
		return a.printStructured(acceptance{o, r})
	}
	if a.output == outName {
		a.printf("%s\n", o.Ref())
		return nil
	}
	a.printHead(o)
	a.printConditions(o)
	if err != nil {
		a.printf("\nnot decided yet\n")
		return a.printSpec(o)
	}
	d := r.Decision
	a.printf("\nphase %s since %s  %s %s\n", r.Phase.Name, age(r.Phase.Since), r.Phase.Reason, r.Phase.Message)
	for _, left := range r.Phase.Residue {
		a.printf("  left on devices: %s\n", left)
	}
	a.printf("ends  %s/%s ↔ %s/%s\n", d.Ends[0].Device, d.Ends[0].Port, d.Ends[1].Device, d.Ends[1].Port)
	a.printf("route %s  %s km  %s ms\n", strings.Join(specOf[intents.WavelengthSpec](o).Route, " → "), number(d.LengthKm, 1), number(d.LatencyMs, 3))
	a.printf("mode  %s (%d Gbit/s)  %s GHz wide at %s GHz  launch %s\n", d.Mode, d.CapacityGbps, number(d.Slot.Width().GHz(), 2), number(d.Slot.Centre().GHz(), 3), d.LaunchPower)
	a.printf("predicted OSNR %s, margin %s over a floor of %s (by %s)\n", d.Osnr, d.Margin, d.Floor, d.Estimator)
	if len(r.Hops) > 0 {
		a.printf("\nlight now\n")
	}
	a.printHops(d, r.Hops, false)
	a.printEnds(r.Ends[:])
	if len(r.Applied) > 0 {
		a.printf("\ndevices\n")
		var rows [][]string
		for _, ap := range r.Applied {
			rows = append(rows, []string{"  " + ap.Device, dash(string(ap.Acked)), dash(string(ap.Attempt)), dash(ap.Refused)})
		}
		a.grid([]string{"  device", "acknowledged", "attempt", "refused"}, rows)
	}
	if acc := r.Phase.Acceptance; acc != nil {
		a.printf("\naccepted %s, soak %s s, predicted margin %s (%s), generation %d\n", acc.At.Local().Format("2006-01-02 15:04:05"), number(acc.SoakS, 1), acc.Predicted, acc.Estimator, acc.Generation)
		a.printHops(d, acc.Readings, true)
		a.printEnds(acc.Ends[:])
		for _, n := range acc.Neighbours {
			a.printf("  neighbour %s: Q %s → %s\n", n.Wavelength, n.QBefore, n.QAfter)
		}
	}
	return nil
}

// untold lists the points of devices of which nothing is known now.
func untold(d records.Decision, hops []records.HopReading) []records.HopReading {
	var out []records.HopReading
	for _, f := range d.Forecast {
		if !slices.ContainsFunc(hops, func(h records.HopReading) bool { return h.Device == f.Device }) {
			out = append(out, records.HopReading{Hop: f, Verdict: "unknown"})
		}
	}
	return out
}

// printHops prints predicted and measured power side by side, in the order in
// which light passes. An amplifier measures all channels together, so its
// reading says only that there is at least this channel's power.
func (a *app) printHops(d records.Decision, hops []records.HopReading, brief bool) {
	if len(hops) == 0 {
		return
	}
	place := func(h records.HopReading) int {
		return slices.IndexFunc(d.Forecast, func(f records.Hop) bool {
			return f.Direction == h.Direction && f.Kind == h.Kind && f.Device == h.Device && f.Key == h.Key
		})
	}
	hops = slices.Clone(hops)
	if !brief { // a point that is left out would look as if there were none
		hops = append(hops, untold(d, hops)...)
	}
	slices.SortStableFunc(hops, func(x, y records.HopReading) int { return place(x) - place(y) })
	var rows [][]string
	for _, h := range hops {
		predicted, measured, off := h.Expected.String(), "-", "-"
		if h.Measured != nil {
			measured = h.Measured.String()
			off = signed(h.Measured.Minus(h.Expected).Db())
		}
		if h.Kind == records.HopAmplifier {
			predicted, off = "≥ "+predicted, "-"
		}
		r := []string{"  " + string(h.Direction), string(h.Kind), h.Device, predicted, measured, off, dash(h.Verdict)}
		if !brief {
			r = append(r, h.Key, dash(h.Via))
		}
		rows = append(rows, r)
	}
	headings := []string{"  way", "point", "device", "predicted", "measured", "diff dB", "verdict"}
	if !brief {
		headings = append(headings, "what", "after")
	}
	a.grid(headings, rows)
}

func (a *app) printEnds(ends []records.EndReading) {
	var rows [][]string
	for _, e := range ends {
		if e.Device == "" {
			continue
		}
		rows = append(rows, []string{"  " + e.Device + "/" + e.Port, valueOf(e.Frequency), valueOf(e.TxPower), valueOf(e.RxPower), valueOf(e.Osnr), valueOf(e.Q), valueOf(e.QMargin), ber(e.PreFecBer)})
	}
	if len(rows) == 0 {
		return
	}
	a.grid([]string{"  receiver", "frequency", "tx", "rx", "osnr", "q", "q margin", "pre-fec ber"}, rows)
}

// valueOf prints a value that may be missing.
func valueOf[T fmt.Stringer](v *T) string {
	if v == nil {
		return "-"
	}
	return (*v).String()
}

func ber(v *float64) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprintf("%.1e", *v)
}

func signed(x float64) string { return fmt.Sprintf("%+.1f", x) }
