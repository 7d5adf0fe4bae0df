package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// Renderer is the version of the rendering. It changes whenever Render gives
// another fragment for the same decision and phase.
const Renderer = "2"

// Steps returns the number of Open steps: the longest row of media channels in
// one direction. It is 0 for a wavelength that crosses no switch.
func Steps(d *records.Decision) int {
	n := 0
	for _, m := range d.Media {
		n = max(n, m.Step)
	}
	return n
}

// DrainSteps returns the number of Drain steps. With media channels there are
// three: clients to maintenance, block at the add ports, laser off. Without
// media channels the second is left out.
func DrainSteps(d *records.Decision) int {
	if len(d.Media) == 0 {
		return 2
	}
	return 3
}

// HeldStep returns the step to record with Held, so that what was open stays
// open and nothing more is opened: the number of open steps at that moment.
func HeldStep(d *records.Decision, from records.PhaseName, step int) int {
	switch from {
	case records.PhaseLaunch:
		return 0
	case records.PhaseOpen, records.PhaseHeld:
		return min(step, Steps(d))
	}
	return Steps(d)
}

// FirstDrainStep returns the step at which Drain starts. The first one leaves
// every media channel open, so it is only for a wavelength whose channels are
// all open; from anywhere earlier Drain starts by blocking.
func FirstDrainStep(d *records.Decision, from records.PhaseName, step int) int {
	if HeldStep(d, from, step) < Steps(d) {
		return 2
	}
	return 1
}

// Render says what the wavelength wants on each of its devices in a phase: one
// fragment per device of d.Devices(), in that order, objects sorted by id. A
// device on which nothing is wanted gets an empty fragment. It fails only when
// the catalogue lacks the decision's mode or a profile.
//
// Step counts within Open and Drain; with Held it is what HeldStep returned.
func Render(cat *catalogue.Catalogue, d *records.Decision, phase records.PhaseName, step int) ([]models.Fragment, error) {
	devices := d.Devices()
	out := make([]models.Fragment, 0, len(devices))
	stage := StageOf(d, phase, step)
	if stage.absent {
		for _, name := range devices {
			out = append(out, models.Fragment{Device: name, Owner: d.Owner(), Objects: []models.Object{}})
		}
		return out, nil
	}
	mode, ok := cat.Modes[d.Mode]
	if !ok {
		return nil, fmt.Errorf("render %s: no mode %q in the catalogue", d.Owner(), d.Mode)
	}
	for _, name := range devices {
		f := models.Fragment{Device: name, Owner: d.Owner(), Objects: []models.Object{}}
		for _, e := range d.Ends {
			if e.Device != name {
				continue
			}
			profile, ok := cat.Profiles[e.Profile]
			if !ok {
				return nil, fmt.Errorf("render %s: no profile %q in the catalogue", d.Owner(), e.Profile)
			}
			f.Objects = append(f.Objects, terminal(d, &e, &mode, &profile, stage)...)
		}
		for _, m := range d.Media {
			if m.Device == name {
				f.Objects = append(f.Objects, media(d, &m, stage))
			}
		}
		for _, c := range d.Joins {
			if c.Device == name {
				f.Objects = append(f.Objects, models.Object{
					ObjectID: models.ObjectID{Kind: models.KindCrossConnect, Key: c.Source}, Leaves: models.Leaves{models.LeafDest: c.Dest},
				})
			}
		}
		slices.SortFunc(f.Objects, compareObjects)
		out = append(out, f)
	}
	return out, nil
}

// Stage is a phase translated into settings. In phases of the same stage a decision
// renders to the same.
type Stage struct {
	absent  bool // nothing is wanted
	laser   bool
	open    int    // media channels up to this step are open
	clients string // admin state of client channels
	serving bool   // the router's interface is to be up, where it is ours
}

// StageOf translates a phase. Step is as Render has it. Stuck wants what it could not
// remove to stay gone.
func StageOf(d *records.Decision, phase records.PhaseName, step int) Stage {
	all := Steps(d)
	switch phase {
	case records.PhaseDark:
		return Stage{clients: models.AdminEnabled}
	case records.PhaseLaunch:
		return Stage{laser: true, clients: models.AdminEnabled}
	case records.PhaseOpen:
		return Stage{laser: true, open: step, clients: models.AdminEnabled}
	case records.PhaseVerify:
		return Stage{laser: true, open: all, clients: models.AdminEnabled}
	case records.PhaseInService:
		return Stage{laser: true, open: all, clients: models.AdminEnabled, serving: true}
	case records.PhaseHeld:
		return Stage{laser: true, open: step, clients: models.AdminDisabled}
	case records.PhaseDrain:
		s := Stage{laser: step < DrainSteps(d), clients: models.AdminMaint}
		if step < 2 {
			s.open = all
		}
		return s
	}
	return Stage{absent: true}
}

