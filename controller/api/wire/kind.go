package wire

import (
	"fmt"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/intents"
)

// DefaultNamespace is used where a namespaced document names none.
const DefaultNamespace = intents.DefaultNamespace

// Kind is a kind of document as the API and the command line name it.
type Kind struct {
	Name       string   // Circuit
	Plural     string   // circuits
	Short      []string // ckt
	Namespaced bool
}

// Topology reports whether documents of the kind describe the network; each
// change of one bumps the topology revision.
func (k Kind) Topology() bool {
	return k.Name != intents.KindCircuit && k.Name != intents.KindWavelength
}

// Kinds returns all kinds in the order in which they are shown.
func Kinds() []Kind {
	var out []Kind
	for _, k := range intents.Kinds() {
		out = append(out, kindOf(k))
	}
	return out
}

func kindOf(k intents.Kind) Kind {
	return Kind{Name: k.Name, Plural: k.Plural, Short: k.Short, Namespaced: k.Namespaced}
}

// KindNamed finds a kind by its name, plural or short name, in any case.
func KindNamed(word string) (Kind, error) {
	if k, ok := intents.KindByName(word); ok {
		return kindOf(k), nil
	}
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
