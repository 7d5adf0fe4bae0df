package plan

import (
	"fmt"
	"math"

	"github.com/waveplane/waveplane/controller/plan/qot"
	"github.com/waveplane/waveplane/controller/plan/topo"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// Powers that the planner keeps to.
const (
	// MaxFibreInputDbm is the power per channel into a fibre that the planner
	// stays below where the launch power sets it: beyond it nonlinear noise
	// grows faster than the signal, and the simple estimate no longer holds.
	// Behind a wavelength switch the degree's density sets it.
	MaxFibreInputDbm = 3.0
	// leastMarginDb stands for a margin that there is no number for.
	leastMarginDb = -99.99
	// dropHeadroomDb is how far below the receiver's limit a switch holds what
	// it drops, so that light stronger than predicted is still taken.
	dropHeadroomDb = 3.0
)

// light is the verdict on one choice of way, ports and mode.
type light struct {
	launch   models.Power
	estimate Estimate
	margin   *models.Ratio
	reason   models.Reason // empty when the light arrives
	message  string
	nearest  string
	beside   neighbourhood
	alone    bool // it does not arrive even where nothing else is on the way
}

// feasible chooses the launch power and compares the estimate with the mode's
// limits: dispersion, then received power, then margin; then it looks at what
// the light does to its neighbours. Light that is not placed, because no slot
// is free, is judged as if nothing else were on the way.
func (p *planner) feasible(lp lightPath, e ends, mode *catalogue.Mode, slot models.Slot, placed bool) light {
	lo, hi, err := p.launchRange(e, mode)
	if err != nil {
		return light{reason: models.RxPowerLow, message: err.Error()}
	}
	if e.add[0] != nil {
		lp.limitDrops(mode)
	}
	full, loaded := p.est.(*qot.Full)
	lp.unbind()
	if placed = placed && loaded; placed {
		p.ledger.lights.bring(p.net, full)
		p.ledger.lights.bind(p.ledger, &lp.path)
		p.predictNeighbours(lp)
		defer settle(lp.path)
	}
	step := max(powerStep(e.line[0]), powerStep(e.line[1]))
	l := light{launch: quantiseDown(hi, step, lo)}
	ch := Channel{Mode: *mode, Slot: slot}
	for range 4 {
		ch.LaunchDbm = l.launch.Dbm()
		l.estimate = p.est.Estimate(lp.path, ch)
		excess := max(over(l.estimate.Az, mode), over(l.estimate.Za, mode))
		if e.add[0] == nil || !e.add[0].Device.Roadm() { // nothing on the way sets what the fibre gets
			excess = max(excess, l.estimate.Az.PeakFibreDbm-MaxFibreInputDbm, l.estimate.Za.PeakFibreDbm-MaxFibreInputDbm)
		}
		if excess <= 0.005 || l.launch <= lo {
			break
		}
		l.launch = quantiseDown(l.launch-models.Power(math.Ceil(excess*100)), step, lo)
	}
	l.judge(mode, p.want.floor)
	l.settable(lp)
	if placed && l.reason == "" {
		l.beside = p.neighbours(lp)
		if l.beside.reason != "" {
			l.fail(l.beside.reason, l.beside.why, "")
		}
	}
	return l
}

// over returns by how many dB a receiver gets too much.
func over(w qot.Way, mode *catalogue.Mode) float64 {
	return w.RxDbm() - window(mode, w.OsnrDb).Max.Dbm()
}

// limitDrops has the last switch of each direction hold its drop below what
// the receiver takes.
func (lp lightPath) limitDrops(mode *catalogue.Mode) {
	limit := mode.Receive[0].Max.Dbm() - dropHeadroomDb
	for _, way := range [][]*qot.Element{lp.path.Az, lp.path.Za} {
		for _, e := range way {
			if e.Kind == qot.Drop {
				e.LimitDbm = &limit
			}
		}
	}
}

// launchRange is what the mode can be set to and what the add ports take.
func (p *planner) launchRange(e ends, mode *catalogue.Mode) (lo, hi models.Power, err error) {
	lo, hi = mode.Launch.Min, mode.Launch.Max
	for _, port := range e.line {
		within := port.Device.Profile.ChannelPower
		if within == (catalogue.PowerRange{}) {
			continue
		}
		if lo, hi = max(lo, within.Min), min(hi, within.Max); lo > hi {
			return 0, 0, fmt.Errorf("%s can be set to %v to %v, which mode %s cannot launch (%v to %v)",
				port.Device.Name, within.Min, within.Max, mode.Name, mode.Launch.Min, mode.Launch.Max)
		}
	}
	if tx := p.want.txDbm; tx != nil {
		pin, err := models.PowerFromDbm(*tx)
		step := max(powerStep(e.line[0]), powerStep(e.line[1]))
		switch {
		case err != nil || pin < lo || pin > hi:
			return 0, 0, fmt.Errorf("launch power %g dBm pinned, mode %s and the devices take %v to %v", *tx, mode.Name, lo, hi)
		case quantiseDown(pin, step, lo) != pin:
			below := quantiseDown(pin, step, lo)
			return 0, 0, fmt.Errorf("launch power %g dBm pinned, the devices take steps of %v; nearest: %v, %v", *tx, models.Ratio(step), below, min(below+step, hi))
		}
		lo, hi = pin, pin
	}
	for i, add := range e.add {
		if add == nil || add.Spec.AddDbm == nil {
			continue
		}
		loss := models.Power(math.Round(patchLoss(e.line[i].Link) * 100))
		least := models.Power(math.Round(add.Spec.AddDbm[0]*100)) + loss
		most := models.Power(math.Round(add.Spec.AddDbm[1]*100)) + loss
		lo, hi = max(lo, least), min(hi, most)
		if lo > hi {
			return 0, 0, fmt.Errorf("add port %s takes %g to %g dBm, which mode %s cannot launch (%v to %v)",
				add.Key, add.Spec.AddDbm[0], add.Spec.AddDbm[1], mode.Name, mode.Launch.Min, mode.Launch.Max)
		}
	}
	return lo, hi, nil
}

func patchLoss(l *topo.Link) float64 {
	var sum float64
	for _, s := range l.Ways.Of(records.AZ) {
		sum += s.LossDb
	}
	return sum
}

func (l *light) judge(mode *catalogue.Mode, floor float64) {
	worst := l.estimate.Worst()
	margin := models.Ratio(math.Floor(max(worst.MarginDb, leastMarginDb) * 100))
	l.margin = &margin
	for i, w := range []qot.Way{l.estimate.Az, l.estimate.Za} {
		dir := []string{"az", "za"}[i]
		win := window(mode, w.OsnrDb)
		rx := w.RxDbm()
		cd := math.Abs(w.DispersionPsNm)
		switch {
		case w.Fault != "":
			l.fail(models.MarginTooLow, "light cannot be followed ("+dir+"): "+w.Fault, "")
		case mode.MaxDispersion != nil && cd > *mode.MaxDispersion:
			l.fail(models.DispersionTooHigh, fmt.Sprintf("%.0f ps/nm (%s), mode %s takes %.0f", cd, dir, mode.Name, *mode.MaxDispersion), "")
		case math.IsInf(w.PenaltyDb, 1):
			l.fail(models.DispersionTooHigh, fmt.Sprintf("PMD %.2f ps and PDL %.2f dB (%s) are beyond what mode %s is specified for", w.PmdPs, w.PdlDb, dir, mode.Name), "")
		case rx < win.Min.Dbm():
			l.fail(models.RxPowerLow, fmt.Sprintf("%.2f dBm would be received (%s) from a launch power of %v, mode %s needs %v at %.1f dB OSNR", rx, dir, l.launch, mode.Name, win.Min, w.OsnrDb), "")
		case rx > win.Max.Dbm()+0.005:
			l.fail(models.RxPowerHigh, fmt.Sprintf("%.2f dBm would be received (%s) at the lowest launch power of %v, mode %s takes %v", rx, dir, l.launch, mode.Name, win.Max), "")
		case w.MarginDb < floor:
			nearest := ""
			if worst.MarginDb >= 0 {
				nearest = fmt.Sprintf("minMarginDb: %g", math.Floor(worst.MarginDb*10)/10)
			}
			l.fail(models.MarginTooLow, fmt.Sprintf("margin %.2f dB (%s: OSNR %.2f dB, %.2f dB required by mode %s, %.2f dB penalty), %g dB asked for",
				w.MarginDb, dir, w.OsnrDb, mode.RequiredOsnr.Db(), mode.Name, w.PenaltyDb, floor), nearest)
		}
	}
}

// settable refuses light for which a switch would have to be set to a channel power
// that it cannot be set to.
func (l *light) settable(lp lightPath) {
	for i, list := range lp.cross {
		way := []qot.Way{l.estimate.Az, l.estimate.Za}[i]
		if way.Fault != "" { // lost on the way: that is what is said
			continue
		}
		powers := way.Powers
		for k, c := range list {
			within, at := c.device.Profile.ChannelPower, lp.elementOf(i, k)
			if within == (catalogue.PowerRange{}) || at >= len(powers) {
				continue
			}
			power := quantise(powers[at], stepOf(c.device.Profile))
			if power >= within.Min && power <= within.Max {
				continue
			}
			reason := models.RxPowerLow
			if power > within.Max {
				reason = models.RxPowerHigh
			}
			l.fail(reason, fmt.Sprintf("%s would have to be set to %v at %s and takes %v to %v", c.device.Name, power, c.dest, within.Min, within.Max), "")
		}
	}
}

// fail keeps the fault that says least about the rest: dispersion before power
// before margin.
func (l *light) fail(r models.Reason, message, nearest string) {
	if l.reason == "" || rank(r) < rank(l.reason) {
		l.reason, l.message, l.nearest = r, message, nearest
	}
}

// window returns the receive power range that holds at an OSNR; below the
// lowest OSNR of the mode, that of the lowest.
func window(mode *catalogue.Mode, osnrDb float64) catalogue.PowerRange {
	out := mode.Receive[0].PowerRange
	for _, w := range mode.Receive {
		if osnrDb >= w.AtOsnr.Db() {
			out = w.PowerRange
		}
	}
	return out
}

// powerStep is the step that a device rounds target powers to.
func powerStep(p *topo.Port) models.Power { return stepOf(p.Device.Profile) }

func stepOf(p *catalogue.Profile) models.Power {
	return max(1, models.Power(math.Round(p.PowerStepDb*100)))
}

// quantiseDown rounds down to the device's step, but not below lo.
func quantiseDown(p, step, lo models.Power) models.Power {
	q := p - ((p%step)+step)%step
	if q < lo {
		return lo + ((-lo%step)+step)%step
	}
	return q
}

// quantise rounds to the nearest step.
func quantise(dbm float64, step models.Power) models.Power {
	return models.Power(math.Round(dbm*100/float64(step))) * step
}
