package adopt

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

// light is one coherent port that is tuned.
type light struct {
	device, port string
	frequency    models.Frequency
	code         uint16
	mode         string // by our name; empty: no mode of the catalogue
	target       string
	tx, rx       *models.Power
	on, locked   bool
	ours, beside bool
}

func (l light) end() string { return l.device + "/" + l.port }

// lightAt reads a port's light and remembers it.
func (r *reader) lightAt(d *Device, port, channel string) light {
	id := models.ObjectID{Kind: models.KindOpticalChannel, Key: channel}
	leaves, c := d.State.Objects[id], d.State.Readings.Channels[channel]
	l := light{device: d.Name, port: port, code: codeOf(leaves[models.LeafMode]), target: leaves[models.LeafTargetPower], tx: c.TxPower, rx: c.RxPower, ours: d.Ours[id], beside: d.Beside}
	if f, err := models.ParseFrequency(leaves[models.LeafFrequency]); err == nil {
		l.frequency = f
	} else if c.Frequency != nil {
		l.frequency = *c.Frequency
	}
	if l.code == 0 && c.Mode != nil {
		l.code = *c.Mode
	}
	l.mode = r.modeOf(d.Profile.Name, l.code)
	l.on = c.LaserOn != nil && *c.LaserOn || c.LaserOn == nil && c.TxPower != nil && c.TxPower.Dbm() > d.Profile.ProvenOffDbm
	l.locked = locked(d, channel)
	if l.frequency > 0 {
		r.light = append(r.light, l)
	}
	return l
}

// locked reports whether a receiver says that it has locked: the logical channel
// that is assigned to the optical channel, or that of the same name.
func locked(d *Device, channel string) bool {
	for id, leaves := range d.State.Objects {
		if id.Kind == models.KindLogicalChannel && leaves[models.LeafAssignOptical] == channel {
			if up := d.State.Readings.Logical[id.Key].LinkUp; up != nil {
				return *up
			}
		}
	}
	up := d.State.Readings.Logical[channel].LinkUp
	return up != nil && *up
}

// lights finds which ports light each other.
func (r *reader) lights() error {
	type key struct {
		frequency models.Frequency
		mode      string
	}
	groups := map[key][]light{}
	odd := map[models.Frequency][]string{} // ends that run nobody knows what
	var order []key
	for _, l := range r.light {
		switch {
		case l.ours:
			continue // a circuit's own, whose other end is known
		case !l.on:
			if !l.beside {
				r.seen("%s: tuned to %v, laser off", l.end(), l.frequency)
			}
			continue
		case !l.locked:
			if !l.beside {
				r.seen("%s: light at %v that finds no other end: its receiver has not locked", l.end(), l.frequency)
			}
			continue
		case l.mode == "":
			if !l.beside {
				r.untold("%s: device mode %d is none of the catalogue: what runs at %v", l.end(), l.code, l.frequency)
			}
			odd[l.frequency] = append(odd[l.frequency], l.end())
			continue
		}
		k := key{l.frequency, l.mode}
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], l)
	}
	for _, k := range order {
		g := groups[k]
		if !slices.ContainsFunc(g, func(l light) bool { return !l.beside }) {
			continue
		}
		others := append(slices.Clone(odd[k.frequency]), r.blind...)
		if len(g) != 2 || g[0].device == g[1].device || len(others) > 0 {
			var ends []string
			for _, l := range g {
				ends = append(ends, l.end())
			}
			ends = append(ends, others...)
			r.untold("%s at %v: which of these light each other, or an end that was not looked at: %s", k.mode, k.frequency, strings.Join(ends, ", "))
			continue
		}
		if err := r.wavelength(g[0], g[1]); err != nil {
			return err
		}
	}
	return nil
}

