package gn_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/waveplane/waveplane/controller/plan/qot/gn"
	"github.com/waveplane/waveplane/models/catalogue"
)

func TestBadElements(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	fibre := func(change func(*gn.Fibre)) gn.Element {
		f := gn.Fibre{Name: "s1", Type: standardFibre(), Km: 80}
		change(&f)
		return f
	}
	fibreType := func(change func(*gn.FibreType)) gn.Element {
		return fibre(func(f *gn.Fibre) { change(f.Type) })
	}
	amp := func(change func(*gn.Amplifier)) gn.Element {
		a := gn.Amplifier{Name: "s1", Type: plainAmplifier(20), GainDb: 20}
		change(&a)
		return a
	}
	ampType := func(change func(*gn.AmplifierType)) gn.Element {
		return amp(func(a *gn.Amplifier) { change(a.Type) })
	}
	band := func(lo, hi float64) gn.Amplifier {
		a := plainAmplifier(20)
		a.LoHz, a.HiHz = lo, hi
		return gn.Amplifier{Type: a, GainDb: 10}
	}
	slope := nan
	for name, c := range map[string]struct {
		element gn.Element
		says    string
	}{
		"nothing":                {nil, "is missing"},
		"negative loss":          {gn.Loss{Name: "s1", LossDb: -1}, "loss of -1 dB is no loss"},
		"NaN loss":               {gn.Loss{Name: "s1", LossDb: nan}, "from 0 to 200 dB"},
		"zero length":            {fibre(func(f *gn.Fibre) { f.Km = 0 }), "length is 0 km; give the length"},
		"negative length":        {fibre(func(f *gn.Fibre) { f.Km = -3 }), "length is -3 km"},
		"NaN length":             {fibre(func(f *gn.Fibre) { f.Km = nan }), "length is NaN km"},
		"endless":                {fibre(func(f *gn.Fibre) { f.Km = inf }), "length is +Inf km"},
		"no fibre type":          {fibre(func(f *gn.Fibre) { f.Type = nil }), "fibre type is missing; name the type"},
		"negative padding":       {fibre(func(f *gn.Fibre) { f.PaddingDb = -1 }), "padding of -1 dB"},
		"splice outside":         {fibre(func(f *gn.Fibre) { f.Lumped = []gn.LumpedLoss{{Km: 80, LossDb: 1}} }), "at 80 km is outside the 80 km"},
		"splice that amplifies":  {fibre(func(f *gn.Fibre) { f.Lumped = []gn.LumpedLoss{{Km: 8, LossDb: -1}} }), "lumped loss of -1 dB"},
		"pump without gain":      {fibre(func(f *gn.Fibre) { f.Pumps = []gn.Pump{{Hz: 205e12, Watt: 0.1}} }), "has no Raman gain"},
		"NaN loss coefficient":   {fibreType(func(f *gn.FibreType) { f.LossDbPerKm = gn.Constant(nan) }), `fibre type "G.652": loss is no number`},
		"no loss coefficient":    {fibreType(func(f *gn.FibreType) { f.LossDbPerKm = gn.Curve{} }), "0 frequencies and 0 values"},
		"zero loss coefficient":  {fibreType(func(f *gn.FibreType) { f.LossDbPerKm = gn.Constant(0) }), "loss 0 dB/km must be above 0"},
		"falling loss table":     {fibreType(func(f *gn.FibreType) { f.LossDbPerKm = gn.Curve{Hz: []float64{2, 1}, Value: []float64{1, 1}} }), "row 2: frequencies must rise"},
		"area":                   {fibreType(func(f *gn.FibreType) { f.AreaUm2 = -80 }), "effective area -80 um²"},
		"slope":                  {fibreType(func(f *gn.FibreType) { f.SlopePsNm2 = &slope }), "slope is no number"},
		"reference in THz":       {fibreType(func(f *gn.FibreType) { f.ReferenceHz = 193.4 }), "193.4 Hz is not the frequency of light"},
		"no amplifier type":      {amp(func(a *gn.Amplifier) { a.Type = nil }), "amplifier type is missing"},
		"NaN gain":               {amp(func(a *gn.Amplifier) { a.GainDb = nan }), "is no number"},
		"negative gain":          {amp(func(a *gn.Amplifier) { a.GainDb = -1 }), "gain is -1 dB; set a gain of 0 dB or more"},
		"too much gain":          {amp(func(a *gn.Amplifier) { a.GainDb = 35.1 }), `gain 35.1 dB is more than type "plain" gives: 30 dB flat, and 5 dB beyond; set 35 dB at most`},
		"tilt without a shape":   {amp(func(a *gn.Amplifier) { a.TiltDb = 1 }), "has no tilt shape"},
		"gain range upside down": {ampType(func(a *gn.AmplifierType) { a.MinGainDb = 31 }), "gain from 31 to 30 dB is no range"},
		"unknown noise":          {ampType(func(a *gn.AmplifierType) { a.Noise = "loud" }), `noise model "loud" is not known`},
		"NaN limit":              {ampType(func(a *gn.AmplifierType) { a.MaxOutputDbm = nan }), "is no number"},
		"stages missing":         {ampType(func(a *gn.AmplifierType) { a.Noise = catalogue.NoiseDualStage }), "two stages need"},
		"shape without a band":   {ampType(func(a *gn.AmplifierType) { a.TiltShape = []float64{1, 2} }), "but no band"},
		"no bands":               {gn.AmplifierBank{Name: "s1"}, "it has no amplifiers"},
		"overlapping bands":      {gn.AmplifierBank{Name: "s1", Bands: []gn.Amplifier{band(190e12, 194e12), band(193e12, 196e12)}}, "overlap"},
		"unknown target":         {gn.Switch{Name: "s1", Target: gn.Target{Kind: 9}}, "unknown kind 9"},
		"NaN target":             {gn.Switch{Name: "s1", Target: gn.Target{Kind: gn.PerChannel, Value: nan}}, "target is NaN"},
		"target in mW":           {gn.Switch{Name: "s1", Target: gn.Target{Kind: gn.PerSlot, Value: -20}}, "density is -20 mW/GHz"},
		"bad figures":            {gn.Switch{Name: "s1", Figures: []gn.SwitchFigures{{OsnrDb: -1}}}, "out of range"},
	} {
		_, err := gn.Compile(gn.Loss{Name: "before"}, c.element)
		var fault *gn.ElementError
		if !errors.As(err, &fault) || !strings.Contains(err.Error(), c.says) || !strings.HasPrefix(fault.Element, "element 2") {
			t.Errorf("%s: %v; it should name element 2 and say %q", name, err, c.says)
		} else if c.element != nil && !strings.Contains(fault.Element, `"s1"`) {
			t.Errorf("%s: %v does not name s1", name, err)
		}
	}
}

