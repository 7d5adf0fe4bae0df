package intents

import (
	"fmt"
	"time"
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
