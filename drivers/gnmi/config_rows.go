package gnmi

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
	{models.KindOpticalChannel, models.LeafFrequency, opticalPath + "/config/frequency", frequencyCodec},
	{models.KindOpticalChannel, models.LeafTargetPower, opticalPath + "/config/target-output-power", powerCodec},
	{models.KindOpticalChannel, models.LeafMode, opticalPath + "/config/operational-mode", uint16Codec},
	{models.KindOpticalChannel, models.LeafLinePort, opticalPath + "/config/line-port", textCodec},

	{models.KindLaser, models.LeafEnabled, lanePath + "/config/tx-laser", boolCodec},

	{models.KindLogicalChannel, models.LeafDescription, logicalPath + "/config/description", textCodec},
	{models.KindLogicalChannel, models.LeafAdmin, logicalPath + "/config/admin-state", adminCodec},
	{models.KindLogicalChannel, models.LeafLogicalType, logicalPath + "/config/logical-channel-type", transportIdentity},
	{models.KindLogicalChannel, models.LeafTribProtocol, logicalPath + "/config/trib-protocol", transportIdentity},
	{models.KindLogicalChannel, models.LeafRateClass, logicalPath + "/config/rate-class", transportIdentity},
	{models.KindLogicalChannel, models.LeafIngressXcvr, logicalPath + "/ingress/config/transceiver", textCodec},
	{models.KindLogicalChannel, models.LeafIngressIf, logicalPath + "/ingress/config/interface", textCodec},
	{models.KindLogicalChannel, models.LeafAssignIndex, assignmentPath + "/config/index", uint32Codec},
	{models.KindLogicalChannel, models.LeafAssignOptical, assignmentPath + "/config/optical-channel", textCodec},
	{models.KindLogicalChannel, models.LeafAssignLogical, assignmentPath + "/config/logical-channel", uint32Codec},
	{models.KindLogicalChannel, models.LeafAllocation, assignmentPath + "/config/allocation", gbpsCodec},

	{models.KindMediaChannel, models.LeafChannelName, mediaPath + "/config/name", textCodec},
	{models.KindMediaChannel, models.LeafAdmin, mediaPath + "/config/admin-status", adminCodec},
	{models.KindMediaChannel, models.LeafLower, mediaPath + "/config/lower-frequency", frequencyCodec},
	{models.KindMediaChannel, models.LeafUpper, mediaPath + "/config/upper-frequency", frequencyCodec},
	{models.KindMediaChannel, models.LeafSource, mediaPath + "/source/config/port-name", textCodec},
	{models.KindMediaChannel, models.LeafDest, mediaPath + "/dest/config/port-name", textCodec},
	{models.KindMediaChannel, models.LeafTargetPower, distributionPath + "/config/target-power", powerCodec},

	{models.KindInterface, models.LeafEnabled, interfacePath + "/config/enabled", boolCodec},

	{models.KindAmplifier, models.LeafEnabled, amplifierPath + "/config/enabled", boolCodec},
	{models.KindAmplifier, models.LeafAmpMode, amplifierPath + "/config/amp-mode", ampModeIdentity},
	{models.KindAmplifier, models.LeafTargetGain, amplifierPath + "/config/target-gain", ratioCodec},
	{models.KindAmplifier, models.LeafTargetTilt, amplifierPath + "/config/target-gain-tilt", ratioCodec},
	{models.KindAmplifier, models.LeafTargetPower, amplifierPath + "/config/target-output-power", powerCodec},

	{models.KindAttenuator, models.LeafEnabled, attenuatorPath + "/config/enabled", boolCodec},
	{models.KindAttenuator, models.LeafAttenuation, attenuatorPath + "/config/attenuation", ratioCodec},
}

// objectPaths is the list entry (or container) of each kind and how many keys
// its path takes.
var objectPaths = map[models.ObjectKind]struct {
	schema string
	keys   int
}{
	models.KindOpticalChannel: {opticalPath, 1},
	models.KindLaser:          {lanePath, 2},
	models.KindLogicalChannel: {logicalPath, 1},
	models.KindMediaChannel:   {mediaPath, 1},
	models.KindInterface:      {interfacePath, 1},
	models.KindAmplifier:      {amplifierPath, 1},
	models.KindAttenuator:     {attenuatorPath, 1},
}

// impliedLeaves are configuration leaves that say nothing beyond what the path
// or another leaf says, with the value that is nothing ("" for any). They
// belong neither to an object nor to the digest of the rest, so that an entry
// of ours does not look like foreign configuration.
var impliedLeaves = map[string]string{
	logicalPath + "/config/index":                      "",
	logicalPath + "/config/loopback-mode":              "NONE",
	logicalPath + "/config/test-signal":                "false",
	assignmentPath + "/config/assignment-type":         "",
	mediaPath + "/config/index":                        "",
	mediaPath + "/config/super-channel":                "false",
	distributionPath + "/config/lower-frequency":       "",
	distributionPath + "/config/upper-frequency":       "",
	lanePath + "/config/index":                         "",
	interfacePath + "/config/name":                     "",
	amplifierPath + "/config/name":                     "",
	attenuatorPath + "/config/name":                    "",
	monitorPath + "/config/name":                       "",
	componentPath + "/config/name":                     "",
	componentPath + "/subcomponents/subcomponent/name": "",
}

// rowOf finds the row of a leaf.
func rowOf(kind models.ObjectKind, leaf models.LeafName) (configRow, bool) {
	i := slices.IndexFunc(configRows, func(r configRow) bool { return r.kind == kind && r.leaf == leaf })
	if i < 0 {
		return configRow{}, false
	}
	return configRows[i], true
}
