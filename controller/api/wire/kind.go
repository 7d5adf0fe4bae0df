package wire

import (
	"fmt"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/intents"
)

// Kind is a kind of document as the API and the command line name it.
type Kind struct {
	Name       string   // Circuit
	Plural     string   // circuits
	Short      []string // ckt
	Namespaced bool
	// Topology kinds describe the network; each change of one bumps the
	// topology revision.
	Topology bool
}

// Kinds returns all kinds in the order in which they are shown.
func Kinds() []Kind {
	return []Kind{
		{Name: intents.KindSite, Plural: "sites", Topology: true},
		{Name: intents.KindDevice, Plural: "devices", Short: []string{"dev"}, Topology: true},
		{Name: intents.KindLink, Plural: "links", Topology: true},
		{Name: intents.KindMode, Plural: "modes", Topology: true},
		{Name: intents.KindCircuit, Plural: "circuits", Short: []string{"ckt"}, Namespaced: true},
		{Name: intents.KindWavelength, Plural: "wavelengths", Short: []string{"wl"}, Namespaced: true},
	}
}

// KindNamed finds a kind by its name, plural or short name, in any case.
func KindNamed(word string) (Kind, error) {
	w := strings.ToLower(word)
	var known []string
	for _, k := range Kinds() {
		if w == strings.ToLower(k.Name) || w == k.Plural || slices.Contains(k.Short, w) {
			return k, nil
		}
		known = append(known, k.Plural)
	}
	return Kind{}, fmt.Errorf("no kind %q; there are %s", word, strings.Join(known, ", "))
}

// DefaultNamespace is used where a namespaced document names none.
const DefaultNamespace = "default"