func TestBadCombs(t *testing.T) {
	good := gn.Channel{CentreHz: 193.1e12, SymbolRate: 32e9, SlotHz: 50e9}
	for name, c := range map[string]struct {
		change func(*gn.Channel)
		says   string
	}{
		"overlap":      {func(c *gn.Channel) { c.CentreHz += 49e9 }, "overlaps that of the channel at 193.1 THz"},
		"the same":     {func(*gn.Channel) {}, "overlaps"},
		"NaN":          {func(c *gn.Channel) { c.CentreHz = math.NaN() }, "no number"},
		"in THz":       {func(c *gn.Channel) { c.CentreHz = 193.2 }, "give it in Hz"},
		"no rate":      {func(c *gn.Channel) { c.CentreHz += 50e9; c.SymbolRate = 0 }, "symbol rate 0 Bd"},
		"narrow":       {func(c *gn.Channel) { c.CentreHz += 50e9; c.SlotHz = 25e9 }, "25 GHz is narrower than 32 GBd"},
		"roll-off":     {func(c *gn.Channel) { c.CentreHz += 50e9; c.RollOff = 2 }, "roll-off 2"},
		"launch":       {func(c *gn.Channel) { c.CentreHz += 50e9; c.LaunchDbm = 100 }, "launch 100 dBm"},
		"launch NaN":   {func(c *gn.Channel) { c.CentreHz += 50e9; c.LaunchDbm = math.NaN() }, "no number"},
		"infinite off": {func(c *gn.Channel) { c.CentreHz += 50e9; c.OffsetDb = math.Inf(-1) }, "no number"},
	} {
		bad := good
		c.change(&bad)
		if _, err := gn.NewComb([]gn.Channel{good, bad}); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v; it should say %q", name, err, c.says)
		}
	}
	if _, err := gn.NewComb(nil); err == nil {
		t.Error("an empty comb was made")
	}
}

