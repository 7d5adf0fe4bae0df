package plan

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// end notes everything that an end says, whatever the phase.
func (v *Verdict) end(d *records.Decision, i int, st *models.State) {
	e := &d.Ends[i]
	c := st.Readings.Channels[e.OpticalChannel]
	l := st.Readings.Logical[e.Receiver()]
	v.End = &records.EndReading{
		Device: e.Device, Port: e.Port, Frequency: c.Frequency, Mode: c.Mode, TxPower: c.TxPower, RxPower: c.RxPower,
		PreFecBer: l.PreFecBer, Q: l.Q, Osnr: c.Osnr,
	}
}

// quality checks lock and errors of a receiver.
func (v *Verdict) quality(e *records.End, mode *catalogue.Mode, st *models.State) {
	l := st.Readings.Logical[e.Receiver()]
	limit := fecLimit(mode.FEC)
	q := l.Q
	if q == nil && l.PreFecBer != nil && *l.PreFecBer > 0 && *l.PreFecBer < 0.5 {
		made := models.Ratio(math.Round(qOf(*l.PreFecBer) * 100))
		q = &made
	}
	if q != nil {
		margin := *q - models.Ratio(math.Round(qOf(limit)*100))
		v.End.QMargin = &margin
	}
	sound := v.Fault == ""
	switch {
	case l.LinkUp == nil:
		v.fault("no lock reported by %s", receiver(e))
	case !*l.LinkUp:
		v.fault("no lock: %s is down although there is light", receiver(e))
	case l.PreFecBer != nil && *l.PreFecBer >= limit:
		v.fault("pre-FEC bit error ratio %.2e, %s mends %.2e", *l.PreFecBer, mode.FEC, limit)
		v.MarginOnly = sound
	case q == nil:
		v.fault("neither Q nor pre-FEC bit error ratio is reported by %s", receiver(e))
	case *v.End.QMargin <= 0:
		v.fault("Q %v, %v below what %s needs", *q, -*v.End.QMargin, mode.FEC)
		v.MarginOnly = sound
	}
}

// receiver names what reports lock and errors, for people.
func receiver(e *records.End) string {
	if e.LineOnly {
		return e.OpticalChannel
	}
	return "logical channel " + e.Receiver()
}

// fecLimit is the greatest bit error ratio before correction that a FEC mends;
// 2.0e-2, oFEC's, where it is not known.
func fecLimit(fec string) float64 {
	switch strings.ToUpper(strings.ReplaceAll(fec, "-", "")) {
	case "CFEC":
		return 1.25e-2
	case "SCFEC":
		return 4.5e-3
	}
	return 2.0e-2
}

// qOf converts a bit error ratio to Q in dB.
func qOf(ber float64) float64 {
	return 20 * math.Log10(math.Sqrt2*math.Erfcinv(2*ber))
}

// FirstBadHop finds the first hop, in the order of light, that is not as
// predicted, and says in one sentence what is measured there and what lies
// between it and the last hop that was right. Where every hop is right but a
// receiver does not lock, that is the hop. An end that runs another frequency or
// mode than it was set to is a bad hop whatever its power, because the light
// before it need not be at fault. The message is empty when nothing
// of the kind is known. Verdicts are keyed by device; devices without one are
// passed over.
func FirstBadHop(d *records.Decision, all map[string]Verdict) (records.HopReading, string) {
	before, unknown, passed := "", "", ""
	for i, h := range d.Forecast {
		if h.Kind == records.HopTx { // where a direction begins
			before, unknown, passed = "", "", ""
		}
		r, ok := readingOf(h, all)
		if !ok {
			if _, told := all[h.Device]; !told {
				unknown = "; nothing is known of " + h.Device + " before it"
			}
			continue
		}
		if m := all[h.Device].Mistuned; m != "" && (h.Kind == records.HopTx || h.Kind == records.HopRx) {
			return r, fmt.Sprintf("%s: %s (power %s)", hopName(h), m, show(r.Measured))
		}
		if r.Verdict == VerdictLow && h.Kind == records.HopAmplifier {
			if next, dark := darkAfter(d, i, all); dark {
				return next, describeBad(d, next, before, passed) + unknown + "; " + hopName(h) + " has reduced its power, as it does before an open fibre"
			}
		}
		if r.Verdict != VerdictOK && r.Verdict != VerdictClosed {
			if h.Kind == records.HopRx && r.Verdict == VerdictNone && slices.Contains(DarkTransmitters(d, all), h.Device) {
				unknown += "; the transmitter of " + h.Device + " is dark too"
			}
			return r, describeBad(d, r, before, passed) + unknown
		}
		before, unknown, passed = hopName(h), "", h.Link
	}
	for _, h := range d.Forecast {
		v, ok := all[h.Device]
		if h.Kind != records.HopRx || !ok || v.Good || v.MarginOnly || v.Fault == "" {
			continue
		}
		r, ok := readingOf(h, all)
		if !ok {
			r = records.HopReading{Hop: h, Verdict: VerdictOK}
		}
		msg := h.Device + ": " + v.Fault
		if ok && r.Measured != nil {
			msg += fmt.Sprintf(" (rx power %v is as predicted, so mode or frequency differ, or the light is another's)", *r.Measured)
		}
		return r, msg
	}
	return records.HopReading{}, ""
}