// terminal renders one end.
func terminal(d *records.Decision, e *records.End, mode *catalogue.Mode, profile *catalogue.Profile, s Stage) []models.Object {
	byChannel := profile.LaserSwitch == "logical-channel"
	out := []models.Object{object(profile, "", models.KindOpticalChannel, e.OpticalChannel, models.Leaves{
		models.LeafFrequency:   d.Slot.Centre().String(),
		models.LeafTargetPower: d.LaunchPower.String(),
		models.LeafMode:        strconv.Itoa(int(e.ModeCode)),
		models.LeafLinePort:    e.LinePort,
	})}
	if profile.ModuleFunctionalType != "" {
		out = append(out, object(profile, "", models.KindModule, e.Transceiver, models.Leaves{models.LeafFunctionalType: profile.ModuleFunctionalType}))
	}
	if !e.LineOnly {
		out = append(out, logical(d, e, mode, profile, s)...)
	}
	if !byChannel {
		out = append(out, object(profile, "", models.KindLaser, e.Transceiver+"/"+strconv.Itoa(e.PhysicalChannel), models.Leaves{
			models.LeafEnabled: strconv.FormatBool(s.laser),
		}))
	}
	// The interface is raised only onto light that is proven, and given back
	// (not forced down) when the wavelength leaves service.
	if e.OwnsInterface && s.serving && e.Interface != "" {
		out = append(out, object(profile, "", models.KindInterface, e.Interface, models.Leaves{models.LeafEnabled: "true"}))
	}
	return out
}

// logical renders the logical channels of an end: the line's and its clients'.
func logical(d *records.Decision, e *records.End, mode *catalogue.Mode, profile *catalogue.Profile, s Stage) []models.Object {
	tag := OwnerTag(d.Owner())
	var out []models.Object
	otnAdmin := models.AdminEnabled
	if profile.LaserSwitch == "logical-channel" && !s.laser {
		otnAdmin = models.AdminDisabled
	}
	var clients models.Assignments
	if profile.ClientAssignments {
		for _, index := range e.EthIndices {
			clients = append(clients, models.Assignment{Channel: uint32(index), Gbps: strconv.Itoa(e.HostRateGbps)})
		}
	}
	out = append(out, object(profile, catalogue.SideLine, models.KindLogicalChannel, strconv.Itoa(e.OtnIndex), models.Leaves{
		models.LeafDescription:   tag,
		models.LeafLogicalType:   "PROT_OTN",
		models.LeafTribProtocol:  tribProtocol(mode.RateGbps, "PROT_OTUCN"),
		models.LeafAdmin:         otnAdmin,
		models.LeafAssignIndex:   strconv.Itoa(profile.AssignmentBase),
		models.LeafAssignOptical: e.OpticalChannel,
		models.LeafAllocation:    strconv.Itoa(mode.RateGbps),
		models.LeafAssignClients: clients.String(),
	}))
	for _, index := range e.EthIndices {
		out = append(out, object(profile, catalogue.SideClient, models.KindLogicalChannel, strconv.Itoa(index), models.Leaves{
			models.LeafDescription:   tag,
			models.LeafLogicalType:   "PROT_ETHERNET",
			models.LeafTribProtocol:  tribProtocol(e.HostRateGbps, ""),
			models.LeafRateClass:     fmt.Sprintf("TRIB_RATE_%dG", e.HostRateGbps),
			models.LeafAdmin:         s.clients,
			models.LeafIngressXcvr:   e.Transceiver,
			models.LeafIngressIf:     e.Interface,
			models.LeafAssignIndex:   strconv.Itoa(profile.AssignmentBase),
			models.LeafAssignLogical: strconv.Itoa(e.OtnIndex),
			models.LeafAllocation:    strconv.Itoa(e.HostRateGbps),
		}))
	}
	return out
}

// object drops leaves that are empty or that the device refuses.
func object(profile *catalogue.Profile, side string, kind models.ObjectKind, key string, leaves models.Leaves) models.Object {
	for name, value := range leaves {
		if value == "" || profile.Refuses(side, string(name)) {
			delete(leaves, name)
		}
	}
	return models.Object{ObjectID: models.ObjectID{Kind: kind, Key: key}, Leaves: leaves}
}

// tribProtocol names a client or line protocol by rate; other where there is
// none of that rate.
func tribProtocol(gbps int, other string) string {
	switch gbps {
	case 10:
		return "PROT_10GE_LAN"
	case 40, 100, 400, 800:
		return fmt.Sprintf("PROT_%dGE", gbps)
	}
	return other
}

func media(d *records.Decision, m *records.MediaChannel, s Stage) models.Object {
	admin := models.AdminDisabled
	if m.Step <= s.open {
		admin = models.AdminEnabled
	}
	return models.Object{
		ObjectID: models.ObjectID{Kind: models.KindMediaChannel, Key: strconv.Itoa(m.Index)},
		Leaves: models.Leaves{
			models.LeafChannelName: m.Name,
			models.LeafLower:       d.Slot.Lower().String(),
			models.LeafUpper:       d.Slot.Upper().String(),
			models.LeafSource:      m.Source,
			models.LeafDest:        m.Dest,
			models.LeafAdmin:       admin,
			models.LeafTargetPower: m.TargetPower.String(),
		},
	}
}

func compareObjects(a, b models.Object) int {
	if c := strings.Compare(string(a.Kind), string(b.Kind)); c != 0 {
		return c
	}
	if x, err := strconv.Atoi(a.Key); err == nil {
		if y, err := strconv.Atoi(b.Key); err == nil && x != y {
			return x - y
		}
	}
	return strings.Compare(a.Key, b.Key)
}
