package netconf

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/internal/ocmap"
	"github.com/waveplane/waveplane/drivers/internal/sshsession"
	"github.com/waveplane/waveplane/models"
)

// persistID names our unconfirmed commit on a device. It is always the same, so
// that whoever comes after a crash can take the commit back.
const persistID = "waveplane"

// Apply reads the objects of the pass back, leaves out what is already so and
// commits the rest as a whole. Where the device can, the commit is armed first:
// it takes itself back unless we see that it is there and confirm. One that is
// not seen is taken back at once.
func (s *Session) Apply(ctx context.Context, p drivers.Pass) (drivers.Result, error) {
	if !s.device.Manage {
		return drivers.Result{}, s.refuse("apply", drivers.KindInvalid, errObserved)
	}
	if kind, err := ocmap.Check(p, s.device.Profile); err != nil {
		return drivers.Result{}, s.refuse("apply", kind, err)
	}
	var result drivers.Result
	var edits []ocmap.Edit
	err := s.change(ctx, "apply", 4*s.timeout, func() (bool, error) {
		have, err := s.have(p)
		if err != nil {
			return false, err
		}
		if edits = ocmap.EditsOf(p, have, s.device.Profile); len(edits) == 0 {
			return false, nil
		}
		wrote, err := s.commit(p, edits)
		result.Sent = wrote
		return wrote, err
	})
	switch {
	case err == nil:
		result.Applied = ocmap.OwnersOf(p)
	case drivers.KindOf(err) == drivers.KindRejected:
		var e *drivers.Error
		var not *notShown
		if errors.As(err, &e) {
			result.Refused = ocmap.Blame(e.Words, edits)
			if errors.As(e.Err, &not) {
				result.Refused = map[string]string{not.owner: e.Words}
			}
		}
	}
	return result, err
}

// have reads the configuration of the pass's objects as it is now.
func (s *Session) have(p drivers.Pass) (map[models.ObjectID]models.Leaves, error) {
	ids := make([]models.ObjectID, len(p.Changes))
	for i, c := range p.Changes {
		ids[i] = c.Object
	}
	filter, err := s.schema.filterOf(s.device.Profile, ids, func(p ocmap.Subscribed) bool { return p.Nature == ocmap.Configuration })
	if err != nil || filter == nil {
		return nil, err
	}
	reply, err := s.client.call(s.whole(base("get-config", base("source", base("running")), filter)))
	if err != nil {
		return nil, err
	}
	v, err := s.view(reply)
	if err != nil {
		return nil, err
	}
	return v.Take(true).Objects, nil
}

// notShown is a change that a device took and does not show.
type notShown struct{ owner, what string }

func (e *notShown) Error() string { return "taken back" }

// missing compares the device with what a pass asks for; nil when all is there.
func (s *Session) missing(p drivers.Pass) (*notShown, error) {
	have, err := s.have(p)
	if err != nil {
		return nil, err
	}
	for _, c := range p.Changes {
		if now, there := have[c.Object]; c.After == nil && there && c.Object.Kind.Whole() {
			return &notShown{c.Owner, fmt.Sprintf("%v is still there: %v", c.Object, now)}, nil
		}
		for leaf, want := range c.After {
			if got := have[c.Object][leaf]; got != want {
				if got == "" {
					got = "nothing"
				}
				return &notShown{c.Owner, fmt.Sprintf("%v %s: sent %s, found %s", c.Object, leaf, want, got)}, nil
			}
		}
	}
	return nil, nil
}