// wavelength writes the document of light between two ports, and of the fibre if
// there is nothing else between them.
func (r *reader) wavelength(a, b light) error {
	centre := a.frequency.GHz()
	spec := &intents.WavelengthSpec{From: a.end(), To: b.end(), CentreGHz: &centre, Mode: a.mode}
	only := "these two alone run this mode at this frequency, and both have locked"
	fields := []records.AdoptedField{
		field(records.ConfidenceMedium, only, "spec.from"), field(records.ConfidenceMedium, only, "spec.to"),
		field(records.ConfidenceHigh, "configured at both ends", "spec.centreGHz"), field(records.ConfidenceHigh, fmt.Sprintf("device mode %d", a.code), "spec.mode"),
	}
	if p, err := models.ParsePower(a.target); err == nil && a.target == b.target {
		dbm := p.Dbm()
		spec.TxDbm = &dbm
		fields = append(fields, field(records.ConfidenceHigh, "configured at both ends", "spec.txDbm"))
	}
	switch carriers := r.carriers(a.frequency); {
	case len(carriers) > 0:
		r.untold("%s to %s: the way between them; %s carries this frequency", a.end(), b.end(), strings.Join(carriers, ", "))
	default:
		link, err := r.link(a, b)
		if err != nil {
			return err
		}
		if link != "" {
			spec.Route = []string{link}
			fields = append(fields, field(records.ConfidenceMedium, "no switch or amplifier that was looked at is between them", "spec.route"))
		}
	}
	return r.add(intents.KindWavelength, documentName(a, b)+fmt.Sprintf("-%d", int64(centre)), spec, fields)
}

// carriers lists the devices with a media channel, a connection of fibres or an
// amplifier that may be on the way.
func (r *reader) carriers(f models.Frequency) []string {
	var out []string
	for _, d := range r.devices {
		for id, l := range d.State.Objects {
			lower, err1 := models.ParseFrequency(l[models.LeafLower])
			upper, err2 := models.ParseFrequency(l[models.LeafUpper])
			if id.Kind == models.KindAmplifier || id.Kind == models.KindCrossConnect || id.Kind == models.KindMediaChannel && err1 == nil && err2 == nil && lower <= f && f <= upper {
				out = append(out, d.Name)
				break
			}
		}
	}
	return out
}

// What a fibre loses, to guess its length from its loss.
const (
	guessDbPerKm   = 0.25
	connectorsDb   = 0.5
	leastDb        = -0.5 // between exact readings of a patch cord
	mostDarkFibre  = 40.0
	kilometreSteps = 1.0
)

// link writes the document of the fibre between two ports; its name, or nothing
// if it cannot be one fibre.
func (r *reader) link(a, b light) (string, error) {
	for _, ends := range [][2]string{{a.end(), b.end()}, {b.end(), a.end()}} {
		if name := r.links[ends]; name != "" {
			return name, nil
		}
	}
	for ends, name := range r.links {
		for _, end := range ends {
			if end == a.end() || end == b.end() {
				r.untold("%s to %s: the way between them: link %s ends at %s and leads elsewhere", a.end(), b.end(), name, end)
				return "", nil
			}
		}
	}
	if a.tx == nil || b.tx == nil || a.rx == nil || b.rx == nil {
		r.untold("%s to %s: powers are not told: the loss between them", a.end(), b.end())
		return "", nil
	}
	az, za := a.tx.Dbm()-b.rx.Dbm(), b.tx.Dbm()-a.rx.Dbm()
	if min(az, za) < leastDb || max(az, za) > mostDarkFibre {
		r.untold("%s to %s: %.2f dB and %.2f dB between them is no dark fibre: what is in the way", a.end(), b.end(), az, za)
		return "", nil
	}
	loss := func(v float64) float64 { return math.Round(max(v, 0)*100) / 100 }
	km := max(kilometreSteps, math.Round((max(az, za)-connectorsDb)/guessDbPerKm))
	name := "fibre-" + documentName(a, b)
	r.untold("%s: length, fibre type and duct; %g km is what its loss suggests", name, km)
	return name, r.add(intents.KindLink, name, &intents.LinkSpec{
		Ends:  [2]string{a.end(), b.end()},
		Spans: []intents.Span{{ID: "s1", Km: km, LossDb: &intents.PerWay{Az: loss(az), Za: loss(za)}}},
	}, []records.AdoptedField{
		field(records.ConfidenceMedium, "the two light each other", "spec.ends"),
		field(records.ConfidenceMedium, "what one sends less what the other receives", "spec.spans[0].lossDb"),
		field(records.ConfidenceLow, "guessed from the loss", "spec.spans[0].km"),
	})
}

// documentName makes a name of two ends that documents can have.
func documentName(a, b light) string {
	clean := func(s string) string {
		s = strings.ToLower(s)
		var out []byte
		for i := range len(s) {
			c := s[i]
			if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
				out = append(out, c)
			} else if len(out) > 0 && out[len(out)-1] != '-' {
				out = append(out, '-')
			}
		}
		return strings.Trim(string(out), "-")
	}
	ends := []string{clean(a.end()), clean(b.end())}
	slices.Sort(ends)
	return ends[0] + "-" + ends[1]
}
