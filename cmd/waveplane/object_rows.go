package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// objectRows lays documents of one kind out as a table.
func (a *app) objectRows(kind wire.Kind, items []wire.Object, namespaces bool) ([]string, [][]string) {
	wide := a.output == outWide
	headings, cells := a.columns(kind.Name, wide)
	namespaces = namespaces && kind.Namespaced
	if namespaces {
		headings = append([]string{"namespace"}, headings...)
	}
	rows := make([][]string, 0, len(items))
	for _, o := range items {
		r := cells(o)
		if namespaces {
			r = append([]string{o.Metadata.Namespace}, r...)
		}
		rows = append(rows, r)
	}
	return headings, rows
}

// columns returns the headings of a kind and what fills them.
func (a *app) columns(kind string, wide bool) ([]string, func(wire.Object) []string) {
	switch kind {
	case intents.KindSite:
		return []string{"name", "role", "lat", "lon"}, siteRow
	case intents.KindDevice:
		return add(wide, []string{"name", "site", "profile", "mode", "reachable", "since"}, "address", "ports", "protocol", "safety", "vendor", "model", "software", "message"),
			func(o wire.Object) []string {
				if !wide {
					return deviceRow(o, nil)
				}
				cat, err := a.catalogue()
				if err != nil {
					cat = &catalogue.Catalogue{} // the row says "-" of what is not known
				}
				return deviceRow(o, cat)
			}
	case intents.KindLink:
		return add(wide, []string{"name", "a", "z", "km", "spans", "amplifiers"}, "power control", "shared risks"),
			func(o wire.Object) []string { return linkRow(o, wide) }
	case intents.KindAmplifierType:
		return []string{"name", "gain dB", "max dBm", "band THz", "noise", "source"}, amplifierTypeRow
	case intents.KindFiberType:
		return []string{"name", "dB/km", "ps/(nm km)", "area µm²", "source"}, fiberTypeRow
	case intents.KindMode:
		return []string{"name", "gbit/s", "gbd", "slot GHz", "modulation", "source"}, modeRow
	case intents.KindCircuit:
		return add(wide, []string{"name", "from", "to", "ready/asked", "ready", "reason", "age"}, "wavelengths", "planned", "programmed", "in sync", "stalled", "message"),
			func(o wire.Object) []string { return circuitRow(o, wide) }
	default:
		return add(wide, []string{"name", "circuit", "route", "mode", "centre GHz", "slot GHz", "phase", "margin", "latency"}, "from", "to", "tx", "reason", "message"),
			func(o wire.Object) []string { return wavelengthRow(o, wide) }
	}
}

func add(wide bool, headings []string, more ...string) []string {
	if wide {
		return append(headings, more...)
	}
	return headings
}

// specOf decodes the spec; what a newer server adds is left out.
func specOf[T any](o wire.Object) T {
	var spec T
	if err := json.Unmarshal(o.Spec, &spec); err != nil {
		var none T
		return none
	}
	return spec
}

func siteRow(o wire.Object) []string {
	s := specOf[intents.SiteSpec](o)
	return []string{o.Metadata.Name, s.Role, optional(s.Lat), optional(s.Lon)}
}

func deviceRow(o wire.Object, wide *catalogue.Catalogue) []string {
	s := specOf[intents.DeviceSpec](o)
	reachable, since, vendor, model, software, message := "Unknown", "-", "-", "-", "-", ""
	mode := s.Mode
	if s.Address == "" {
		reachable, mode = "passive", "-"
	} else if o.Status != nil && o.Status.Device != nil {
		d := o.Status.Device
		reachable = truth(d.Reachable)
		since = age(d.Since)
		vendor, model, software = dash(d.Identity.Vendor), dash(d.Identity.Model), dash(d.Identity.Software)
		message = d.Message
		if c := o.Condition(models.InSync); d.Reachable && c != nil && c.Status == "False" {
			message = c.Message
		}
	}
	r := []string{o.Metadata.Name, s.Site, s.Profile, mode, reachable, since}
	if wide != nil {
		protocol, safety := "-", "-"
		if sheet, err := sheetOf(wide, s); err == nil && sheet != nil {
			protocol, safety = sheet.Protocol, sheet.Safety
		}
		r = append(r, dash(s.Address), strconv.Itoa(len(s.Ports)), protocol, safety, vendor, model, software, dash(message))
	}
	return r
}

