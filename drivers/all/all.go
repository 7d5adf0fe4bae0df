// Package all lists the drivers that come with Waveplane. A driver is added
// here by one line and nowhere else; nothing registers itself.
package all

import (
	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/cli"
	"github.com/waveplane/waveplane/drivers/gnmi"
	"github.com/waveplane/waveplane/drivers/netconf"
	"github.com/waveplane/waveplane/drivers/tl1"
)

// Registry returns the built-in drivers by the names that profiles use.
func Registry() drivers.Registry {
	return drivers.Registry{
		"cli":     &cli.Driver{},
		"gnmi":    &gnmi.Driver{},
		"netconf": &netconf.Driver{},
		"tl1":     &tl1.Driver{},
	}
}
