package tl1

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models"
)

var errObserved = errors.New("the device is only observed")

// Apply reads what leads where, leaves out what is already so, and makes and takes
// away the rest, one connection after the other. When the device refuses one, or
// does not show it afterwards, those before it are undone and nothing has taken
// effect; when that fails too, the outcome is unknown.
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
		have, err := s.connections()
		if err != nil {
			return false, err
		}
		list, no := steps(p, have)
		if no != nil {
			owner = no.owner
			return false, &refusal{no.Error()}
		}
		failed, err := s.carryOut(ctx, list)
		owner = failed
		result.Sent = len(list) > 0
		return result.Sent, err
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
		case models.KindOpticalChannel, models.KindLaser, models.KindLogicalChannel, models.KindMediaChannel, models.KindInterface, models.KindAmplifier, models.KindAttenuator:
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

// step is one connection made or taken away.
type step struct {
	link
	owner string
	make  bool
}

func (t step) commands(d *dialect) []string {
	if t.make {
		return d.Connect
	}
	return d.Disconnect
}

// String says what the step does.
func (t step) String() string {
	if t.make {
		return "input " + t.in + " is connected to output " + t.out
	}
	return "input " + t.in + " is disconnected from output " + t.out
}

// back undoes the step.
func (t step) back() step { t.make = !t.make; return t }

// taken says whose port a connection would need.
type taken struct {
	owner string
	words string
}

func (e *taken) Error() string { return e.words }

// steps lists what is to be done, what is taken away first. A port that somebody
// else's connection is on is not touched.
func steps(p drivers.Pass, have map[string]link) ([]step, *taken) {
	var off, on []step
	freed := map[string]bool{} // outputs
	for _, c := range p.Changes {
		l, there := have[c.Object.Key]
		want := c.After[models.LeafDest]
		switch {
		case there && l.out == want, !there && c.After == nil:
			continue
		case there && c.After != nil && c.Before == nil:
			return nil, &taken{c.Owner, fmt.Sprintf("input %s is connected to output %s by somebody else", l.in, l.out)}
		case there:
			off = append(off, step{link: l, owner: c.Owner})
			freed[l.out] = true
		}
		if c.After != nil {
			on = append(on, step{link: link{in: c.Object.Key, out: want}, owner: c.Owner, make: true})
		}
	}
	user := map[string]string{}
	for in, l := range have {
		user[l.out] = in
	}
	for _, t := range on {
		if in, used := user[t.out]; used && !freed[t.out] {
			return nil, &taken{t.owner, fmt.Sprintf("output %s is connected to input %s by somebody else", t.out, in)}
		}
	}
	return append(off, on...), nil
}

// carryOut does the steps and looks whether the device shows them. It returns whose
// step failed; what had been done by then is undone.
func (s *Session) carryOut(ctx context.Context, list []step) (owner string, err error) {
	for i, t := range list {
		if err := s.do(t); err != nil {
			return t.owner, s.undo(list[:i+1], err)
		}
	}
	if len(list) == 0 {
		return "", nil
	}
	have, err := s.connections()
	if err != nil {
		return "", err
	}
	for _, t := range list {
		l, there := have[t.in]
		shown := there && l.out == t.out
		if shown == t.make {
			continue
		}
		words := fmt.Sprintf("it took the change and does not show it: input %s to output %s", t.in, t.out)
		if !t.make {
			if slices.ContainsFunc(list, func(o step) bool { return o.make && o.in == t.in && o.out == t.out }) {
				continue
			}
			words = fmt.Sprintf("it took the change and still connects input %s to output %s", t.in, t.out)
		}
		return t.owner, s.undo(list, &refusal{words})
	}
	return s.settle(ctx, list)
}

// settle waits until what was connected has arrived, where the device tells: mirrors
// take their time.
func (s *Session) settle(ctx context.Context, list []step) (owner string, err error) {
	q := s.dialect.Tuned
	if q == nil {
		return "", nil
	}
	limit := time.NewTimer(2 * s.timeout)
	defer limit.Stop()
	tick := time.NewTicker(s.dialect.every)
	defer tick.Stop()
	for {
		rows, err := s.agent.ask(q.Command)
		if err != nil {
			return "", err
		}
		arrived := map[string]string{}
		for _, row := range rows {
			if f := q.fields(row); f != nil {
				arrived[f["in"]] = f["out"]
			}
		}
		late := slices.IndexFunc(list, func(t step) bool { return t.make && arrived[t.in] != t.out })
		if late < 0 {
			return "", nil
		}
		select {
		case <-tick.C:
		case <-limit.C:
			return list[late].owner, s.undo(list, &refusal{fmt.Sprintf("input %s is connected to output %s and does not come to rest", list[late].in, list[late].out)})
		case <-ctx.Done():
			return "", context.Cause(ctx)
		case <-s.line.Gone():
			return "", s.line.Cause()
		}
	}
}

// do sends the commands of a step. The name that a device gives to a connection is
// looked up when a command needs it.
func (s *Session) do(t step) error {
	for _, command := range t.commands(s.dialect) {
		l := t.link
		if strings.Contains(command, "{name}") {
			have, err := s.connections()
			if err != nil {
				return err
			}
			now, there := have[l.in]
			if !there {
				if !t.make {
					return nil // gone already
				}
				return &refusal{fmt.Sprintf("it took the change and does not show it: input %s to output %s", l.in, l.out)}
			}
			l.name = now.name
		}
		if err := s.agent.tell(s.fill(command, l)); err != nil {
			return err
		}
	}
	return nil
}

// undo takes steps back after a failure, which it returns; where the device does not
// let it, nobody knows how things stand.
func (s *Session) undo(done []step, failure error) error {
	var no *refusal
	if !errors.As(failure, &no) {
		return failure // the connection is gone
	}
	have, err := s.connections()
	if err != nil {
		return err
	}
	for _, t := range slices.Backward(done) {
		l, there := have[t.in]
		if (there && l.out == t.out) != t.make {
			continue // it had no effect
		}
		if err := s.do(t.back()); err != nil {
			s.log.Error("a refused pass cannot be undone", "device", s.device.Name, "input", t.in, "output", t.out, "err", s.line.Clean(err.Error()))
			return &drivers.Error{Op: "apply", Device: s.device.Name, Kind: drivers.KindOutcomeUnknown,
				Words: drivers.CleanWords(s.line.Clean(no.words)), Err: fmt.Errorf("what was done before cannot be undone: %s", s.line.Clean(err.Error()))}
		}
	}
	return failure
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
