package sim

import (
	"strings"

	"github.com/waveplane/waveplane/drivers/sim/gnmid"
)

// under reports whether the path starts with these names, and returns the keys
// of the last of them.
func under(path []gnmid.Step, names ...string) ([]string, bool) {
	if len(path) < len(names) {
		return nil, false
	}
	for i, n := range names {
		if path[i].Name() != n {
			return nil, false
		}
	}
	return path[len(names)-1].Keys(), true
}

func escape(value string) string {
	if !strings.ContainsAny(value, `\]`) {
		return value
	}
	return strings.NewReplacer(`\`, `\\`, `]`, `\]`).Replace(value)
}

// entry writes "list[key=value]".
func entry(list, key, value string) string {
	return list + "[" + key + "=" + escape(value) + "]"
}

func component(name string) string { return entry("/components/component", "name", name) }

func lane(transceiver, index string) string {
	return component(transceiver) + entry("/transceiver/physical-channels/channel", "index", index)
}

func logicalChannel(index string) string {
	return entry("/terminal-device/logical-channels/channel", "index", index)
}

func iface(name string) string { return entry("/interfaces/interface", "name", name) }

func mediaChannel(index string) string {
	return entry("/wavelength-router/media-channels/channel", "index", index)
}

func amplifierEntry(name string) string {
	return entry("/optical-amplifier/amplifiers/amplifier", "name", name)
}
