package plan

import (
	"fmt"
	"strconv"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// Tolerances of judging.
const (
	TxTolerance        models.Ratio     = 100 // launch power against the one set
	LightTolerance     models.Ratio     = 300 // power at a hop against the prediction
	FrequencyTolerance models.Frequency = 1800
	// DarkBelow is the power at and below which a reading counts as no light.
	DarkBelow models.Power = -3500
	// leakTolerance: a closed channel is dark when this far below what it
	// carries when open, however low that is.
	leakTolerance models.Ratio = 1500
)

// Verdicts on a hop.
const (
	VerdictOK     = "ok"
	VerdictClosed = "closed" // a media channel that is to be dark in this phase, and is
	VerdictLow    = "low"
	VerdictHigh   = "high"
	VerdictNone   = "none" // no light, or no reading
)

// Verdict is what one device says about one wavelength in one phase.
type Verdict struct {
	Good  bool
	Fault string // the first thing that is not as it should be, with the numbers
	// Mistuned tells how frequency or mode of an end differ from what was set.
	// Its receiver then sees no light of ours, whatever the fibre does.
	Mistuned string
	// MarginOnly is set when light and lock are right and only the error margin
	// is not.
	MarginOnly bool
	// Lit is set when a laser is to be off and a reading says that it is not: Fault
	// tells which. Without a reading nothing is known.
	Lit  bool
	Hops []records.HopReading // those that count in the phase
	End  *records.EndReading  // set on a device that ends the wavelength
}

func (v *Verdict) fault(format string, args ...any) {
	if v.Fault == "" {
		v.Fault = fmt.Sprintf(format, args...)
	}
}

// Judge compares what a device says with what the phase expects of it. A device
// on which nothing counts in the phase is good. How long light must be good,
// and whether error counters rise, is for the caller.
//
//   - Dark and the last Drain step: the laser is proven off.
//   - Launch: laser on, transmit power ±1 dB, frequency ±1.8 GHz, mode equal;
//     media channels dark.
//   - Open: besides, the channels that are open within ±3 dB.
//   - Verify, InService, Held: besides, received power inside the mode's window
//     and ±3 dB, lock, and fewer errors than the error correction mends. Held
//     counts media channels up to its step.
func Judge(d *records.Decision, mode catalogue.Mode, profile catalogue.Profile, device string, phase records.PhaseName, step int, st *models.State) Verdict {
	var v Verdict
	e := expectationOf(d, phase, step)
	for i := range d.Ends {
		if d.Ends[i].Device != device {
			continue
		}
		v.end(d, i, st)
		switch {
		case e.off:
			v.provenOff(d.Ends[i].OpticalChannel, profile, st)
		case e.on:
			v.tuned(d, i, st)
		}
	}
	for _, h := range d.Forecast {
		if h.Device != device {
			continue
		}
		switch {
		case h.Kind == records.HopTx && e.on:
			v.tx(h, d.LaunchPower, st)
		case h.Kind == records.HopMedia && e.on:
			v.media(h, stepOfHop(d, h) <= e.open, st)
		case h.Kind == records.HopAmplifier && e.arrived:
			v.amplifier(h, st)
		case h.Kind == records.HopPort && e.arrived:
			v.port(h, st)
		case h.Kind == records.HopRx && e.arrived:
			v.rx(h, &mode, d.Osnr, st)
		}
	}
	if e.arrived {
		for i := range d.Ends {
			if d.Ends[i].Device == device {
				v.quality(&d.Ends[i], &mode, st)
			}
		}
	}
	v.Good = v.Fault == ""
	return v
}

// expectation is a phase as judging sees it.
type expectation struct {
	off     bool // laser proven off
	on      bool // laser on and tuned
	open    int  // media channels up to this step carry light
	arrived bool // light reaches the far end
}

func expectationOf(d *records.Decision, phase records.PhaseName, step int) expectation {
	switch phase {
	case records.PhaseDark:
		return expectation{off: true}
	case records.PhaseDrain:
		return expectation{off: step >= DrainSteps(d)}
	case records.PhaseLaunch:
		return expectation{on: true}
	case records.PhaseOpen:
		return expectation{on: true, open: step}
	case records.PhaseHeld:
		return expectation{on: true, open: step, arrived: step >= Steps(d)}
	case records.PhaseVerify, records.PhaseInService:
		return expectation{on: true, open: Steps(d), arrived: true}
	}
	return expectation{}
}

func stepOfHop(d *records.Decision, h records.Hop) int {
	for _, m := range d.Media {
		if m.Device == h.Device && strconv.Itoa(m.Index) == h.Key {
			return m.Step
		}
	}
	return 0
}

// provenOff holds when a reading of the channel is there and shows no light.
func (v *Verdict) provenOff(channel string, profile catalogue.Profile, st *models.State) {
	r, ok := st.Readings.Channels[channel]
	limit := profile.ProvenOffDbm
	switch {
	case !ok:
		v.fault("no reading of %s yet", channel)
	case r.TxPower != nil && r.TxPower.Dbm() > limit:
		v.Lit = true
		v.fault("tx power %v, the laser counts as off at %g dBm and below", *r.TxPower, limit)
	case r.TxPower == nil && r.LaserOn == nil:
		v.fault("%s tells neither its transmit power nor whether the laser is on", channel)
	case r.TxPower == nil && *r.LaserOn:
		v.Lit = true
		v.fault("laser on")
	}
}

// tuned checks frequency and mode of a laser that is on.
func (v *Verdict) tuned(d *records.Decision, i int, st *models.State) {
	e := &d.Ends[i]
	r, ok := st.Readings.Channels[e.OpticalChannel]
	if !ok {
		v.fault("no reading of %s yet", e.OpticalChannel)
		return
	}
	want := d.Slot.Centre()
	switch {
	case r.LaserOn != nil && !*r.LaserOn:
		v.fault("laser off")
	case r.Frequency == nil:
		v.fault("no frequency reading of %s", e.OpticalChannel)
	case *r.Frequency-want > FrequencyTolerance || want-*r.Frequency > FrequencyTolerance:
		v.Mistuned = fmt.Sprintf("frequency %v, set %v ±%v", *r.Frequency, want, FrequencyTolerance)
	case r.Mode == nil:
		v.fault("no mode reading of %s", e.OpticalChannel)
	case *r.Mode != e.ModeCode:
		v.Mistuned = fmt.Sprintf("mode %d, set %d", *r.Mode, e.ModeCode)
	}
	if v.Mistuned != "" {
		v.fault("%s", v.Mistuned)
	}
}

func (v *Verdict) tx(h records.Hop, set models.Power, st *models.State) {
	var measured *models.Power
	if r, ok := st.Readings.Channels[h.Key]; ok {
		measured = r.TxPower
	}
	if word := v.hop(h, measured, set, TxTolerance); word != VerdictOK {
		v.fault("tx power %s, set %v ±1", show(measured), set)
	}
}

func (v *Verdict) media(h records.Hop, open bool, st *models.State) {
	var measured *models.Power
	if r, ok := st.Readings.Media[h.Key]; ok {
		measured = r.Power
	}
	if open {
		if word := v.hop(h, measured, h.Expected, LightTolerance); word != VerdictOK {
			v.fault("channel %s power %s, predicted %v ±3", h.Key, show(measured), h.Expected)
		}
		return
	}
	word := VerdictClosed
	if limit := max(DarkBelow, h.Expected.Plus(-leakTolerance)); measured != nil && *measured > limit {
		word = VerdictHigh
		v.fault("channel %s power %v while it is closed", h.Key, *measured)
	}
	v.Hops = append(v.Hops, records.HopReading{Hop: h, Measured: measured, Verdict: word})
}

// amplifier checks only that the output is not less than this channel alone
// would make it: the reading is of all channels together.
func (v *Verdict) amplifier(h records.Hop, st *models.State) {
	r := st.Readings.Amplifiers[h.Key]
	word := VerdictOK
	switch {
	case r.Output == nil || *r.Output <= DarkBelow:
		word = VerdictNone
	case *r.Output < h.Expected.Plus(-LightTolerance):
		word = VerdictLow
	}
	v.Hops = append(v.Hops, records.HopReading{Hop: h, Measured: r.Output, Verdict: word})
	if word != VerdictOK {
		v.fault("amplifier %s output %s, at least %v predicted", h.Key, show(r.Output), h.Expected)
	}
}

// port checks the light that leaves a circuit switch, which is of one wavelength.
func (v *Verdict) port(h records.Hop, st *models.State) {
	var measured *models.Power
	if r, ok := st.Readings.Ports[h.Key]; ok {
		measured = r.Output
	}
	if word := v.hop(h, measured, h.Expected, LightTolerance); word != VerdictOK {
		v.fault("port %s power %s, predicted %v ±3", h.Key, show(measured), h.Expected)
	}
}

func (v *Verdict) rx(h records.Hop, mode *catalogue.Mode, osnr models.Ratio, st *models.State) {
	var measured *models.Power
	if r, ok := st.Readings.Channels[h.Key]; ok {
		measured = r.RxPower
	}
	if word := v.hop(h, measured, h.Expected, LightTolerance); word != VerdictOK {
		v.fault("rx power %s, predicted %v ±3", show(measured), h.Expected)
		return
	}
	if len(mode.Receive) == 0 {
		return
	}
	win := window(mode, osnr.Db())
	last := &v.Hops[len(v.Hops)-1]
	switch {
	case *measured < win.Min:
		last.Verdict = VerdictLow
	case *measured > win.Max:
		last.Verdict = VerdictHigh
	default:
		return
	}
	v.fault("rx power %v, mode %s takes %v to %v", *measured, mode.Name, win.Min, win.Max)
}

// hop notes a reading beside its expectation.
func (v *Verdict) hop(h records.Hop, measured *models.Power, want models.Power, tolerance models.Ratio) string {
	word := VerdictOK
	switch {
	case measured == nil || *measured <= DarkBelow:
		word = VerdictNone
	case measured.Minus(want) < -tolerance:
		word = VerdictLow
	case measured.Minus(want) > tolerance:
		word = VerdictHigh
	}
	v.Hops = append(v.Hops, records.HopReading{Hop: h, Measured: measured, Verdict: word})
	return word
}

func show(p *models.Power) string {
	if p == nil {
		return "not there"
	}
	return p.String()
}
