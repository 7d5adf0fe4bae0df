package ocmap

import (
	"slices"

	"github.com/waveplane/waveplane/models"
)

// configRow says where a leaf of package models stands on an OpenConfig
// device. The schema path's keys are those of the object, followed by the keys
// of a sub-entry where there is one (an assignment, a power distribution).
type configRow struct {
	kind   models.ObjectKind
	leaf   models.LeafName
	schema string
	codec  codec
}

// configRows is the whole mapping of configuration, in the order in which an
// engineer would read an object.
var configRows = []configRow{
	{models.KindOpticalChannel, models.LeafFrequency, OpticalPath + "/config/frequency", frequencyCodec},
	{models.KindOpticalChannel, models.LeafTargetPower, OpticalPath + "/config/target-output-power", powerCodec},
	{models.KindOpticalChannel, models.LeafMode, OpticalPath + "/config/operational-mode", uint16Codec},
	{models.KindOpticalChannel, models.LeafLinePort, OpticalPath + "/config/line-port", textCodec},

	{models.KindLaser, models.LeafEnabled, LanePath + "/config/tx-laser", boolCodec},

	{models.KindModule, models.LeafFunctionalType, ModulePath + "/module-functional-type", transportIdentity},

	{models.KindLogicalChannel, models.LeafDescription, LogicalPath + "/config/description", textCodec},
	{models.KindLogicalChannel, models.LeafAdmin, LogicalPath + "/config/admin-state", adminCodec},
	{models.KindLogicalChannel, models.LeafLogicalType, LogicalPath + "/config/logical-channel-type", transportIdentity},
	{models.KindLogicalChannel, models.LeafTribProtocol, LogicalPath + "/config/trib-protocol", transportIdentity},
	{models.KindLogicalChannel, models.LeafRateClass, LogicalPath + "/config/rate-class", transportIdentity},
	{models.KindLogicalChannel, models.LeafIngressXcvr, LogicalPath + "/ingress/config/transceiver", textCodec},
	{models.KindLogicalChannel, models.LeafIngressIf, LogicalPath + "/ingress/config/interface", textCodec},
	{models.KindLogicalChannel, models.LeafAssignIndex, AssignmentPath + "/config/index", uint32Codec},
	{models.KindLogicalChannel, models.LeafAssignOptical, AssignmentPath + "/config/optical-channel", textCodec},
	{models.KindLogicalChannel, models.LeafAssignLogical, AssignmentPath + "/config/logical-channel", uint32Codec},
	{models.KindLogicalChannel, models.LeafAllocation, AssignmentPath + "/config/allocation", gbpsCodec},
	{models.KindLogicalChannel, models.LeafAssignClients, AssignmentPath, entriesCodec}, // see client_assignment.go

	{models.KindMediaChannel, models.LeafChannelName, MediaPath + "/config/name", textCodec},
	{models.KindMediaChannel, models.LeafAdmin, MediaPath + "/config/admin-status", adminCodec},
	{models.KindMediaChannel, models.LeafLower, MediaPath + "/config/lower-frequency", frequencyCodec},
	{models.KindMediaChannel, models.LeafUpper, MediaPath + "/config/upper-frequency", frequencyCodec},
	{models.KindMediaChannel, models.LeafSource, MediaPath + "/source/config/port-name", textCodec},
	{models.KindMediaChannel, models.LeafDest, MediaPath + "/dest/config/port-name", textCodec},
	{models.KindMediaChannel, models.LeafTargetPower, DistributionPath + "/config/target-power", powerCodec},

	{models.KindInterface, models.LeafEnabled, InterfacePath + "/config/enabled", boolCodec},

	{models.KindAmplifier, models.LeafEnabled, AmplifierPath + "/config/enabled", boolCodec},
	{models.KindAmplifier, models.LeafAmpMode, AmplifierPath + "/config/amp-mode", ampModeIdentity},
	{models.KindAmplifier, models.LeafTargetGain, AmplifierPath + "/config/target-gain", ratioCodec},
	{models.KindAmplifier, models.LeafTargetTilt, AmplifierPath + "/config/target-gain-tilt", ratioCodec},
	{models.KindAmplifier, models.LeafTargetPower, AmplifierPath + "/config/target-output-power", powerCodec},

	{models.KindAttenuator, models.LeafEnabled, AttenuatorPath + "/config/enabled", boolCodec},
	{models.KindAttenuator, models.LeafAttenuation, AttenuatorPath + "/config/attenuation", ratioCodec},
}

// ObjectPaths is the list entry (or container) of each kind and how many keys
// its path takes.
var ObjectPaths = map[models.ObjectKind]struct {
	Schema string
	Keys   int
}{
	models.KindOpticalChannel: {OpticalPath, 1},
	models.KindLaser:          {LanePath, 2},
	models.KindModule:         {ModulePath, 1},
	models.KindLogicalChannel: {LogicalPath, 1},
	models.KindMediaChannel:   {MediaPath, 1},
	models.KindInterface:      {InterfacePath, 1},
	models.KindAmplifier:      {AmplifierPath, 1},
	models.KindAttenuator:     {AttenuatorPath, 1},
}

// impliedLeaves are configuration leaves that say nothing beyond what the path
// or another leaf says, with the value that is nothing ("" for any). They
// belong neither to an object nor to the digest of the rest, so that an entry
// of ours does not look like foreign configuration.
var impliedLeaves = map[string]string{
	LogicalPath + "/config/index":                      "",
	LogicalPath + "/config/loopback-mode":              "NONE",
	LogicalPath + "/config/test-signal":                "false",
	AssignmentPath + "/config/assignment-type":         "",
	MediaPath + "/config/index":                        "",
	MediaPath + "/config/super-channel":                "false",
	DistributionPath + "/config/lower-frequency":       "",
	DistributionPath + "/config/upper-frequency":       "",
	LanePath + "/config/index":                         "",
	InterfacePath + "/config/name":                     "",
	AmplifierPath + "/config/name":                     "",
	AttenuatorPath + "/config/name":                    "",
	MonitorPath + "/config/name":                       "",
	ComponentPath + "/config/name":                     "",
	ComponentPath + "/subcomponents/subcomponent/name": "",
}

// rowOf finds the row of a leaf.
func rowOf(kind models.ObjectKind, leaf models.LeafName) (configRow, bool) {
	i := slices.IndexFunc(configRows, func(r configRow) bool { return r.kind == kind && r.leaf == leaf })
	if i < 0 {
		return configRow{}, false
	}
	return configRows[i], true
}
