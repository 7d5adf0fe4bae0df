package tl1

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models"
)

var errObserved = errors.New("the device is only observed")

// Apply reads what leads where, leaves out what is already so, and makes and takes
// away the rest, one connection after the other. When the device refuses one, or
// does not show it afterwards, what was done is undone and nothing has taken effect;
// when that cannot be shown, the outcome is unknown.
func (s *Session) Apply(ctx context.Context, p drivers.Pass) (drivers.Result, error) {
	if !s.device.Manage {
		return drivers.Result{}, s.refuse("apply", drivers.KindInvalid, errObserved)
	}
	if kind, err := s.check(p); err != nil {
		return drivers.Result{}, s.refuse("apply", kind, err)
	}
	var result drivers.Result
	var owner string
	wrote, err := s.turns.Change(ctx, 4*s.timeout, func() (bool, error) {
		have, strange, err := s.connections()
		if err != nil {
			return false, err
		}
		if len(strange) > 0 {
			return false, unreadable(strange)
		}
		list, no := steps(p, have)
		if no != nil {
			owner = no.owner
			return false, &refusal{words: no.Error()}
		}
		if len(list) == 0 {
			return false, nil
		}
		result.Sent = true
		owner, err = s.carryOut(ctx, list, have)
		return true, err
	})
	if err == nil {
		result.Applied = ownersOf(p)
		return result, nil
	}
	err = s.failure("apply", err, wrote)
	if e, ok := err.(*drivers.Error); ok && e.Kind == drivers.KindRejected && owner != "" {
		result.Refused = map[string]string{owner: e.Words}
	}
	return result, err
}

// check finds what no device of the kind could be told.
func (s *Session) check(p drivers.Pass) (drivers.Kind, error) {
	claimed := map[models.ObjectID]string{}
	for _, c := range p.Changes {
		id := c.Object
		switch id.Kind {
		case models.KindCrossConnect:
		case models.KindOpticalChannel, models.KindLaser, models.KindLogicalChannel, models.KindMediaChannel, models.KindInterface,
			models.KindAmplifier, models.KindAttenuator, models.KindModule:
			return drivers.KindUnsupported, fmt.Errorf("%v: the device joins fibres and does nothing else", id)
		default:
			return drivers.KindInvalid, fmt.Errorf("%v: there is no such kind", id)
		}
		if len(s.dialect.Connect) == 0 || s.device.Profile.Refuses("", string(models.KindCrossConnect)) {
			return drivers.KindUnsupported, fmt.Errorf("%v: a device of dialect %s is only read", id, s.dialect.Name)
		}
		if before, twice := claimed[id]; twice {
			return drivers.KindInvalid, fmt.Errorf("%v: both %s and %s want it", id, before, c.Owner)
		}
		claimed[id] = c.Owner
		if !s.dialect.fits(s.size, id.Key, true) {
			return drivers.KindInvalid, fmt.Errorf("%v: %q is no input of the switch%s", id, id.Key, s.bounds())
		}
		for _, leaves := range []models.Leaves{c.Before, c.After} {
			for leaf := range leaves {
				if leaf != models.LeafDest {
					return drivers.KindInvalid, fmt.Errorf("%v: there is no leaf %q", id, leaf)
				}
			}
		}
		if c.After == nil {
			continue
		}
		if out := c.After[models.LeafDest]; !s.dialect.fits(s.size, out, false) {
			return drivers.KindInvalid, fmt.Errorf("%v: %q is no output of the switch%s", id, out, s.bounds())
		}
	}
	return "", nil
}

// bounds says which ports there are, where that is known.
func (s *Session) bounds() string {
	if s.size == (size{}) {
		return ""
	}
	return fmt.Sprintf(": inputs are 1 to %d, outputs %d to %d", s.size.in, s.size.in+1, s.size.in+s.size.out)
}

func ownersOf(p drivers.Pass) []string {
	var out []string
	for _, c := range p.Changes {
		if !slices.Contains(out, c.Owner) {
			out = append(out, c.Owner)
		}
	}
	slices.Sort(out)
	return out
}
