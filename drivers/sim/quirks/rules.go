// Package quirks is what the devices of some makers refuse beyond what the models
// say, for simulated devices. It reads transactions and shares nothing with the
// drivers: what they forget, it refuses. The facts are those that public
// conformance tests and clients record; each rule names its own.
package quirks

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/waveplane/waveplane/drivers/sim/gnmid"
)

// Rule refuses a client's transaction in the words of a device.
type Rule func(tx *gnmid.Tx) error

// All holds a device to several rules; the first refusal counts.
func All(rules ...Rule) func(tx *gnmid.Tx) error {
	return func(tx *gnmid.Tx) error {
		for _, rule := range rules {
			if err := rule(tx); err != nil {
				return err
			}
		}
		return nil
	}
}

// Unsupported refuses leaves by name. "PROT_OTN/trib-protocol" means the leaf of
// logical channels of that type only.
func Unsupported(leaves ...string) Rule {
	return func(tx *gnmid.Tx) error {
		for _, c := range tx.Changes() {
			at := c.Steps()
			name := at[len(at)-1].Name()
			kind := ""
			if index, ok := logicalChannel(at); ok {
				text, _ := tx.After(channelPath(index) + "/config/logical-channel-type")
				_, kind, _ = strings.Cut(text, ":")
			}
			for _, l := range leaves {
				if c.Has && (l == name || l == kind+"/"+name) {
					return fmt.Errorf("%s: leaf %s is not supported on this platform", c.Path(), name)
				}
			}
		}
		return nil
	}
}

// ClientAssignments refuses a logical channel that is assigned to an optical
// channel and to no client, an Ethernet channel: Arista's, by the public
// conformance tests of openconfig/featureprofiles.
func ClientAssignments(tx *gnmid.Tx) error {
	for _, c := range tx.Changes() {
		index, ok := logicalChannel(c.Steps())
		if !ok {
			continue
		}
		optical, client := false, false
		for _, keys := range tx.Entries(channelPath(index) + "/logical-channel-assignments/assignment") {
			at := channelPath(index) + "/logical-channel-assignments/assignment[index=" + keys[0] + "]/config/"
			if _, ok := tx.After(at + "optical-channel"); ok {
				optical = true
			}
			if to, ok := tx.After(at + "logical-channel"); ok {
				kind, _ := tx.After(channelPath(to) + "/config/logical-channel-type")
				client = client || strings.HasSuffix(kind, ":PROT_ETHERNET")
			}
		}
		if optical && !client {
			return fmt.Errorf("%s: logical channel %s has no assignment to an Ethernet channel", channelPath(index), index)
		}
	}
	return nil
}

// AssignmentsFrom refuses assignments of logical channels with an index below the
// first: on Cisco's routers they are counted from 1, by the same tests.
func AssignmentsFrom(first uint64) Rule {
	return func(tx *gnmid.Tx) error {
		for _, c := range tx.Changes() {
			at := c.Steps()
			if _, ok := logicalChannel(at); !ok || !c.Has || len(at) < 5 || at[4].Name() != "assignment" {
				continue
			}
			if n, err := strconv.ParseUint(at[4].Keys()[0], 10, 32); err != nil || n < first {
				return fmt.Errorf("%s: assignments are counted from %d", c.Path(), first)
			}
		}
		return nil
	}
}

// CoherentCages refuses settings of an optical channel whose transceiver is not
// set to coherent optics: Nokia's, by the same tests. transceiver names the one
// of an optical channel; empty means that there is none such here.
func CoherentCages(transceiver func(channel string) string) Rule {
	return func(tx *gnmid.Tx) error {
		for _, c := range tx.Changes() {
			at := c.Steps()
			if len(at) < 3 || at[1].Name() != "component" {
				continue
			}
			if err := coherent(tx, at[1].Keys()[0], transceiver); err != nil {
				return err
			}
			if at[len(at)-1].Name() != "module-functional-type" {
				continue
			}
			// Nor may the cage of a channel that is set become another one.
			for _, keys := range tx.Entries("/components/component") {
				if transceiver(keys[0]) != at[1].Keys()[0] {
					continue
				}
				if err := coherent(tx, keys[0], transceiver); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

func coherent(tx *gnmid.Tx, channel string, transceiver func(string) string) error {
	cage := transceiver(channel)
	if cage == "" {
		return nil
	}
	at := componentPath(channel) + "/optical-channel/config/"
	for _, leaf := range []string{"operational-mode", "frequency", "target-output-power"} {
		if _, set := tx.After(at + leaf); !set {
			continue
		}
		kind, _ := tx.After(componentPath(cage) + "/transceiver/config/module-functional-type")
		if !strings.HasSuffix(kind, ":TYPE_DIGITAL_COHERENT_OPTIC") {
			return fmt.Errorf("%s%s: transceiver %s is not set to digital coherent optics", at, leaf, cage)
		}
	}
	return nil
}

// Gigahertz refuses frequencies of optical channels outside a range of whole
// gigahertz, ends included: a TeraFlex, by the client of a public test bed, has
// that unit where OpenConfig says MHz.
func Gigahertz(lowest, highest uint64) Rule {
	return func(tx *gnmid.Tx) error {
		for _, c := range tx.Changes() {
			if !c.Has || !strings.HasSuffix(c.Path(), "/optical-channel/config/frequency") {
				continue
			}
			if n, err := strconv.ParseUint(c.New, 10, 64); err != nil || n < lowest || n > highest {
				return fmt.Errorf("%s: %s is not within %d..%d GHz", c.Path(), c.New, lowest, highest)
			}
		}
		return nil
	}
}

// PowerDecimals refuses target powers of optical channels with more decimals than
// so many: a TeraFlex, by the same client, takes tenths of a dBm.
func PowerDecimals(most int) Rule {
	return func(tx *gnmid.Tx) error {
		for _, c := range tx.Changes() {
			if !c.Has || !strings.HasSuffix(c.Path(), "/optical-channel/config/target-output-power") {
				continue
			}
			if _, decimals, _ := strings.Cut(c.New, "."); len(strings.TrimRight(decimals, "0")) > most {
				return fmt.Errorf("%s: %s dBm is finer than the steps of this line; decimals: %d", c.Path(), c.New, most)
			}
		}
		return nil
	}
}

func logicalChannel(at []gnmid.Step) (index string, ok bool) {
	if len(at) < 3 || at[0].Name() != "terminal-device" || at[2].Name() != "channel" {
		return "", false
	}
	return at[2].Keys()[0], true
}

func channelPath(index string) string {
	return "/terminal-device/logical-channels/channel[index=" + index + "]"
}

func componentPath(name string) string {
	return "/components/component[name=" + strings.NewReplacer(`\`, `\\`, `]`, `\]`).Replace(name) + "]"
}