// DarkTransmitters lists the ends whose transmitter was measured and sends nothing.
func DarkTransmitters(d *records.Decision, all map[string]Verdict) []string {
	var out []string
	for _, h := range d.Forecast {
		if r, ok := readingOf(h, all); ok && h.Kind == records.HopTx && r.Verdict == VerdictNone && r.Measured != nil {
			out = append(out, h.Device)
		}
	}
	return out
}

// darkAfter returns the hop that follows hop i on the same link and way when no
// light arrives there. An amplifier that looks into an open fibre reduces its
// power, so it is low because of what lies behind it.
func darkAfter(d *records.Decision, i int, all map[string]Verdict) (records.HopReading, bool) {
	if i+1 >= len(d.Forecast) {
		return records.HopReading{}, false
	}
	h, next := d.Forecast[i], d.Forecast[i+1]
	if next.Direction != h.Direction || next.Link == "" || (h.Link != "" && next.Link != h.Link) {
		return records.HopReading{}, false
	}
	r, ok := readingOf(next, all)
	return r, ok && r.Verdict == VerdictNone
}

func readingOf(h records.Hop, all map[string]Verdict) (records.HopReading, bool) {
	for _, r := range all[h.Device].Hops {
		if r.Direction == h.Direction && r.Kind == h.Kind && r.Key == h.Key {
			return r, true
		}
	}
	return records.HopReading{}, false
}

func hopName(h records.Hop) string {
	switch h.Kind {
	case records.HopMedia:
		return h.Device + " channel " + h.Key
	case records.HopAmplifier:
		return h.Device + " amplifier " + h.Key
	case records.HopPort:
		return h.Device + " port " + h.Key
	}
	return h.Device + " " + string(h.Kind)
}

// unmeasured lists the links that light goes over between two of which one end was
// measured, in its order; from is "" where it begins.
func unmeasured(d *records.Decision, direction records.Direction, from, to string) []string {
	var way []string
	for _, leg := range d.Route {
		way = append(way, leg.Link)
	}
	if direction == records.ZA {
		slices.Reverse(way)
	}
	first, last := slices.Index(way, from)+1, slices.Index(way, to)
	if first >= last {
		return nil
	}
	return way[first:last]
}

// describeBad names device, hop, numbers, and what the light passed since it
// was last right: before, on the link passed.
func describeBad(d *records.Decision, r records.HopReading, before, passed string) string {
	msg := fmt.Sprintf("%s: %s", hopName(r.Hop), show(r.Measured))
	if r.Kind == records.HopAmplifier {
		msg += fmt.Sprintf(", at least %v predicted", r.Expected)
	} else {
		msg += fmt.Sprintf(", predicted %v", r.Expected)
	}
	if r.Via != "" {
		msg += "; before it lies " + r.Via
		if silent := unmeasured(d, r.Direction, passed, r.Link); len(silent) > 0 {
			slices.Reverse(silent)
			msg += ", and before that, with nothing measured between, " + strings.Join(silent, ", ")
		}
	}
	if before != "" {
		msg += "; last right at " + before
	}
	return msg
}