// commit carries edits out. wrote tells whether the device may have changed; a
// refusal leaves it as it was.
func (s *Session) commit(p drivers.Pass, edits []ocmap.Edit) (wrote bool, err error) {
	caps := &s.client.caps
	config, err := s.schema.config(edits)
	if err != nil {
		return false, s.refuse("apply", drivers.KindInternal, err)
	}
	if !caps.has(capCandidate, "") {
		return s.edit(p, config)
	}
	unlock, err := s.lock("candidate")
	if err != nil {
		return false, err
	}
	// What somebody left in the candidate is not ours to commit.
	if _, err := s.client.call(base("discard-changes")); err != nil {
		return false, unlock(err)
	}
	// No separate validate: a commit validates and changes nothing when that fails
	// (RFC 6241, section 8.3.4.1), and netconfd 2.13 forgets the edits that it has
	// validated, so that a commit afterwards has no effect.
	if _, err := s.client.call(editConfig("candidate", config)); err != nil {
		return false, s.drop(unlock, aboutContent(err))
	}
	if !caps.has(capConfirmedCommit, "") {
		if _, err := s.client.call(base("commit")); err != nil {
			return leavesOpen(err), s.drop(unlock, aboutContent(err))
		}
		return true, unlock(nil)
	}
	return s.confirmed(p, unlock)
}

// leavesOpen reports whether an error leaves open what the device did: a clear "no"
// does not.
func leavesOpen(err error) bool {
	var no *rpcError
	return !errors.As(err, &no)
}

// confirmed commits for a while, looks and confirms.
func (s *Session) confirmed(p drivers.Pass, unlock func(error) error) (wrote bool, err error) {
	survives := s.client.caps.has(capConfirmedCommit, "1.1")
	arm := base("commit", base("confirmed"), baseText("confirm-timeout", strconv.Itoa(int(max(s.armed, time.Second).Seconds()))))
	confirm, cancel := base("commit"), base("cancel-commit")
	if survives {
		arm.add(baseText("persist", persistID))
		confirm.add(baseText("persist-id", persistID))
		cancel.add(baseText("persist-id", persistID))
	}
	began := s.now()
	// Whatever breaks from here on may leave the commit hanging, and a device that
	// is still at it hangs it later than we break.
	s.hangs.Note(s.device.Name, began.Add(s.timeout+s.armed+armedSlack))
	if _, err := s.client.call(arm); err != nil {
		if !leavesOpen(err) {
			s.hangs.Done(s.device.Name)
		}
		return leavesOpen(err), s.drop(unlock, aboutContent(err))
	}
	s.hangs.Note(s.device.Name, s.now().Add(s.armed+armedSlack))
	what, err := s.missing(p)
	if late := s.now().Sub(began); err == nil && what == nil && late > s.armed-s.armed/8 {
		err = fmt.Errorf("the device took %v to commit and show, of the %v after which it takes back", late.Round(time.Millisecond), s.armed)
	}
	if err == nil && what == nil {
		if _, err = s.client.call(confirm); err == nil {
			s.hangs.Done(s.device.Name)
			return true, unlock(nil)
		}
	}
	if err != nil && leavesOpen(err) && s.conn.Cause() != nil {
		return true, err // whoever comes next takes it back
	}
	if !survives {
		s.conn.Break(errors.Join(err, errNotConfirmed)) // the commit goes with the session
		return true, errors.Join(err, errNotConfirmed)
	}
	if _, cerr := s.client.call(cancel); cerr != nil {
		s.conn.Break(cerr)
		return true, fmt.Errorf("a commit that is not to stay cannot be taken back: %w", cerr)
	}
	// Taken back, so nothing took effect: what the candidate still holds must go too.
	s.hangs.Done(s.device.Name)
	if what != nil {
		return false, s.drop(unlock, what)
	}
	return false, s.drop(unlock, fmt.Errorf("%w; taken back", err))
}

var errNotConfirmed = errors.New("the commit is not confirmed and takes itself back")

// armedSlack is what a device's clock may be slower than ours.
const armedSlack = time.Second