func TestBadEvaluations(t *testing.T) {
	channel := gn.Channel{CentreHz: 193.1e12, SymbolRate: 32e9, SlotHz: 50e9}
	inBand := plainAmplifier(20)
	inBand.LoHz, inBand.HiHz = 193.08e12, 196e12
	tabled := otherFibre()
	tabled.LossDbPerKm.Hz[0] = 193.2e12
	tabled.LossDbPerKm.Hz[1] = 194e12
	narrow := gn.Switch{Name: "s1", Figures: []gn.SwitchFigures{{LoHz: 194e12, HiHz: 195e12}}}
	raman := standardFibre()
	raman.Raman = &gn.RamanGain{ShiftHz: []float64{0, 13e12}, Gain: []float64{0, 3e-14}, ReferenceHz: 206e12}
	for name, c := range map[string]struct {
		model    gn.Model
		element  gn.Element
		entrance []float64
		says     string
	}{
		"no power":            {gn.Model{}, gn.Loss{}, []float64{0}, "enters with 0 W"},
		"NaN power":           {gn.Model{}, gn.Loss{}, []float64{math.NaN()}, "enters with NaN W"},
		"too few powers":      {gn.Model{}, gn.Loss{}, []float64{}, "0 entrance powers for 1 channels"},
		"slot out of band":    {gn.Model{}, gn.Amplifier{Name: "s1", Type: inBand}, nil, `"s1": channel at 193.1 THz with its slot of 50 GHz is outside the amplifier's band, 193.08 to 196 THz`},
		"loss not known":      {gn.Model{}, gn.Fibre{Name: "s1", Type: tabled, Km: 1}, nil, "its loss is known from 193.2 to 200 THz, not at 193.1 THz; extend the table"},
		"figures not known":   {gn.Model{}, narrow, nil, "no figures for the channel at 193.1 THz"},
		"burning":             {gn.Model{}, gn.Fibre{Name: "s1", Type: standardFibre(), Km: 80}, []float64{100}, "nonlinear noise of the channel at 193.1 THz would be"},
		"lost in the fibre":   {gn.Model{}, gn.Fibre{Name: "s1", Type: standardFibre(), Km: 10000}, []float64{1e-200}, "leaves the line with 0 W"},
		"integral too fine":   {gn.Model{Method: gn.Generalised, PhaseTolerance: 1e-4, ResultStepM: 1e6}, gn.Fibre{Name: "s1", Type: standardFibre(), Km: 80}, nil, "raise the tolerances"},
		"Raman step too fine": {gn.Model{Raman: true, SolverStepM: 1}, gn.Fibre{Name: "s1", Type: raman, Km: 80}, nil, "lengthen the steps"},
		"pumps run away":      {gn.Model{SolverStepM: 1000}, gn.Fibre{Name: "s1", Type: raman, Km: 80, Pumps: []gn.Pump{{Hz: 205e12, Watt: 20}}}, []float64{10}, "do not settle"},
	} {
		e := solverOf(t, c.model).NewEvaluation()
		err := e.Run(compiled(t, c.element), combOf(t, channel), c.entrance)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v; it should say %q", name, err, c.says)
			continue
		}
		if _, err := e.Try(channel, 1e-3); err == nil {
			t.Errorf("%s: a failed evaluation was tried", name)
		}
	}
	for name, m := range map[string]gn.Model{"method": {Method: 7}, "order": {RamanOrder: 3}, "step": {SolverStepM: math.NaN()}, "tolerance": {PhaseTolerance: -1}, "computed": {Computed: []int{-1}}} {
		if _, err := gn.NewSolver(m, 0); err == nil {
			t.Errorf("a model with a bad %s was accepted", name)
		}
	}
	if _, err := gn.NewSolver(gn.Model{}, -1); err == nil {
		t.Error("a cache of negative size was accepted")
	}
	if err := solverOf(t, gn.Model{}).NewEvaluation().Run(nil, nil, nil); err == nil {
		t.Error("nothing was evaluated")
	}
}

