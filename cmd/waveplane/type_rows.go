package main

import (
	"fmt"

	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/intents"
)

func amplifierTypeRow(o wire.Object) []string {
	s := specOf[intents.AmplifierTypeSpec](o)
	return []string{o.Metadata.Name, span(s.GainDb), number(s.MaxOutputDbm, 2), span(s.BandTHz), dash(s.Noise.Model), dash(s.Source)}
}

func fiberTypeRow(o wire.Object) []string {
	s := specOf[intents.FiberTypeSpec](o)
	figure := func(plain *float64, table [][2]float64) string {
		if len(table) > 0 {
			return fmt.Sprintf("table of %d", len(table))
		}
		return optional(plain)
	}
	return []string{o.Metadata.Name, figure(s.LossDbPerKm, s.LossTable), figure(s.DispersionPsPerNmKm, s.DispersionTable), optional(s.EffectiveAreaUm2), dash(s.Source)}
}

func span(ends [2]float64) string { return number(ends[0], 3) + "–" + number(ends[1], 3) }
