package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// deviceSheet is how a device is driven, by its profile. It is nil for a passive
// device, and for a profile that only a newer server knows.
type deviceSheet struct {
	Protocol string   `json:"protocol"`
	Safety   string   `json:"safety"`
	Note     string   `json:"safetyNote,omitempty"`
	Laser    string   `json:"laserSwitch,omitempty"`
	Modes    []string `json:"modes,omitempty"`
	// TuningTHz is what the lasers of the offered modes can be tuned to, RasterGHz
	// the raster of centres that the device can be given, where that is coarser than
	// the grid; LaunchDbm what they can be set to, in steps of PowerStepDb.
	TuningTHz   []float64 `json:"tuningTHz,omitempty"`
	RasterGHz   float64   `json:"rasterGHz,omitempty"`
	LaunchDbm   []float64 `json:"launchDbm,omitempty"`
	PowerStepDb float64   `json:"powerStepDb,omitempty"`
	// LossDb is lost from port to port of a circuit switch.
	LossDb *float64 `json:"lossDb,omitempty"`
	Probed *probe   `json:"probed,omitempty"`
}

// probe is what the device said of itself when it was last connected to.
type probe struct {
	models.Identity
	At time.Time `json:"at"`
}

func sheetOf(cat *catalogue.Catalogue, spec intents.DeviceSpec) (*deviceSheet, error) {
	p, err := cat.Profile(spec.Profile)
	if err != nil || spec.Address == "" {
		return nil, nil
	}
	s := &deviceSheet{Protocol: strings.TrimSpace(p.Driver + " " + p.Dialect), Safety: p.Safety, Note: p.SafetyNote, Laser: p.LaserSwitch}
	offered := map[string]bool{}
	for _, port := range spec.Ports {
		for _, name := range cat.Pluggables[port.Pluggable].Modes {
			if _, coded := cat.Modes[name].DeviceCodes[spec.Profile]; coded {
				offered[name] = true
			}
		}
	}
	s.Modes = slices.Sorted(maps.Keys(offered))
	s.ranges(cat, &p)
	if loss, ok := p.InsertionLossDb["through"]; ok {
		if spec.Switch != nil && spec.Switch.LossDb != nil {
			loss = *spec.Switch.LossDb
		}
		s.LossDb = &loss
	}
	return s, nil
}

// ranges are the widest of the modes that are offered, within what the device can be
// set to.
func (s *deviceSheet) ranges(cat *catalogue.Catalogue, p *catalogue.Profile) {
	var tune models.Band
	var launch *catalogue.PowerRange
	for _, name := range s.Modes {
		m := cat.Modes[name]
		if t := m.Tune; !t.Empty() {
			if tune.Empty() {
				tune = t
			}
			tune.Lower, tune.Upper = min(tune.Lower, t.Lower), max(tune.Upper, t.Upper)
		}
		if l := m.Launch; l != nil {
			if launch == nil {
				launch = &catalogue.PowerRange{Min: l.Min, Max: l.Max}
			}
			launch.Min, launch.Max = min(launch.Min, l.Min), max(launch.Max, l.Max)
		}
	}
	if !tune.Empty() && !p.Tune.Empty() {
		tune = tune.Intersect(p.Tune)
	}
	if within := p.ChannelPower; launch != nil && within != (catalogue.PowerRange{}) {
		launch.Min, launch.Max = max(launch.Min, within.Min), min(launch.Max, within.Max)
	}
	if !tune.Empty() {
		s.TuningTHz = []float64{tune.Lower.GHz() / 1000, tune.Upper.GHz() / 1000}
		if raster := max(p.FrequencyRaster, p.FrequencyUnit); raster > models.MHz {
			s.RasterGHz = raster.GHz()
		}
	}
	if launch != nil {
		s.LaunchDbm, s.PowerStepDb = []float64{launch.Min.Dbm(), launch.Max.Dbm()}, p.PowerStepDb
	}
}

// probed adds what the device said of itself.
func (s *deviceSheet) probed(h *records.DeviceHealth) {
	if s != nil && h != nil && h.Reachable {
		s.Probed = &probe{h.Identity, h.Since}
	}
}

// safetyClasses say what keeps a change from going wrong half way.
func safetyClasses() map[string]string {
	return map[string]string{
		"A": "stale controllers are kept out, and a commit takes itself back unless it is confirmed",
		"B": "the candidate is locked, and a commit takes itself back unless it is confirmed",
		"C": "every change is read back, and what went wrong is undone by another change",
	}
}

func (a *app) printSheet(s *deviceSheet) {
	if s == nil {
		return
	}
	tuning, launch, loss, probed := "", "", "", ""
	if t := s.TuningTHz; t != nil {
		tuning = fmt.Sprintf("%s to %s THz", number(t[0], 4), number(t[1], 4))
		if s.RasterGHz > 0 {
			tuning += fmt.Sprintf(", centres every %s GHz", number(s.RasterGHz, 3))
		}
	}
	if l := s.LaunchDbm; l != nil {
		launch = fmt.Sprintf("%s to %s dBm in steps of %s dB", number(l[0], 2), number(l[1], 2), number(s.PowerStepDb, 2))
	}
	if s.LossDb != nil {
		loss = number(*s.LossDb, 2) + " dB from port to port"
	}
	if p := s.Probed; p != nil {
		probed = fmt.Sprintf("%s ago: %s, software %s, serial %s", age(p.At), dash(strings.TrimSpace(p.Vendor+" "+p.Model)), dash(p.Software), dash(p.Serial))
	}
	a.printf("\ndriven\n")
	for _, line := range [][2]string{
		{"protocol", s.Protocol},
		{"safety", fmt.Sprintf("%s: %s", dash(s.Safety), cmp.Or(s.Note, safetyClasses()[s.Safety]))},
		{"laser", s.Laser},
		{"modes", strings.Join(s.Modes, ", ")},
		{"tuning", tuning},
		{"launch", launch},
		{"loss", loss},
		{"probed", probed},
	} {
		if line[1] != "" {
			a.printf("  %-9s %s\n", line[0], line[1])
		}
	}
}
