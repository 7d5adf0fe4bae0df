package ocmap

import (
	"github.com/waveplane/waveplane/models"
)

// The order inside a SetRequest. gNMI itself carries out deletions first, then
// replacements, then updates; within each, devices check references and act in
// the order given. Clients are taken down before the line and brought up after
// it; what makes dark comes before what makes light. A module is what it has to
// be before its optical channel is tuned, and until that is given up.
const (
	rankDeleteClient = iota
	rankDeleteLine
	rankDeleteMedia
	rankDeleteLeaf
	rankDeleteModule

	rankReplaceModule
	rankReplaceOptical
	rankReplaceLine
	rankReplaceClient
	rankReplaceMedia

	rankInterfaceOff
	rankBlock
	rankLaserOff
	rankSetting
	rankEnableLine
	rankEnableClient
	rankEnableMedia
	rankLaserOn
	rankInterfaceOn
)

func rankOf(op Operation, c models.Change, have models.Leaves, schema, payload string) int {
	client := isClient(c.After) || c.After == nil && (isClient(have) || isClient(c.Before))
	switch op {
	case Deletion:
		return rankDeletion(c.Object.Kind, client)
	case Replacement:
		return rankReplacement(c.Object.Kind, client)
	}
	return rankUpdate(c.Object.Kind, client, schema, payload)
}

func rankDeletion(kind models.ObjectKind, client bool) int {
	switch {
	case kind == models.KindLogicalChannel && client:
		return rankDeleteClient
	case kind == models.KindLogicalChannel:
		return rankDeleteLine
	case kind == models.KindMediaChannel:
		return rankDeleteMedia
	case kind == models.KindModule:
		return rankDeleteModule
	}
	return rankDeleteLeaf
}

func rankReplacement(kind models.ObjectKind, client bool) int {
	switch {
	case kind == models.KindLogicalChannel && client:
		return rankReplaceClient
	case kind == models.KindLogicalChannel:
		return rankReplaceLine
	case kind == models.KindMediaChannel:
		return rankReplaceMedia
	case kind == models.KindModule:
		return rankReplaceModule
	}
	return rankReplaceOptical
}

func rankUpdate(kind models.ObjectKind, client bool, schema, payload string) int {
	switch schema {
	case InterfacePath + "/config/enabled":
		if payload == "true" {
			return rankInterfaceOn
		}
		return rankInterfaceOff
	case LanePath + "/config/tx-laser":
		if payload == "true" {
			return rankLaserOn
		}
		return rankLaserOff
	case LogicalPath + "/config/admin-state", MediaPath + "/config/admin-status":
		switch {
		case payload != `"`+models.AdminEnabled+`"`:
			return rankBlock
		case kind == models.KindMediaChannel:
			return rankEnableMedia
		case client:
			return rankEnableClient
		}
		return rankEnableLine
	}
	return rankSetting
}

// isClient tells the Ethernet side of a transponder from its line side.
func isClient(l models.Leaves) bool {
	if l[models.LeafLogicalType] == "PROT_ETHERNET" {
		return true
	}
	_, mapped := l[models.LeafAssignLogical]
	return mapped
}
