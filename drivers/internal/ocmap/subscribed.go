package ocmap

import (
	"slices"

	"github.com/waveplane/waveplane/models/catalogue"
)

// Nature says how a path changes, and so how it is read.
type Nature byte

// The natures.
const (
	Configuration Nature = iota // changes when somebody edits
	Condition                   // changes when something happens
	Measurement                 // moves all the time
)

// Subscribed is one path that is read, with the model that a device must have
// for it to exist.
type Subscribed struct {
	Schema string
	Nature Nature
	Module string
	// Sampled paths are what fast sampling needs besides measurements.
	Sampled bool
}

// The modules that a device may have.
const (
	PlatformModule    = "openconfig-platform"
	TransceiverModule = "openconfig-platform-transceiver"
	TerminalModule    = "openconfig-terminal-device"
	RouterModule      = "openconfig-wavelength-router"
	MonitorModule     = "openconfig-channel-monitor"
	AmplifierModule   = "openconfig-optical-amplifier"
	AttenuatorModule  = "openconfig-optical-attenuator"
	InterfaceModule   = "openconfig-interfaces"
	LineModule        = "openconfig-transport-line-common"
)

// PathsOf lists what is read from the devices of a profile. The functional type
// of modules is asked for only where it is set: a device that does not know a
// path may refuse all others with it.
func PathsOf(profile catalogue.Profile) []Subscribed {
	if profile.ModuleFunctionalType == "" {
		return subscribedPaths
	}
	return append(slices.Clip(subscribedPaths), Subscribed{ModulePath + "/module-functional-type", Configuration, TransceiverModule, false})
}

// subscribedPaths is what is read from every device. Configuration is read by
// container, so that foreign leaves in it are seen; state is read by leaf,
// because its containers hold a hundred statistics that nobody needs.
var subscribedPaths = []Subscribed{
	{OpticalPath + "/config", Configuration, TerminalModule, false},
	{LanePath + "/config", Configuration, TransceiverModule, false},
	{OpticalPortPath + "/config", Configuration, LineModule, false},
	{LogicalPath + "/config", Configuration, TerminalModule, false},
	{LogicalPath + "/ingress/config", Configuration, TerminalModule, false},
	{AssignmentPath + "/config", Configuration, TerminalModule, false},
	{MediaPath + "/config", Configuration, RouterModule, true},
	{MediaPath + "/source/config", Configuration, RouterModule, true},
	{MediaPath + "/dest/config", Configuration, RouterModule, true},
	{DistributionPath + "/config", Configuration, RouterModule, false},
	{InterfacePath + "/config", Configuration, InterfaceModule, false},
	{AmplifierPath + "/config", Configuration, AmplifierModule, true},
	{AttenuatorPath + "/config", Configuration, AttenuatorModule, false},
	{MonitorPath + "/config/monitor-port", Configuration, MonitorModule, true},

	{ComponentPath + "/state/type", Condition, PlatformModule, false},
	{ComponentPath + "/state/mfg-name", Condition, PlatformModule, false},
	{ComponentPath + "/state/part-no", Condition, PlatformModule, false},
	{ComponentPath + "/state/serial-no", Condition, PlatformModule, false},
	{ComponentPath + "/state/software-version", Condition, PlatformModule, false},
	{OpticalPath + "/state/frequency", Condition, TerminalModule, true},
	{OpticalPath + "/state/operational-mode", Condition, TerminalModule, true},
	{OpticalPath + "/state/target-output-power", Condition, TerminalModule, true},
	{LanePath + "/state/associated-optical-channel", Condition, TransceiverModule, true},
	{LanePath + "/state/tx-laser", Condition, TransceiverModule, true},
	{LanePath + "/state/rx-los", Condition, TransceiverModule, true},
	{LogicalPath + "/state/link-state", Condition, TerminalModule, true},
	{MediaPath + "/state/oper-status", Condition, RouterModule, true},
	{AmplifierPath + "/state/enabled", Condition, AmplifierModule, true},
	{InterfacePath + "/state/oper-status", Condition, InterfaceModule, false},

	{OpticalPath + "/state/output-power/instant", Measurement, TerminalModule, true},
	{OpticalPath + "/state/input-power/instant", Measurement, TerminalModule, true},
	{OpticalPath + "/state/osnr/instant", Measurement, TerminalModule, true},
	{LanePath + "/state/input-power/instant", Measurement, TransceiverModule, true},
	{LogicalPath + "/otn/state/pre-fec-ber/instant", Measurement, TerminalModule, true},
	{LogicalPath + "/otn/state/q-value/instant", Measurement, TerminalModule, true},
	{LogicalPath + "/otn/state/esnr/instant", Measurement, TerminalModule, true},
	{LogicalPath + "/otn/state/fec-uncorrectable-blocks", Measurement, TerminalModule, true},
	{MonitoredPath + "/state/power", Measurement, MonitorModule, true},
	{AmplifierPath + "/state/input-power-total/instant", Measurement, AmplifierModule, true},
	{AmplifierPath + "/state/output-power-total/instant", Measurement, AmplifierModule, true},
	{AmplifierPath + "/state/actual-gain/instant", Measurement, AmplifierModule, true},
	{OpticalPortPath + "/state/input-power/instant", Measurement, LineModule, true},
	{OpticalPortPath + "/state/output-power/instant", Measurement, LineModule, true},
}
