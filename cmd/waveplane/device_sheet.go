package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models/catalogue"
)

// deviceSheet is how a device is driven, by its profile. It is nil for a passive
// device, and for a profile that only a newer server knows.
type deviceSheet struct {
	Protocol string   `json:"protocol"`
	Safety   string   `json:"safety"`
	Laser    string   `json:"laserSwitch,omitempty"`
	Modes    []string `json:"modes,omitempty"`
}

func sheetOf(cat *catalogue.Catalogue, spec intents.DeviceSpec) (*deviceSheet, error) {
	p, err := cat.Profile(spec.Profile)
	if err != nil || spec.Address == "" {
		return nil, nil
	}
	s := &deviceSheet{Protocol: strings.TrimSpace(p.Driver + " " + p.Dialect), Safety: p.Safety, Laser: p.LaserSwitch}
	offered := map[string]bool{}
	for _, port := range spec.Ports {
		for _, name := range cat.Pluggables[port.Pluggable].Modes {
			if _, coded := cat.Modes[name].DeviceCodes[spec.Profile]; coded {
				offered[name] = true
			}
		}
	}
	s.Modes = slices.Sorted(maps.Keys(offered))
	return s, nil
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
	a.printf("\ndriven\n")
	for _, line := range [][2]string{
		{"protocol", s.Protocol},
		{"safety", fmt.Sprintf("%s: %s", dash(s.Safety), safetyClasses()[s.Safety])},
		{"laser", s.Laser},
		{"modes", strings.Join(s.Modes, ", ")},
	} {
		if line[1] != "" {
			a.printf("  %-9s %s\n", line[0], line[1])
		}
	}
}
