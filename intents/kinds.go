package intents

import (
	"maps"
	"slices"

	"github.com/waveplane/waveplane/models/catalogue"
)

// Kind is what the decoder, the command line and the API need to know of a
// kind of document. A new kind is one file kind_NAME.go with its Kind and its
// line in builtKinds.
type Kind struct {
	Name       string
	Plural     string   // in addresses: "wavelengths"
	Short      []string // other names on the command line: "wl"
	Namespaced bool

	// NewSpec returns a pointer to an empty spec.
	NewSpec func() any

	// check adds a fault for each field that cannot be right, whatever other
	// documents say.
	check func(c *checker, spec any)
	// fill sets the defaults.
	fill func(spec any)
}

// builtKind is a kind by its name, made when it is asked for: each document asks
// for its own several times.
type builtKind struct {
	name string
	make func() Kind
}

// builtKinds are in the order in which documents refer to each other: places
// first, light last.
func builtKinds() [8]builtKind {
	return [...]builtKind{
		{KindSite, siteKind}, {KindDevice, deviceKind}, {KindAmplifierType, amplifierTypeKind}, {KindFiberType, fiberTypeKind},
		{KindLink, linkKind}, {KindMode, modeKind}, {KindCircuit, circuitKind}, {KindWavelength, wavelengthKind},
	}
}

// Kinds lists the kinds that are built, in the order in which documents refer
// to each other.
func Kinds() []Kind {
	var out []Kind
	for _, k := range builtKinds() {
		out = append(out, k.make())
	}
	return out
}

// unbuilt are kinds of the document language whose behaviour is not built yet.
func unbuilt() []string {
	return []string{"SpectrumService", "Tenant", "MaintenanceWindow", "DriftPolicy"}
}

// unbuiltFields are fields of the document language, by the type they belong
// to, whose behaviour is not built yet and that have no place in the type.
func unbuiltFields(of string) []string {
	switch of {
	case "CircuitSpec":
		return []string{"priority", "carrierId", "allowOutage", "start", "end"}
	}
	return nil
}

// KindByName finds a kind by its exact name.
func KindByName(name string) (Kind, bool) {
	for _, k := range builtKinds() {
		if k.name == name {
			return k.make(), true
		}
	}
	return Kind{}, false
}

func kindOf[S any](name, plural string, short []string, namespaced bool, check func(*checker, *S), fill func(*S)) Kind {
	return Kind{
		Name: name, Plural: plural, Short: short, Namespaced: namespaced,
		NewSpec: func() any { return new(S) },
		check: func(c *checker, spec any) {
			if s, ok := spec.(*S); ok && s != nil {
				check(c, s)
			}
		},
		fill: func(spec any) {
			if s, ok := spec.(*S); ok && s != nil && fill != nil {
				fill(s)
			}
		},
	}
}

// checker collects the faults of one document. Catalogue names are checked
// only when there is a catalogue.
type checker struct {
	doc    *Document
	cat    *catalogue.Catalogue
	faults *Faults
	bound  *bound
}

// read reports whether the field says something: false when what stands there
// could not be read. A check that compares fields asks this of each, and so
// does one that takes a missing field for a fault of what surrounds it.
func (c *checker) read(path ...any) bool { return !c.bound.lost(path) }

// fault reports a field by its path of names and indices. Of fields that could
// not be read nothing more is reported: they were when they were read.
func (c *checker) fault(message, remedy string, path ...any) {
	if len(*c.faults) >= maxFaults || c.bound.lost(path) {
		return
	}
	f := c.doc.FaultAt(path...)
	f.Message, f.Remedy = message, remedy
	if i, ok := c.bound.replace(path); ok {
		(*c.faults)[i] = f
		return
	}
	*c.faults = append(*c.faults, f)
}

// oneOf checks a word of a closed list; empty is left to the default.
func (c *checker) oneOf(value string, allowed []string, path ...any) {
	if value == "" || slices.Contains(allowed, value) {
		return
	}
	remedy := "write one of " + join(allowed)
	if near := catalogue.Nearest(value, allowed); near != "" {
		remedy = "did you mean " + near + "? Known are " + join(allowed)
	}
	c.fault("unknown value "+quoted(value), remedy, path...)
}

// unsupported refuses a field whose behaviour is not built.
func (c *checker) unsupported(set bool, what string, path ...any) {
	if set {
		c.fault("not supported yet: "+what, "leave it out", path...)
	}
}

// known passes on what the catalogue says of a name.
func (c *checker) known(err error, path ...any) {
	if err != nil {
		c.fault(err.Error(), "", path...)
	}
}

// atLeast checks a number against its least value.
func (c *checker) atLeast(value *float64, least float64, unit string, path ...any) {
	if value != nil && *value < least {
		c.fault(number(*value)+" "+unit+" is below "+number(least)+" "+unit, "", path...)
	}
}

// between checks a number against its range.
func (c *checker) between(value *float64, least, greatest float64, unit string, path ...any) {
	if value != nil && (*value < least || *value > greatest) {
		c.fault(number(*value)+" "+unit+" is out of range", "write a value from "+number(least)+" to "+number(greatest)+" "+unit, path...)
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