func linkRow(o wire.Object, wide bool) []string {
	s := specOf[intents.LinkSpec](o)
	km, spans, amps := 0.0, 0, 0
	var risks []string
	for _, sp := range s.Spans {
		if sp.Amplifier != nil {
			amps++
			continue
		}
		km += sp.Km
		spans++
		risks = append(risks, sp.SharedRisks...)
	}
	r := []string{o.Metadata.Name, s.Ends[0], s.Ends[1], number(km, 1), strconv.Itoa(spans), strconv.Itoa(amps)}
	if wide {
		r = append(r, dash(s.PowerControl), dash(strings.Join(risks, ",")))
	}
	return r
}

func modeRow(o wire.Object) []string {
	s := specOf[intents.ModeSpec](o)
	return []string{o.Metadata.Name, strconv.Itoa(s.RateGbps), number(s.BaudGBd, 2), number(s.SlotGHz, 2), dash(s.Modulation), dash(s.Source)}
}

func circuitRow(o wire.Object, wide bool) []string {
	s := specOf[intents.CircuitSpec](o)
	ready, reason, message := "Unknown", "-", ""
	if c := o.Condition(models.Ready); c != nil {
		ready, reason, message = c.Status, string(c.Reason), c.Message
	}
	if o.Metadata.DeletionTimestamp != nil && reason != string(models.DeviceUnreachable) {
		reason = string(models.Deleting)
	}
	if c := o.Condition(models.Stalled); c != nil && c.Status == "True" && (reason == string(models.Progressing) || reason == string(models.Deleting)) {
		reason, message = string(c.Reason), c.Message // nothing goes on
	}
	capacity := fmt.Sprintf("0/%d", s.CapacityGbps)
	waves := 0
	if o.Status != nil {
		if c := o.Status.Capacity; c != nil {
			capacity = fmt.Sprintf("%d/%d", c.ReadyGbps, c.AskedGbps)
		}
		waves = len(o.Status.Wavelengths)
	}
	r := []string{o.Metadata.Name, s.From, s.To, capacity, ready, reason, created(o)}
	if wide {
		r = append(r, strconv.Itoa(waves), conditionStatus(o, models.IsPlanned), conditionStatus(o, models.Programmed),
			conditionStatus(o, models.InSync), conditionStatus(o, models.Stalled), dash(message))
	}
	return r
}

func wavelengthRow(o wire.Object, wide bool) []string {
	s := specOf[intents.WavelengthSpec](o)
	st := wire.Status{}
	if o.Status != nil {
		st = *o.Status
	}
	if len(st.Wavelengths) > 0 { // of a document: what was decided, not what was asked for; those that go come last
		d := &st.Wavelengths[0]
		s.Mode, s.CentreGHz, s.SlotGHz = d.Mode, &d.CentreGHz, &d.SlotGHz
		if len(s.Route) == 0 {
			s.Route = d.Links
		}
	}
	tx := "-"
	if s.TxDbm != nil {
		tx = number(*s.TxDbm, 2) + " dBm"
	}
	r := []string{o.Metadata.Name, dash(o.Metadata.Labels[wire.LabelCircuit]), dash(strings.Join(s.Route, ",")), dash(s.Mode), optional(s.CentreGHz),
		optional(s.SlotGHz), dash(string(st.Phase)), number(st.MarginDb, 1) + " dB", number(st.LatencyMs, 3) + " ms"}
	if wide {
		if c := o.Condition(models.Ready); c != nil && st.Phase == "" { // refused, failed or not yet decided
			st.Reason, st.Message = c.Reason, c.Message
		}
		r = append(r, s.From, s.To, tx, dash(string(st.Reason)), dash(st.Message))
	}
	return r
}

func conditionStatus(o wire.Object, t models.ConditionType) string {
	if c := o.Condition(t); c != nil {
		return c.Status
	}
	return "Unknown"
}

func truth(b bool) string {
	if b {
		return "True"
	}
	return "False"
}

// number prints x with at most so many decimals.
func number(x float64, decimals int) string {
	s := strconv.FormatFloat(x, 'f', decimals, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if s == "-0" {
		return "0"
	}
	return s
}

func optional(x *float64) string {
	if x == nil {
		return "-"
	}
	return number(*x, 3)
}

func created(o wire.Object) string {
	if o.Metadata.CreationTimestamp == nil {
		return "-"
	}
	return age(*o.Metadata.CreationTimestamp)
}

// age prints how long ago something was, in one unit.
func age(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	d := max(time.Since(t), 0)
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	}
	return fmt.Sprintf("%dd", int(d.Hours()/24))
}
