package intents

import (
	"fmt"

	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// FiberTypeSpec is a fibre type of the user's own; it has the fields of
// catalogue.Fibre with units in the names. Loss and dispersion are one number
// or a table over frequency.
type FiberTypeSpec struct {
	LossDbPerKm              *float64     `json:"lossDbPerKm,omitempty"`
	LossTable                [][2]float64 `json:"lossTable,omitempty"` // [THz, dB/km]
	DispersionPsPerNmKm      *float64     `json:"dispersionPsPerNmKm,omitempty"`
	DispersionSlopePsPerNmKm *float64     `json:"dispersionSlopePsPerNm2Km,omitempty"`
	DispersionTable          [][2]float64 `json:"dispersionTable,omitempty"` // [THz, ps/(nm km)]
	EffectiveAreaUm2         *float64     `json:"effectiveAreaUm2,omitempty" jsonschema:"default=83"`
	PmdPsPerSqrtKm           float64      `json:"pmdPsPerSqrtKm,omitempty" jsonschema:"minimum=0"`
	IndexOfRefraction        *float64     `json:"indexOfRefraction,omitempty" jsonschema:"default=1.468"`
	ConnectorDb              float64      `json:"connectorDb,omitempty" jsonschema:"minimum=0"`
	ReferenceTHz             *float64     `json:"referenceTHz,omitempty" jsonschema:"default=193.414489"`
	Raman                    *RamanGain   `json:"raman,omitempty"`
	Source                   string       `json:"source,omitempty"`
}

// RamanGain is the Raman gain profile of a fibre type, for one pump.
type RamanGain struct {
	PumpTHz float64      `json:"pumpTHz"`
	Profile [][2]float64 `json:"profile"` // [shift in THz, gain in 1/(W km)]
}

// Defaults of a fibre type: those of standard single-mode fibre.
const (
	defaultAreaUm2 = 83
	defaultIndex   = 1.468
)

func fiberTypeKind() Kind {
	return kindOf(KindFiberType, "fibertypes", nil, false, checkFiberType, func(s *FiberTypeSpec) {
		fill := func(field **float64, value float64) {
			if *field == nil {
				*field = &value
			}
		}
		fill(&s.EffectiveAreaUm2, defaultAreaUm2)
		fill(&s.IndexOfRefraction, defaultIndex)
	})
}

func checkFiberType(c *checker, s *FiberTypeSpec) {
	before := len(*c.faults)
	at := func(field ...any) []any { return append([]any{"spec"}, field...) }
	if c.cat != nil {
		if _, taken := c.cat.Fibres[c.doc.Metadata.Name]; taken {
			c.fault("fibre type "+quoted(c.doc.Metadata.Name)+" is the catalogue's", "choose another name: links that name it mean that one", "metadata", "name")
		}
	}
	either := func(plain, table string, value *float64, rows [][2]float64) {
		read := c.read(at(plain)...) && c.read(at(table)...)
		switch {
		case value != nil && rows != nil:
			c.fault(plain+" and "+table+" are both given", "keep one", at(table)...)
		case value == nil && rows == nil && read:
			c.fault("is required", "give it, or "+table, at(plain)...)
		}
	}
	either("lossDbPerKm", "lossTable", s.LossDbPerKm, s.LossTable)
	either("dispersionPsPerNmKm", "dispersionTable", s.DispersionPsPerNmKm, s.DispersionTable)
	c.between(s.LossDbPerKm, 0.1, 5, "dB/km", at("lossDbPerKm")...)
	c.between(s.DispersionPsPerNmKm, -200, 200, "ps/(nm km)", at("dispersionPsPerNmKm")...)
	if s.DispersionPsPerNmKm != nil && *s.DispersionPsPerNmKm == 0 {
		c.fault("a dispersion of 0 makes the noise of non-linear effects unbounded", "write the fibre's figure, such as 16.7", at("dispersionPsPerNmKm")...)
	}
	c.between(s.DispersionSlopePsPerNmKm, -5, 5, "ps/(nm² km)", at("dispersionSlopePsPerNm2Km")...)
	if s.DispersionSlopePsPerNmKm != nil && s.DispersionTable != nil {
		c.fault("a table of dispersion has its slope in it", "leave the slope out", at("dispersionSlopePsPerNm2Km")...)
	}
	c.checkTable(s.LossTable, 0.1, 5, "dB/km", at("lossTable")...)
	c.checkTable(s.DispersionTable, -200, 200, "ps/(nm km)", at("dispersionTable")...)
	c.between(s.EffectiveAreaUm2, 10, 500, "µm²", at("effectiveAreaUm2")...)
	c.between(&s.PmdPsPerSqrtKm, 0, 100, "ps/√km", at("pmdPsPerSqrtKm")...)
	c.between(s.IndexOfRefraction, 1, 3, "", at("indexOfRefraction")...)
	c.between(&s.ConnectorDb, 0, 20, "dB", at("connectorDb")...)
	if s.ReferenceTHz != nil {
		c.checkLineFrequency(*s.ReferenceTHz, at("referenceTHz")...)
	}
	if r := s.Raman; r != nil {
		c.checkLineFrequency(r.PumpTHz, at("raman", "pumpTHz")...)
		if len(r.Profile) < 2 && c.read(at("raman", "profile")...) {
			c.fault("a profile has two rows or more", "write rows [shift in THz, gain in 1/(W km)]", at("raman", "profile")...)
		}
		c.checkRows(r.Profile, 0, 60, "THz", 0, 10, "1/(W km)", at("raman", "profile")...)
	}
	c.checkText(s.Source, at("source")...)
	if len(*c.faults) == before && c.bound.whole() {
		if _, err := s.Catalogue(c.doc.Metadata.Name); err != nil {
			c.fault(err.Error(), "", at()...)
		}
	}
}

// checkTable checks a table over frequency.
func (c *checker) checkTable(rows [][2]float64, least, most float64, unit string, path ...any) {
	if len(rows) == 1 {
		c.fault("a table has two rows or more", "write rows [THz, "+unit+"]", path...)
	}
	c.checkRows(rows, 150, 250, "THz", least, most, unit, path...)
}

// checkRows checks rows [x, y] that rise by x.
func (c *checker) checkRows(rows [][2]float64, from, to float64, xUnit string, least, most float64, yUnit string, path ...any) {
	if len(rows) > maxSamples {
		c.fault(fmt.Sprintf("%d rows", len(rows)), fmt.Sprintf("write at most %d", maxSamples), path...)
		return
	}
	for i := range rows {
		at := append(path[:len(path):len(path)], i)
		x, y := append(at[:len(at):len(at)], 0), append(at[:len(at):len(at)], 1)
		c.between(&rows[i][0], from, to, xUnit, x...)
		c.between(&rows[i][1], least, most, yUnit, y...)
		if i > 0 && rows[i][0] <= rows[i-1][0] && c.read(x...) {
			c.fault("rows do not rise by "+xUnit, "sort them, each "+xUnit+" once", at...)
		}
	}
}

// Catalogue converts the document's spec to a type of the catalogue. An error
// names the field that cannot be represented.
func (s FiberTypeSpec) Catalogue(name string) (catalogue.Fibre, error) {
	n := converter{}
	points := func(field string, rows [][2]float64) []catalogue.FrequencyPoint {
		var table []catalogue.FrequencyPoint
		for _, row := range rows {
			table = append(table, catalogue.FrequencyPoint{Frequency: n.frequency(field, row[0]*1000), Value: row[1]})
		}
		return table
	}
	otherwise := func(f *float64, d float64) float64 {
		if f == nil {
			return d
		}
		return *f
	}
	f := catalogue.Fibre{
		Name: name, LossDbPerKm: figure(s.LossDbPerKm), LossTable: points("lossTable", s.LossTable),
		DispersionPsNmKm: figure(s.DispersionPsPerNmKm), DispersionSlope: s.DispersionSlopePsPerNmKm,
		DispersionTable:  points("dispersionTable", s.DispersionTable),
		EffectiveAreaUm2: otherwise(s.EffectiveAreaUm2, defaultAreaUm2), PmdPsPerSqrtKm: s.PmdPsPerSqrtKm,
		IndexOfRefraction: otherwise(s.IndexOfRefraction, defaultIndex), ConnectorDb: s.ConnectorDb,
		Source: s.Source, Tags: map[string]catalogue.Tag{"": catalogue.TagManifest},
	}
	if s.ReferenceTHz != nil {
		f.Reference = n.frequency("referenceTHz", *s.ReferenceTHz*1000)
	}
	if s.Raman != nil {
		f.Raman = &catalogue.RamanGain{Pump: n.frequency("raman.pumpTHz", s.Raman.PumpTHz*1000)}
		for _, row := range s.Raman.Profile {
			shift := models.Frequency(row[0]*1e6 + 0.5)
			f.Raman.Profile = append(f.Raman.Profile, catalogue.FrequencyPoint{Frequency: shift, Value: row[1]})
		}
	}
	if f.Source == "" {
		f.Source = "FiberType document " + name
	}
	if n.err != nil {
		return catalogue.Fibre{}, fmt.Errorf("fibre type %q: %w", name, n.err)
	}
	return f.Settled(), nil
}