// TestBadCandidates leave the evaluation as it was.
func TestBadCandidates(t *testing.T) {
	channel := gn.Channel{CentreHz: 193.1e12, SymbolRate: 32e9, SlotHz: 50e9}
	amp := plainAmplifier(math.Inf(1))
	amp.LoHz, amp.HiHz = 192e12, 196e12
	line := compiled(t, gn.Fibre{Name: "s1", Type: standardFibre(), Km: 80}, gn.Amplifier{Name: "a1", Type: amp, GainDb: 16})
	e := evaluate(t, solverOf(t, gn.Model{}), line, combOf(t, channel))
	before := e.Transfer(0)
	for name, c := range map[string]struct {
		hz, watt float64
		says     string
	}{
		"overlap":     {193.13e12, 1e-3, "overlaps"},
		"no power":    {194e12, 0, "enters with 0 W"},
		"NaN":         {math.NaN(), 1e-3, "no number"},
		"out of band": {191.9e12, 1e-3, `"a1": channel at 191.9 THz`},
		"burning":     {194e12, 100, "nonlinear noise would exceed"},
	} {
		candidate := channel
		candidate.CentreHz = c.hz
		if _, err := e.Try(candidate, c.watt); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v; it should say %q", name, err, c.says)
		}
		if _, err := e.Add(candidate, c.watt); err == nil || e.Len() != 1 || e.Transfer(0) != before {
			t.Errorf("%s: the evaluation changed (%v)", name, err)
		}
	}
	if _, err := (gn.Transfer{}).Arrive(32e9, 40); err == nil {
		t.Error("an empty transfer arrived")
	}
	if _, err := before.Arrive(math.NaN(), 40); err == nil {
		t.Error("a symbol rate of NaN arrived")
	}
}

// FuzzLine: whatever the figures, there is an error or a finite answer.
func FuzzLine(f *testing.F) {
	f.Add(80.0, 0.2, 16.7, 83.0, 16.0, 20.0, 193.1e12, 32e9, 50e9, 0.0, uint8(0))
	f.Add(1e-9, 99.0, 0.0, 5.0, 30.0, math.Inf(1), 200e12, 1e6, 1e12, 59.0, uint8(1))
	f.Add(9999.0, 1e-9, -1e3, 250.0, 0.0, -60.0, 150e12, 1e12, 1e12, -59.0, uint8(2))
	f.Add(math.NaN(), math.Inf(-1), 1e300, -1.0, 1e300, math.NaN(), 0.0, -1.0, 0.0, math.NaN(), uint8(7))
	f.Fuzz(func(t *testing.T, km, loss, dispersion, area, gain, limit, hz, rate, slot, launch float64, kind uint8) {
		fibre := &gn.FibreType{Name: "f", LossDbPerKm: gn.Constant(loss), DispersionPsNm: gn.Constant(dispersion), AreaUm2: area,
			Raman: &gn.RamanGain{ShiftHz: []float64{0, 13e12}, Gain: []float64{0, 3e-14}, ReferenceHz: 206e12}}
		amp := plainAmplifier(limit)
		amp.Noise = catalogue.NoiseKinds()[int(kind)%4]
		amp.Coefficients = []float64{gain, 5}
		line, err := gn.Compile(gn.Switch{Target: gn.Target{Kind: gn.TargetKind(kind % 3), Value: launch}},
			gn.Fibre{Type: fibre, Km: km}, gn.Amplifier{Type: amp, GainDb: gain}, gn.Fibre{Type: fibre, Km: km, OutDb: 1})
		if err != nil {
			return
		}
		one := gn.Channel{CentreHz: hz, SymbolRate: rate, SlotHz: slot, LaunchDbm: launch}
		two := one
		two.CentreHz += slot
		comb, err := gn.NewComb([]gn.Channel{one})
		if err != nil {
			return
		}
		solver, err := gn.NewSolver(gn.Model{Raman: kind&8 != 0}, 0)
		if err != nil {
			t.Fatal(err)
		}
		e := solver.NewEvaluation()
		if err := e.Run(line, comb, nil); err != nil {
			return
		}
		transfers := []gn.Transfer{e.Transfer(0)}
		if trial, err := e.Try(two, gn.Watt(launch)); err == nil {
			transfers = append(transfers, trial.Transfer(0), trial.Transfer(1))
		}
		for _, r := range transfers {
			for _, v := range []float64{r.PowerW, r.AseShare, r.NliShare, r.DispersionPsNm, r.PmdPs2, r.LatencyMs} {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t.Fatalf("%+v", r)
				}
			}
			if r.AseShare < 0 || r.NliShare < 0 || r.AseShare+r.NliShare > 1+1e-9 {
				t.Fatalf("shares of noise %g and %g", r.AseShare, r.NliShare)
			}
		}
	})
}
