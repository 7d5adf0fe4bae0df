package plan_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

// healthy is the state of one device with everything as predicted.
func healthy(d *records.Decision, device string) *models.State {
	st := &models.State{Readings: models.Readings{
		Channels: map[string]models.ChannelReading{}, Logical: map[string]models.LogicalReading{}, Media: map[string]models.MediaReading{}, Amplifiers: map[string]models.AmplifierReading{},
	}}
	for _, h := range d.Forecast {
		if h.Device != device {
			continue
		}
		expected := h.Expected
		switch h.Kind {
		case records.HopTx:
			c := st.Readings.Channels[h.Key]
			c.TxPower = &expected
			st.Readings.Channels[h.Key] = c
		case records.HopRx:
			c := st.Readings.Channels[h.Key]
			c.RxPower = &expected
			st.Readings.Channels[h.Key] = c
		case records.HopMedia:
			st.Readings.Media[h.Key] = models.MediaReading{Power: &expected}
		case records.HopAmplifier:
			st.Readings.Amplifiers[h.Key] = models.AmplifierReading{Output: ptr(expected + 300)} // others' light too
		}
	}
	for _, e := range d.Ends {
		if e.Device != device {
			continue
		}
		c := st.Readings.Channels[e.OpticalChannel]
		c.Frequency, c.Mode, c.LaserOn = ptr(d.Slot.Centre()), ptr(e.ModeCode), ptr(true)
		st.Readings.Channels[e.OpticalChannel] = c
		st.Readings.Logical[strconv.Itoa(e.OtnIndex)] = models.LogicalReading{LinkUp: ptr(true), PreFecBer: ptr(5e-3), Q: ptr(models.Ratio(820))}
	}
	return st
}

func setChannel(st *models.State, key string, change func(*models.ChannelReading)) {
	c := st.Readings.Channels[key]
	change(&c)
	st.Readings.Channels[key] = c
}

