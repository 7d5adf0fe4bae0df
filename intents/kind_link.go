package intents

import (
	"fmt"
	"time"

	"github.com/waveplane/waveplane/models/catalogue"
)

// Defaults of a link.
const (
	defaultFibre     = "g.652.d"
	defaultPatchLoss = 0.5 // dB of a patch cord
)

func linkKind() Kind {
	return kindOf(KindLink, "links", nil, false, checkLink, fillLink)
}

func fillLink(s *LinkSpec) {
	if s.PowerControl == "" {
		s.PowerControl = "device"
	}
	if len(s.Spans) == 0 && s.LossDb == nil {
		loss := defaultPatchLoss
		s.LossDb = &loss
	}
	for i := range s.Spans {
		if sp := &s.Spans[i]; sp.Km > 0 && sp.Fiber == "" {
			sp.Fiber = defaultFibre
		}
	}
}

func checkLink(c *checker, s *LinkSpec) {
	a, ok1 := c.checkPort(s.Ends[0], "spec", "ends", 0)
	z, ok2 := c.checkPort(s.Ends[1], "spec", "ends", 1)
	switch {
	case ok1 && ok2 && a == z:
		c.fault("both ends are "+quoted(s.Ends[0]), "a link joins two ports", "spec", "ends")
	case ok1 && ok2 && a.device == z.device:
		c.fault("both ends are at device "+quoted(a.device), "a link joins two devices", "spec", "ends")
	}
	c.oneOf(s.PowerControl, []string{"device", "manual", "controller"}, "spec", "powerControl")
	c.unsupported(s.PowerControl == "controller", "powerControl: controller (write device or manual)", "spec", "powerControl")
	c.unsupported(s.MaxLoadStepDb != nil, "maxLoadStepDb", "spec", "maxLoadStepDb")
	c.unsupported(s.NoiseLoaded, "noiseLoaded", "spec", "noiseLoaded")
	for i, r := range s.Reserved {
		checkReserved(c, r, i)
	}
	if s.LossDb != nil {
		c.between(s.LossDb, 0, 60, "dB", "spec", "lossDb")
		if len(s.Spans) > 0 {
			c.fault("a link with spans has its losses there", "leave it out", "spec", "lossDb")
		}
	}
	if s.Lease != nil {
		checkLease(c, s.Lease)
	}
	ids := map[string]bool{}
	for i, sp := range s.Spans {
		checkSpan(c, sp, i)
		if sp.ID == "" {
			continue
		}
		if ids[sp.ID] {
			c.fault("span "+quoted(sp.ID)+" stands twice", "give each span an id of its own", "spec", "spans", i, "id")
		}
		ids[sp.ID] = true
	}
}

func checkReserved(c *checker, r Reserved, i int) {
	from, ok1 := c.checkFrequency(r.FromGHz, "spec", "reserved", i, "fromGHz")
	to, ok2 := c.checkFrequency(r.ToGHz, "spec", "reserved", i, "toGHz")
	if ok1 && ok2 && from >= to {
		c.fault(fmt.Sprintf("the range ends at %v, not above its begin of %v", to, from), "", "spec", "reserved", i)
	}
	c.checkText(r.Reason, "spec", "reserved", i, "reason")
}

func checkLease(c *checker, l *Lease) {
	c.checkText(l.Provider, "spec", "lease", "provider")
	c.checkText(l.Contract, "spec", "lease", "contract")
	c.checkText(l.Tenant, "spec", "lease", "tenant")
	if l.Expires == "" {
		return
	}
	day, err := time.Parse(time.DateOnly, l.Expires)
	switch {
	case err != nil:
		c.fault("found "+quoted(l.Expires)+", want a date", "write it as 2041-06-30", "spec", "lease", "expires")
	case day.Year() < 2000 || day.Year() > 2199:
		c.fault("the year of "+l.Expires+" is out of range", "write a year from 2000 to 2199", "spec", "lease", "expires")
	}
}

