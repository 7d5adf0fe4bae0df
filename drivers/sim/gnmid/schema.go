package gnmid

import (
	"fmt"
	"sync"
	"sync/atomic"

	gpb "github.com/openconfig/gnmi/proto/gnmi"

	"github.com/waveplane/waveplane/models/openconfig"
)

// Schema is what all targets of a process share: the OpenConfig index and what
// this package derives from it. It is read-only after NewSchema, but for what it
// remembers.
type Schema struct {
	index    *openconfig.Index
	hardware map[*openconfig.Node]bool             // lists whose entries exist without configuration
	mirror   map[*openconfig.Node]*openconfig.Node // config leaf → state leaf of the same name
	repeats  map[*openconfig.Node]bool             // state leaves that mirror a config leaf
	class    map[*openconfig.Node]string           // path without keys
	settings map[*openconfig.Node]*openconfig.Node // list → its config container, where that repeats the keys
	keyed    map[*openconfig.Node]bool             // key leaves, both the list's own and those in its config
	elements map[*openconfig.Node]*gpb.PathElem    // of steps without keys; all messages share them

	parsed       sync.Map // text → path
	parsedCount  atomic.Int64
	tails        sync.Map // tail → *gpb.Path
	entries      sync.Map // entryKey → *gpb.PathElem
	entriesCount atomic.Int64
}

// DefaultHardware names the lists whose entries are parts of the device: taking
// their configuration away leaves the entry and its state. Entries of other
// lists live and die with their configuration.
func DefaultHardware() []string {
	return []string{
		"/components/component",
		"/components/component/transceiver/physical-channels/channel",
		"/components/component/transceiver/host-lanes/lane",
		"/interfaces/interface",
		"/optical-amplifier/amplifiers/amplifier",
		"/optical-attenuator/attenuators/attenuator",
		"/channel-monitors/channel-monitor",
		"/terminal-device/operational-modes/mode",
	}
}

// NewSchema prepares an index for sharing among targets. Hardware lists default
// to DefaultHardware; names that the index doesn't know are ignored.
func NewSchema(index *openconfig.Index, hardware ...string) (*Schema, error) {
	if index == nil {
		return nil, fmt.Errorf("gnmid schema: no index")
	}
	s := &Schema{
		index:    index,
		hardware: map[*openconfig.Node]bool{},
		mirror:   map[*openconfig.Node]*openconfig.Node{},
		repeats:  map[*openconfig.Node]bool{},
		class:    map[*openconfig.Node]string{},
		settings: map[*openconfig.Node]*openconfig.Node{},
		keyed:    map[*openconfig.Node]bool{},
		elements: map[*openconfig.Node]*gpb.PathElem{},
	}
	if len(hardware) == 0 {
		hardware = DefaultHardware()
	}
	for _, name := range hardware {
		if n, ok := index.Lookup(openconfig.SplitPath(name)); ok && n.Kind == openconfig.List {
			s.hardware[n] = true
		}
	}
	s.survey(index.Root(), "")
	return s, nil
}

func (s *Schema) survey(n *openconfig.Node, class string) {
	s.class[n] = class
	s.elements[n] = &gpb.PathElem{Name: n.Name}
	config, hasConfig := n.Child("config")
	state, hasState := n.Child("state")
	if hasConfig && hasState && !state.Config {
		for _, leaf := range config.Children() {
			if twin, ok := state.Child(leaf.Name); ok && leaf.Type != nil && twin.Type != nil {
				s.mirror[leaf] = twin
				s.repeats[twin] = true
			}
		}
	}
	for _, name := range n.Keys {
		if key, ok := n.Child(name); ok {
			s.keyed[key] = true
		}
		if repeated, ok := childLeaf(config, name); ok {
			s.settings[n] = config
			s.keyed[repeated] = true
		}
	}
	for _, c := range n.Children() {
		s.survey(c, class+"/"+c.Name)
	}
}

func childLeaf(n *openconfig.Node, name string) (*openconfig.Node, bool) {
	if n == nil || n.Type != nil {
		return nil, false
	}
	c, ok := n.Child(name)
	return c, ok && c.Type != nil
}

// ownKey says whether leaf is a key leaf directly in a list entry: part of the
// entry's name, not of its configuration.
func ownKey(parent, leaf *openconfig.Node) bool {
	return parent.Kind == openconfig.List && parent.IsKey(leaf.Name)
}