func TestJudgeEnd(t *testing.T) {
	n := p2p(t, 1, 80, true)
	d := must(t, n, plan.NewLedger(), circuit("c", "a", "b", 400)).Add[0] // launch -7, received -3
	cat := n.Catalogue()
	channel := func(change func(*models.ChannelReading)) func(*models.State) {
		return func(st *models.State) { setChannel(st, "oc-et-0/0/0", change) }
	}
	logical := func(r models.LogicalReading) func(*models.State) {
		return func(st *models.State) { st.Readings.Logical["10000"] = r }
	}
	nothing := func(*models.State) {}
	dark := channel(func(c *models.ChannelReading) {
		c.TxPower, c.RxPower, c.LaserOn = ptr(models.Power(-4000)), nil, ptr(false)
	})
	for name, c := range map[string]struct {
		phase  records.PhaseName
		step   int
		change func(*models.State)
		fault  string // "" means good
	}{
		"planned":                {records.PhasePlanned, 0, nothing, ""},
		"dark and off":           {records.PhaseDark, 0, dark, ""},
		"dark, no power reading": {records.PhaseDark, 0, channel(func(c *models.ChannelReading) { *c = models.ChannelReading{} }), "tells neither its transmit power"},
		"dark, never read":       {records.PhaseDark, 0, func(st *models.State) { st.Readings.Channels = nil }, "no reading of oc-et-0/0/0 yet"},
		"dark but on":            {records.PhaseDark, 0, nothing, "tx power -7.00 dBm, the laser counts as off at -30 dBm and below"},
		"dark, flag on":          {records.PhaseDark, 0, channel(func(c *models.ChannelReading) { c.TxPower = nil }), "laser on"},
		"drain 1 asks nothing":   {records.PhaseDrain, 1, nothing, ""},
		"drained but on":         {records.PhaseDrain, 2, nothing, "tx power -7.00 dBm"},
		"drained":                {records.PhaseDrain, 2, dark, ""},
		"launch":                 {records.PhaseLaunch, 0, channel(func(c *models.ChannelReading) { c.RxPower = nil }), ""},
		"launch, off":            {records.PhaseLaunch, 0, channel(func(c *models.ChannelReading) { c.LaserOn = ptr(false) }), "laser off"},
		"launch, weak":           {records.PhaseLaunch, 0, channel(func(c *models.ChannelReading) { c.TxPower = ptr(models.Power(-801)) }), "tx power -8.01 dBm, set -7.00 dBm ±1"},
		"launch, just enough":    {records.PhaseLaunch, 0, channel(func(c *models.ChannelReading) { c.TxPower = ptr(models.Power(-800)) }), ""},
		"launch, no power":       {records.PhaseLaunch, 0, channel(func(c *models.ChannelReading) { c.TxPower = nil }), "tx power not there, set -7.00 dBm ±1"},
		"launch, elsewhere":      {records.PhaseLaunch, 0, channel(func(c *models.ChannelReading) { c.Frequency = ptr(d.Slot.Centre() + 1801) }), "frequency 191351.801 GHz, set 191350 GHz ±1.8 GHz"},
		"launch, nearly there":   {records.PhaseLaunch, 0, channel(func(c *models.ChannelReading) { c.Frequency = ptr(d.Slot.Centre() - 1800) }), ""},
		"launch, no frequency":   {records.PhaseLaunch, 0, channel(func(c *models.ChannelReading) { c.Frequency = nil }), "no frequency reading"},
		"launch, other mode":     {records.PhaseLaunch, 0, channel(func(c *models.ChannelReading) { c.Mode = ptr(uint16(9)) }), "mode 9, set 5"},
		"launch, no mode":        {records.PhaseLaunch, 0, channel(func(c *models.ChannelReading) { c.Mode = nil }), "no mode reading"},
		"verify":                 {records.PhaseVerify, 0, nothing, ""},
		"in service":             {records.PhaseInService, 0, nothing, ""},
		"held":                   {records.PhaseHeld, 0, nothing, ""},
		"verify, no light":       {records.PhaseVerify, 0, channel(func(c *models.ChannelReading) { c.RxPower = ptr(models.Power(-4000)) }), "rx power -40.00 dBm, predicted -3.00 dBm ±3"},
		"verify, weak":           {records.PhaseVerify, 0, channel(func(c *models.ChannelReading) { c.RxPower = ptr(models.Power(-620)) }), "rx power -6.20 dBm, predicted -3.00 dBm ±3"},
		"verify, strong":         {records.PhaseVerify, 0, channel(func(c *models.ChannelReading) { c.RxPower = ptr(models.Power(10)) }), "rx power 0.10 dBm, predicted -3.00 dBm ±3"},
		"verify, no reading":     {records.PhaseVerify, 0, channel(func(c *models.ChannelReading) { c.RxPower = nil }), "rx power not there"},
		"verify, no lock":        {records.PhaseVerify, 0, logical(models.LogicalReading{LinkUp: ptr(false), Q: ptr(models.Ratio(820))}), "no lock: logical channel 10000 is down"},
		"verify, silent":         {records.PhaseVerify, 0, logical(models.LogicalReading{}), "no lock reported"},
		"verify, no figures":     {records.PhaseVerify, 0, logical(models.LogicalReading{LinkUp: ptr(true)}), "neither Q nor pre-FEC"},
		"verify, errors":         {records.PhaseVerify, 0, logical(models.LogicalReading{LinkUp: ptr(true), PreFecBer: ptr(2.1e-2)}), "pre-FEC bit error ratio 2.10e-02, oFEC mends 2.00e-02"},
		"verify, Q":              {records.PhaseVerify, 0, logical(models.LogicalReading{LinkUp: ptr(true), Q: ptr(models.Ratio(600))}), "Q 6.00 dB, 0.25 dB below what oFEC needs"},
		"verify, only errors":    {records.PhaseVerify, 0, logical(models.LogicalReading{LinkUp: ptr(true), PreFecBer: ptr(1e-3)}), ""},
	} {
		t.Run(name, func(t *testing.T) {
			st := healthy(&d, "r-b")
			c.change(st)
			v := plan.Judge(&d, cat.Modes[d.Mode], cat.Profiles["router"], "r-b", c.phase, c.step, st)
			if v.Good != (c.fault == "") || !strings.Contains(v.Fault, c.fault) || v.Good != (v.Fault == "") {
				t.Errorf("good %v, fault %q, want %q", v.Good, v.Fault, c.fault)
			}
			if v.End == nil || v.End.Port != "et-0/0/0" {
				t.Errorf("end %+v", v.End)
			}
		})
	}
}

