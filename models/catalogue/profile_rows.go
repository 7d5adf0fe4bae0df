package catalogue

import (
	"fmt"
	"time"

	"github.com/waveplane/waveplane/models"
)

// profileRow is a profile as the data files write it.
type profileRow struct {
	Name                 string              `yaml:"name"`
	Inherits             string              `yaml:"inherits"`
	OwnCodes             bool                `yaml:"ownCodes"`
	ModeCodes            map[string]uint16   `yaml:"modeCodes"` // by mode, beside those that modes give
	Role                 Role                `yaml:"role"`
	Driver               string              `yaml:"driver"`
	Dialect              string              `yaml:"dialect"`
	Vendor               string              `yaml:"vendor"`
	Safety               string              `yaml:"safety"`
	SafetyNote           string              `yaml:"safetyNote"`
	Names                nameRow             `yaml:"names"`
	LaserSwitch          string              `yaml:"laserSwitch"`
	LineOnly             bool                `yaml:"lineOnly"`
	ClientAssignments    bool                `yaml:"clientAssignments"`
	ModuleFunctionalType string              `yaml:"moduleFunctionalType"`
	FrequencyUnit        string              `yaml:"frequencyUnit"`
	FrequencyRasterGHz   float64             `yaml:"frequencyRasterGHz"`
	PowerDecimals        int                 `yaml:"powerDecimals"`
	ProvenOffDbm         float64             `yaml:"provenOffDbm"`
	AssignmentBase       int                 `yaml:"assignmentBase"`
	LogicalIndexBase     int                 `yaml:"logicalIndexBase"`
	MediaIndexBase       int                 `yaml:"mediaIndexBase"`
	Unsupported          []string            `yaml:"unsupported"`
	PowerStepDb          float64             `yaml:"powerStepDb"`
	ChannelPowerDbm      []float64           `yaml:"channelPowerDbm"`
	TuneTHz              []float64           `yaml:"tuneTHz"`
	Soak                 string              `yaml:"soak"`
	Settle               string              `yaml:"settle"`
	SampleFast           string              `yaml:"sampleFast"`
	SampleSlow           string              `yaml:"sampleSlow"`
	BandTHz              []float64           `yaml:"bandTHz"`
	InsertionLossDb      map[string]float64  `yaml:"insertionLossDb"`
	AddDropOsnrDb        float64             `yaml:"addDropOsnrDb"`
	AmplifierType        string              `yaml:"amplifierType"`
	Timeout              string              `yaml:"timeout"`
	Keepalive            string              `yaml:"keepalive"`
	ArbitrationExtension bool                `yaml:"arbitrationExtension"`
	DownValues           map[string][]string `yaml:"downValues"`
	Source               string              `yaml:"source"`
	Tags                 map[string]Tag      `yaml:"tags"`
}

type nameRow struct {
	OpticalChannel  string `yaml:"opticalChannel"`
	Transceiver     string `yaml:"transceiver"`
	Interface       string `yaml:"interface"`
	LinePort        string `yaml:"linePort"`
	PhysicalChannel int    `yaml:"physicalChannel"`
}

func (r profileRow) profile(s sheet) (Profile, error) {
	var n numbers
	p := Profile{
		Name: r.Name, Inherits: r.Inherits, OwnCodes: r.OwnCodes, Role: r.Role, Driver: r.Driver, Dialect: r.Dialect, Vendor: r.Vendor, Safety: r.Safety, SafetyNote: r.SafetyNote,
		Names:       NameTemplates(r.Names),
		LaserSwitch: r.LaserSwitch, LineOnly: r.LineOnly, ProvenOffDbm: r.ProvenOffDbm,
		ClientAssignments: r.ClientAssignments, PowerDecimals: r.PowerDecimals,
		AssignmentBase: r.AssignmentBase, LogicalIndexBase: r.LogicalIndexBase, MediaIndexBase: r.MediaIndexBase,
		Unsupported: r.Unsupported, PowerStepDb: r.PowerStepDb,
		Soak: r.Soak, Settle: r.Settle, SampleFast: r.SampleFast, SampleSlow: r.SampleSlow,
		Band: n.band(r.BandTHz), InsertionLossDb: r.InsertionLossDb, AddDropOsnrDb: r.AddDropOsnrDb, AmplifierType: r.AmplifierType,
		Timeout: r.Timeout, Keepalive: r.Keepalive, ArbitrationExtension: r.ArbitrationExtension, DownValues: r.DownValues,
		Source: s.source(r.Source), Tags: s.tags(r.Tags),
	}
	for _, d := range []string{p.Soak, p.Settle, p.SampleFast, p.SampleSlow, p.Timeout, p.Keepalive} {
		if d == "" {
			continue
		}
		if _, err := time.ParseDuration(d); err != nil {
			n.keep(err)
		}
	}
	var err error
	p.ModuleFunctionalType, err = functionalType(r.ModuleFunctionalType)
	n.keep(err)
	p.FrequencyUnit, err = frequencyUnit(r.FrequencyUnit)
	n.keep(err)
	if p.FrequencyRaster = n.frequency(r.FrequencyRasterGHz); p.FrequencyRaster < 0 {
		n.keep(fmt.Errorf("frequencyRasterGHz %g: want more than 0", r.FrequencyRasterGHz))
	}
	if c := n.powers("channelPowerDbm", r.ChannelPowerDbm); c != nil {
		p.ChannelPower = *c
	}
	p.Tune = n.band(r.TuneTHz)
	if r.PowerDecimals < 0 || r.PowerDecimals > 2 {
		n.keep(fmt.Errorf("powerDecimals %d: want 1 or 2", r.PowerDecimals))
	}
	if n.err != nil {
		return Profile{}, fmt.Errorf("profile %q: %w", r.Name, n.err)
	}
	return p, nil
}