// edit changes the running configuration of a device that has no other.
func (s *Session) edit(p drivers.Pass, config *element) (wrote bool, err error) {
	unlock, err := s.lock("running")
	if err != nil {
		return false, err
	}
	before, err := s.have(p)
	if err != nil {
		return false, unlock(err)
	}
	step := editConfig("running", config)
	if s.client.caps.has(capRollbackOnError, "") {
		step.kids = []*element{step.kids[0], baseText("error-option", "rollback-on-error"), step.kids[1]}
	}
	if _, err = s.client.call(step); err == nil || leavesOpen(err) {
		return true, unlock(err)
	}
	// A "no" may come after half of it, whatever the device says of roll-back.
	aboutContent(err)
	now, rerr := s.have(p)
	return rerr != nil || !same(before, now), unlock(err)
}

// same compares the configuration of objects.
func same(a, b map[models.ObjectID]models.Leaves) bool {
	return maps.EqualFunc(a, b, func(x, y models.Leaves) bool { return x.Equal(y) })
}

func editConfig(target string, config *element) *element {
	return base("edit-config", base("target", base(target)), config)
}

// lock takes a datastore. What it returns gives it back, keeps an error that
// there is already, and breaks the connection if that does not work, which gives
// the lock back too.
func (s *Session) lock(datastore string) (unlock func(error) error, err error) {
	if _, err := s.client.call(base("lock", base("target", base(datastore)))); err != nil {
		var no *rpcError
		if errors.As(err, &no) && no.kind() == drivers.KindUnsupported {
			return func(err error) error { return err }, nil // it has no locks
		}
		return nil, err
	}
	return func(err error) error {
		if s.conn.Cause() != nil {
			return err
		}
		if _, uerr := s.client.call(base("unlock", base("target", base(datastore)))); uerr != nil {
			s.conn.Break(fmt.Errorf("unlock: %w", uerr))
		}
		return err
	}, nil
}

// drop empties the candidate after a refusal.
func (s *Session) drop(unlock func(error) error, err error) error {
	if s.conn.Cause() != nil {
		return err
	}
	if _, derr := s.client.call(base("discard-changes")); derr != nil {
		s.conn.Break(fmt.Errorf("discard: %w", derr))
		return err
	}
	return unlock(err)
}

// takeBack cancels a commit of ours that hangs since a session broke, so that
// what is read next stays. A device has one session of ours at a time, so nobody
// is in the middle of it. No lock is asked for: while a commit hangs, a device may
// refuse one.
//
// Where we know of one and the device knows of none, it may be that the device is
// still at it: then nobody is let in until it must have run out.
func (s *Session) takeBack() error {
	if s.client.caps.has(capConfirmedCommit, "1.1") {
		_, err := s.client.call(base("cancel-commit", baseText("persist-id", persistID)))
		var no *rpcError
		switch {
		case err == nil:
			s.hangs.Done(s.device.Name)
			return nil
		case !errors.As(err, &no):
			return err
		case no.tag == "in-use" || no.tag == "lock-denied" || no.tag == "resource-denied" || no.tag == "access-denied":
			return err // not "there is none"
		}
	}
	if c, hangs := s.hangs.Until(s.device.Name, s.now()); hangs {
		return sshsession.Hanging(s.device, c.Until, c.Why)
	}
	return nil
}

// Preview shows the configuration that would bring the device from Before to
// After, and what it means.
func (s *Session) Preview(p drivers.Pass) (string, error) {
	if kind, err := ocmap.Check(p, s.device.Profile); err != nil {
		return "", s.refuse("preview", kind, err)
	}
	edits := ocmap.EditsOf(p, p.Before(), s.device.Profile)
	if len(edits) == 0 {
		return "# nothing to send\n", nil
	}
	config, err := s.schema.config(edits)
	if err != nil {
		return "", s.refuse("preview", drivers.KindInternal, err)
	}
	var b strings.Builder
	for _, e := range edits {
		fmt.Fprintf(&b, "# %s: %s\n", e.Owner, strings.ReplaceAll(e.Meaning(), "\n", "\n#"))
	}
	return b.String() + config.indented() + "\n", nil
}