func TestQMargin(t *testing.T) {
	n := p2p(t, 1, 80, true)
	d := must(t, n, plan.NewLedger(), circuit("c", "a", "b", 400)).Add[0]
	st := healthy(&d, "r-a")
	v := plan.Judge(&d, n.Catalogue().Modes[d.Mode], n.Catalogue().Profiles["router"], "r-a", records.PhaseVerify, 0, st)
	if v.End.QMargin == nil || *v.End.QMargin != 820-625 { // oFEC mends 2e-2, which is a Q of 6.25 dB
		t.Errorf("margin %v", v.End.QMargin)
	}
	st.Readings.Logical["10000"] = models.LogicalReading{LinkUp: ptr(true), PreFecBer: ptr(2.0e-3)} // Q 9.18 dB
	v = plan.Judge(&d, n.Catalogue().Modes[d.Mode], n.Catalogue().Profiles["router"], "r-a", records.PhaseVerify, 0, st)
	if v.End.QMargin == nil || *v.End.QMargin != 918-625 || v.End.Q != nil {
		t.Errorf("margin %v of a bit error ratio alone, Q %v", v.End.QMargin, v.End.Q)
	}
}

// ringVerdicts judges all devices of a ring wavelength.
func ringVerdicts(n *plan.Network, d *records.Decision, phase records.PhaseName, step int, change map[string]func(*models.State)) map[string]plan.Verdict {
	out := map[string]plan.Verdict{}
	for _, device := range d.Devices() {
		st := healthy(d, device)
		if c := change[device]; c != nil {
			c(st)
		}
		out[device] = plan.Judge(d, n.Catalogue().Modes[d.Mode], n.Profile(device), device, phase, step, st)
	}
	return out
}

func TestJudgeSwitches(t *testing.T) {
	n := network(t, ringDocs(1))
	d := must(t, n, plan.NewLedger(), circuit("c", "a", "c", 400)).Add[0]
	power := func(p models.Power) func(*models.State) {
		return func(st *models.State) {
			for key := range st.Readings.Media {
				st.Readings.Media[key] = models.MediaReading{Power: &p}
			}
		}
	}
	for name, c := range map[string]struct {
		phase records.PhaseName
		step  int
		power models.Power
		fault string
	}{
		"launch, dark":    {records.PhaseLaunch, 0, -4000, ""},
		"launch, leaking": {records.PhaseLaunch, 0, -2000, "channel 100 power -20.00 dBm while it is closed"},
		"step 1, dark":    {records.PhaseOpen, 1, -4000, ""},
		"step 2, light":   {records.PhaseOpen, 2, -1620, ""},
		"step 2, weak":    {records.PhaseOpen, 2, -1930, "channel 100 power -19.30 dBm, predicted -16.24 dBm ±3"},
		"step 2, dark":    {records.PhaseOpen, 2, -4000, "channel 100 power -40.00 dBm"},
		"verify, strong":  {records.PhaseVerify, 0, -1300, "channel 100 power -13.00 dBm"},
	} {
		t.Run(name, func(t *testing.T) {
			v := ringVerdicts(n, &d, c.phase, c.step, map[string]func(*models.State){"roadm-b": power(c.power)})["roadm-b"]
			if v.Good != (c.fault == "") || !strings.Contains(v.Fault, c.fault) {
				t.Errorf("good %v, fault %q, want %q", v.Good, v.Fault, c.fault)
			}
			if len(v.Hops) != 2 || v.End != nil {
				t.Errorf("%d hops, end %v", len(v.Hops), v.End)
			}
		})
	}
}

