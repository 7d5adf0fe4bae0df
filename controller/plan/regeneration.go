package plan

import (
	"fmt"
	"slices"

	"github.com/waveplane/waveplane/controller/plan/qot"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// regeneration looks at a refusal for noise or dispersion on a way of several
// sections: when the light would reach a switch on the way, what is missing is
// a regenerator there, and the refusal says how far it gets. Nothing in this
// version regenerates.
func (p *planner) regeneration(options []option, r *records.Refusal) *records.Refusal {
	if r.Reason != models.MarginTooLow && r.Reason != models.DispersionTooHigh {
		return r
	}
	for _, o := range options {
		if !switched(o.way.legs()) {
			continue
		}
		for sections := len(o.way.line.Legs) - 1; sections > 0; sections-- {
			for _, of := range o.offers {
				margin, ok := p.reaches(o, of.mode, sections)
				if !ok {
					continue
				}
				at := o.way.line.Legs[sections-1].Exit().Device
				return &records.Refusal{
					Reason: models.NeedsRegeneration, Nearest: r.Nearest,
					Message: fmt.Sprintf("light of mode %s gets as far as %s at site %s (%d of %d sections of %s, margin %v one way); beyond: %s",
						of.mode.Name, at.Name, at.Site, sections, len(o.way.line.Legs), o.way.name, margin, r.Message),
				}
			}
		}
	}
	return r
}

// reaches estimates a way that ends in a drop after some of its sections, in
// the direction a→z.
func (p *planner) reaches(o option, mode *catalogue.Mode, sections int) (models.Ratio, bool) {
	m, err := p.width(mode, o.way, o.ends)
	if err != nil {
		return 0, false
	}
	lp := p.net.lightPath(o.way, o.ends)
	az := lp.path.Az
	var head []*qot.Element
	for i, k := 0, 0; i < len(az); i++ {
		if az[i].Kind == qot.Express {
			if k++; k == sections {
				break
			}
		}
		head = append(head, az[i])
	}
	tail := az[len(az)-3:] // drop, patch cord, receiver
	lp.path.Az = slices.Concat(head, tail)
	lp.path.AzOn = slices.DeleteFunc(lp.path.AzOn, func(on qot.On) bool { return on.End > len(head) })
	lp.path.Za, lp.path.ZaOn = lp.path.Az, lp.path.AzOn
	lp.cross = [2][]cross{} // what they are set to is asked of the piece that is planned
	l := p.feasible(lp, o.ends, mode, models.Slot{M: m}, false)
	if l.reason != "" {
		return 0, false
	}
	return *l.margin, true
}