// functionalType turns the word of a sheet into the name of the identity.
func functionalType(word string) (string, error) {
	switch word {
	case "":
		return "", nil
	case "digital-coherent-optic":
		return models.DigitalCoherentOptic, nil
	}
	return "", fmt.Errorf("moduleFunctionalType %q: want digital-coherent-optic", word)
}

func frequencyUnit(word string) (models.Frequency, error) {
	switch word {
	case "":
		return 0, nil
	case "MHz":
		return models.MHz, nil
	case "GHz":
		return models.GHz, nil
	}
	return 0, fmt.Errorf("frequencyUnit %q: want MHz or GHz", word)
}

// over fills what p leaves out from parent. A number or a flag of zero counts
// as left out: no profile needs to set one back.
func (p Profile) over(parent Profile) Profile {
	p.Role = first(p.Role, parent.Role)
	p.Driver = first(p.Driver, parent.Driver)
	p.Dialect = first(p.Dialect, parent.Dialect)
	p.Vendor = first(p.Vendor, parent.Vendor)
	if p.Safety == "" { // a note is of one class
		p.Safety, p.SafetyNote = parent.Safety, first(p.SafetyNote, parent.SafetyNote)
	}
	p.Names = NameTemplates{
		OpticalChannel:  first(p.Names.OpticalChannel, parent.Names.OpticalChannel),
		Transceiver:     first(p.Names.Transceiver, parent.Names.Transceiver),
		Interface:       first(p.Names.Interface, parent.Names.Interface),
		LinePort:        first(p.Names.LinePort, parent.Names.LinePort),
		PhysicalChannel: first(p.Names.PhysicalChannel, parent.Names.PhysicalChannel),
	}
	p.LaserSwitch = first(p.LaserSwitch, parent.LaserSwitch)
	p.LineOnly = first(p.LineOnly, parent.LineOnly)
	p.ClientAssignments = first(p.ClientAssignments, parent.ClientAssignments)
	p.ModuleFunctionalType = first(p.ModuleFunctionalType, parent.ModuleFunctionalType)
	p.FrequencyUnit = first(p.FrequencyUnit, parent.FrequencyUnit)
	p.FrequencyRaster = first(p.FrequencyRaster, parent.FrequencyRaster)
	p.PowerDecimals = first(p.PowerDecimals, parent.PowerDecimals)
	p.ProvenOffDbm = first(p.ProvenOffDbm, parent.ProvenOffDbm)
	p.AssignmentBase = first(p.AssignmentBase, parent.AssignmentBase)
	p.LogicalIndexBase = first(p.LogicalIndexBase, parent.LogicalIndexBase)
	p.MediaIndexBase = first(p.MediaIndexBase, parent.MediaIndexBase)
	p.PowerStepDb = first(p.PowerStepDb, parent.PowerStepDb)
	p.ChannelPower = first(p.ChannelPower, parent.ChannelPower)
	p.Tune = first(p.Tune, parent.Tune)
	p.Soak = first(p.Soak, parent.Soak)
	p.Settle = first(p.Settle, parent.Settle)
	p.SampleFast = first(p.SampleFast, parent.SampleFast)
	p.SampleSlow = first(p.SampleSlow, parent.SampleSlow)
	p.Band = first(p.Band, parent.Band)
	p.AddDropOsnrDb = first(p.AddDropOsnrDb, parent.AddDropOsnrDb)
	p.AmplifierType = first(p.AmplifierType, parent.AmplifierType)
	p.Timeout = first(p.Timeout, parent.Timeout)
	p.Keepalive = first(p.Keepalive, parent.Keepalive)
	p.ArbitrationExtension = first(p.ArbitrationExtension, parent.ArbitrationExtension)
	if p.Unsupported == nil {
		p.Unsupported = parent.Unsupported
	}
	if p.InsertionLossDb == nil {
		p.InsertionLossDb = parent.InsertionLossDb
	}
	if p.DownValues == nil {
		p.DownValues = parent.DownValues
	}
	return p
}

func first[T comparable](own, inherited T) T {
	var zero T
	if own != zero {
		return own
	}
	return inherited
}