func TestFirstBadHop(t *testing.T) {
	n := network(t, ringDocs(1))
	d := must(t, n, plan.NewLedger(), circuit("c", "a", "c", 400)).Add[0]
	media := func(key string, p models.Power) func(*models.State) {
		return func(st *models.State) { st.Readings.Media[key] = models.MediaReading{Power: &p} }
	}
	rx := func(p *models.Power) func(*models.State) {
		return func(st *models.State) {
			setChannel(st, "oc-p1", func(c *models.ChannelReading) { c.RxPower = p })
			st.Readings.Logical["10000"] = models.LogicalReading{LinkUp: ptr(false)}
		}
	}
	for name, c := range map[string]struct {
		change  map[string]func(*models.State)
		verdict string
		message string
	}{
		"all right": {nil, "", ""},
		"cut a-b in az": {
			map[string]func(*models.State){"roadm-b": media("100", -6000), "roadm-c": media("100", -6000), "r-c": rx(ptr(models.Power(-6000)))},
			plan.VerdictNone, "roadm-b channel 100: -60.00 dBm, predicted -16.24 dBm; before it lies link a-b span s1 az; last right at roadm-a channel 100",
		},
		"loss on b-c in za": {
			map[string]func(*models.State){"roadm-b": media("101", -2100)},
			plan.VerdictLow, "roadm-b channel 101: -21.00 dBm, predicted -16.24 dBm; before it lies link b-c span s1 za; last right at roadm-c channel 101",
		},
		"dirty patch at the end": {
			map[string]func(*models.State){"r-c": rx(nil)},
			plan.VerdictNone, "r-c rx: not there, predicted -4.74 dBm; before it lies patch patch-c-p1; last right at roadm-c channel 100",
		},
		"receiver on another frequency": {
			map[string]func(*models.State){"r-c": func(st *models.State) {
				rx(ptr(models.Power(-6000)))(st)
				setChannel(st, "oc-p1", func(c *models.ChannelReading) { c.Frequency = ptr(models.Frequency(194_000_000) * models.MHz) })
			}},
			plan.VerdictNone, "r-c rx: frequency 194000 GHz, set " + d.Slot.Centre().String() + " ±1.8 GHz (power -60.00 dBm)",
		},
		"end in another mode": {
			map[string]func(*models.State){"r-c": func(st *models.State) {
				setChannel(st, "oc-p1", func(c *models.ChannelReading) { c.Mode = ptr(uint16(99)) })
			}},
			plan.VerdictOK, fmt.Sprintf("r-c rx: mode 99, set %d (power -4.74 dBm)", d.Ends[1].ModeCode),
		},
		"power without lock": {
			map[string]func(*models.State){"r-c": rx(ptr(models.Power(-470)))},
			plan.VerdictOK, "r-c: no lock: logical channel 10000 is down although there is light (rx power -4.70 dBm is as predicted, so mode or frequency differ, or the light is another's)",
		},
		"margin alone is no hop": {
			map[string]func(*models.State){"r-c": func(st *models.State) {
				st.Readings.Logical["10000"] = models.LogicalReading{LinkUp: ptr(true), Q: ptr(models.Ratio(600))}
			}}, "", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			hop, message := plan.FirstBadHop(&d, ringVerdicts(n, &d, records.PhaseVerify, 0, c.change))
			if message != c.message || hop.Verdict != c.verdict {
				t.Errorf("got %s %q\nwant %s %q", hop.Verdict, message, c.verdict, c.message)
			}
		})
	}
	// A device that is away hides where the light was last right, and nothing of the
	// other direction stands in for it.
	cut := map[string]func(*models.State){"roadm-b": media("100", -6000), "roadm-c": media("100", -6000), "r-c": rx(ptr(models.Power(-6000)))}
	for away, want := range map[string]string{
		"roadm-b": "roadm-c channel 100: -60.00 dBm, predicted -4.24 dBm; before it lies link b-c span s1 az, and before that, with nothing measured between, a-b; last right at roadm-a channel 100; nothing is known of roadm-b before it",
		"roadm-a": "roadm-b channel 100: -60.00 dBm, predicted -16.24 dBm; before it lies link a-b span s1 az, and before that, with nothing measured between, patch-a-p1; last right at r-a tx; nothing is known of roadm-a before it",
	} {
		verdicts := ringVerdicts(n, &d, records.PhaseVerify, 0, cut)
		delete(verdicts, away)
		if _, message := plan.FirstBadHop(&d, verdicts); message != want {
			t.Errorf("%s is away:\n got %q\nwant %q", away, message, want)
		}
	}
	back := ringVerdicts(n, &d, records.PhaseVerify, 0, map[string]func(*models.State){"roadm-c": media("101", -6000)})
	delete(back, "r-c")
	if _, message := plan.FirstBadHop(&d, back); strings.Contains(message, "last right") {
		t.Errorf("the transmitter is away: %q", message)
	}
	dark := ringVerdicts(n, &d, records.PhaseVerify, 0, map[string]func(*models.State){"r-c": func(st *models.State) {
		setChannel(st, "oc-p1", func(c *models.ChannelReading) { c.TxPower = ptr(models.Power(-6000)) })
	}, "r-a": func(st *models.State) {
		setChannel(st, "oc-p1", func(c *models.ChannelReading) { c.TxPower = nil })
	}})
	if got := plan.DarkTransmitters(&d, dark); len(got) != 1 || got[0] != "r-c" {
		t.Errorf("dark transmitters %v, want the one that was measured", got)
	}
	// A module that is dark both ways is more likely at fault than the patch before it.
	module := ringVerdicts(n, &d, records.PhaseVerify, 0, map[string]func(*models.State){"r-c": func(st *models.State) {
		rx(ptr(models.Power(-6000)))(st)
		setChannel(st, "oc-p1", func(c *models.ChannelReading) { c.TxPower = ptr(models.Power(-6000)) })
	}})
	if _, message := plan.FirstBadHop(&d, module); !strings.HasSuffix(message, "last right at roadm-c channel 100; the transmitter of r-c is dark too") {
		t.Errorf("a dark module: %q", message)
	}
	if _, message := plan.FirstBadHop(&d, nil); message != "" {
		t.Errorf("nothing is known, got %q", message)
	}
}