// checkSpan checks one element: a fibre or an amplifier site.
func checkSpan(c *checker, s Span, i int) {
	at := func(field ...any) []any { return append([]any{"spec", "spans", i}, field...) }
	if s.Amplifier != nil {
		if s.Km != 0 || s.Fiber != "" || s.LossDb != nil || s.SharedRisks != nil {
			c.fault("an element is a fibre or an amplifier, not both", "make them two elements", at()...)
		}
		checkAmplifier(c, s.Amplifier, at)
		if s.Site != "" {
			c.checkName(s.Site, at("site")...)
		}
		return
	}
	fibre := c.read(at("amplifier")...) // and not an amplifier that could not be read
	if s.Site != "" && fibre {
		c.fault("a site without an amplifier", "give its amplifier, or leave the site out", at()...)
	}
	if s.Km <= 0 && fibre {
		c.fault(number(s.Km)+" km is no length", "write a length above 0", at("km")...)
	} else {
		c.between(&s.Km, 0, 1000, "km", at("km")...)
	}
	if s.ID != "" {
		if problem := portProblem(s.ID); problem != "" {
			c.fault(problem, "", at("id")...)
		}
	}
	if s.Fiber != "" && c.cat != nil {
		_, err := c.cat.Fibre(s.Fiber)
		if unknown, ok := err.(*catalogue.UnknownError); ok && unknown.Near == "" {
			c.fault(err.Error(), "known are "+join(sortedKeys(c.cat.Fibres)), at("fiber")...)
		} else {
			c.known(err, at("fiber")...)
		}
	}
	if s.LossDb != nil {
		checkLoss(c, s, at)
	}
	c.checkNames(s.SharedRisks, at("sharedRisks")...)
}

// checkLoss refuses a loss that no fibre of the length can have, in either way.
func checkLoss(c *checker, s Span, at func(...any) []any) {
	ways := [...]string{"az", "za"}
	for i, db := range []float64{s.LossDb.Az, s.LossDb.Za} {
		way := ways[i]
		if i > 0 && db == s.LossDb.Az {
			return // one number for both ways is reported once
		}
		switch {
		case !c.read(at("lossDb", way)...):
		case db <= 0:
			c.fault(number(db)+" dB "+way+" is no loss of a fibre", "write the measured loss, connectors included", at("lossDb")...)
		case db > 80:
			c.fault(number(db)+" dB "+way+" is out of range", "write a loss up to 80 dB", at("lossDb")...)
		case s.Km > 0 && db < 0.1*s.Km:
			c.fault(fmt.Sprintf("%s dB %s over %s km is less than 0.1 dB/km, which no fibre has", number(db), way, number(s.Km)), "check length and loss", at("lossDb")...)
		}
	}
}

func checkAmplifier(c *checker, a *AmpSpec, at func(...any) []any) {
	given := func(set bool, field string) bool { return set || !c.read(at("amplifier", field)...) }
	az, za := given(a.Az != "", "az"), given(a.Za != "", "za")
	kind, gain := given(a.Type != "", "type"), given(a.GainDb != nil, "gainDb")
	managed, unmanaged := az || za, kind || gain
	switch {
	case managed && unmanaged:
		c.fault("an amplifier is managed (az, za) or not (type, gainDb), not both", "leave one pair out", at("amplifier")...)
	case managed && !(az && za):
		c.fault("the amplifier of only one way is given", "give az and za", at("amplifier")...)
	case managed:
		c.checkPort(a.Az, at("amplifier", "az")...)
		c.checkPort(a.Za, at("amplifier", "za")...)
		if a.Az == a.Za && a.Az != "" {
			c.fault("both ways have amplifier "+quoted(a.Az), "each way has its own", at("amplifier")...)
		}
	case !kind || !gain:
		c.fault("an unmanaged amplifier needs type and gainDb", "give both, or az and za for a managed one", at("amplifier")...)
	case a.GainDb != nil:
		checkGain(c, a, at)
	}
}

func checkGain(c *checker, a *AmpSpec, at func(...any) []any) {
	if c.cat == nil {
		return
	}
	amp, err := c.cat.Amplifier(a.Type)
	if err != nil {
		c.known(err, at("amplifier", "type")...)
		return
	}
	ways := [...]string{"az", "za"}
	for i, db := range []float64{a.GainDb.Az, a.GainDb.Za} {
		way := ways[i]
		if !c.read(at("amplifier", "gainDb", way)...) || i > 0 && db == a.GainDb.Az {
			continue // not read, or one number for both ways: that is reported once
		}
		if db < amp.Gain[0].Db() || db > amp.Gain[1].Db() {
			c.fault(fmt.Sprintf("%s dB %s is no gain of %s", number(db), way, a.Type), fmt.Sprintf("write a value from %v to %v", amp.Gain[0], amp.Gain[1]), at("amplifier", "gainDb")...)
		}
	}
}