// TestManagedAmplifierIsAHop: its total output may exceed one channel's, never
// fall short of it.
func TestManagedAmplifierIsAHop(t *testing.T) {
	n := network(t, managed(80))
	d := must(t, n, plan.NewLedger(), circuit("c", "a", "b", 400)).Add[0]
	var hops []string
	for _, h := range d.Forecast[:3] {
		hops = append(hops, string(h.Kind)+" "+h.Device+" "+h.Key+" "+h.Via)
	}
	want := []string{"tx r-a oc-et-0/0/0 ", "amplifier ila amp1 link f0 span s1 az", "rx r-b oc-et-0/0/0 link f0 span s2 az"}
	if diff := cmp.Diff(want, hops); diff != "" {
		t.Fatal(diff)
	}
	judge := func(output models.Power) plan.Verdict {
		st := healthy(&d, "ila")
		st.Readings.Amplifiers["amp1"] = models.AmplifierReading{Output: &output}
		return plan.Judge(&d, n.Catalogue().Modes[d.Mode], n.Profile("ila"), "ila", records.PhaseVerify, 0, st)
	}
	expected := d.Forecast[1].Expected
	if v := judge(expected + 1500); !v.Good {
		t.Errorf("others' light: %s", v.Fault)
	}
	if v := judge(expected - 301); v.Good || !strings.Contains(v.Fault, "amplifier amp1 output") {
		t.Errorf("too little: %q", v.Fault)
	}
	if v := judge(-6000); v.Good || v.Hops[0].Verdict != plan.VerdictNone {
		t.Errorf("dark: %+v", v)
	}
}

// TestFirstBadHopBehindWhatMeasuresNothing: of two links at a device that measures
// nothing both are named, in the order in which the light comes back over them.
func TestFirstBadHopBehindWhatMeasuresNothing(t *testing.T) {
	d := must(t, network(t, ringDocs(1)), plan.NewLedger(), circuit("c", "a", "c", 400)).Add[0]
	d.Forecast = slices.DeleteFunc(slices.Clone(d.Forecast), func(h records.Hop) bool { return h.Device == "roadm-b" })
	for _, c := range []struct {
		direction records.Direction
		bad, want string
	}{
		{records.AZ, "roadm-c", "; before it lies link b-c span s1 az, and before that, with nothing measured between, a-b; last right at roadm-a channel 100"},
		{records.ZA, "roadm-a", "; before it lies link a-b span s1 za, and before that, with nothing measured between, b-c; last right at roadm-c channel 101"},
	} {
		verdicts, dark := map[string]plan.Verdict{}, false
		for _, h := range d.Forecast {
			r := records.HopReading{Hop: h, Measured: ptr(h.Expected), Verdict: plan.VerdictOK}
			if h.Direction == c.direction {
				if dark = dark || h.Device == c.bad; dark {
					r.Measured, r.Verdict = ptr(models.Power(-6000)), plan.VerdictNone
				}
			}
			v := verdicts[h.Device]
			v.Hops = append(v.Hops, r)
			verdicts[h.Device] = v
		}
		if _, message := plan.FirstBadHop(&d, verdicts); !strings.HasSuffix(message, c.want) {
			t.Errorf("%s: got %q, want it to end with %q", c.direction, message, c.want)
		}
	}
}
