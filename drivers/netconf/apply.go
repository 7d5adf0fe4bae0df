package netconf

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/internal/ocmap"
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
	ctx, stop := context.WithTimeout(ctx, 4*s.timeout)
	defer stop()
	var result drivers.Result
	var edits []ocmap.Edit
	err := s.exchange(ctx, "apply", func() (bool, error) {
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
		if errors.As(err, &e) {
			result.Refused = ocmap.Blame(e.Words, edits)
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
	filter, err := s.schema.filterOf(ids, func(p ocmap.Subscribed) bool { return p.Nature == ocmap.Configuration })
	if err != nil || filter == nil {
		return nil, err
	}
	reply, err := s.client.call(base("get-config", base("source", base("running")), filter))
	if err != nil {
		return nil, err
	}
	v, err := s.view(reply)
	if err != nil {
		return nil, err
	}
	return v.Take(true).Objects, nil
}

// missing compares the device with what a pass asks for; empty when all is there.
func (s *Session) missing(p drivers.Pass) (string, error) {
	have, err := s.have(p)
	if err != nil {
		return "", err
	}
	for _, c := range p.Changes {
		if now, there := have[c.Object]; c.After == nil && there && c.Object.Kind.Whole() {
			return fmt.Sprintf("%v is still there: %v", c.Object, now), nil
		}
		for leaf, want := range c.After {
			if got := have[c.Object][leaf]; got != want {
				if got == "" {
					got = "nothing"
				}
				return fmt.Sprintf("%v %s: sent %s, found %s", c.Object, leaf, want, got), nil
			}
		}
	}
	return "", nil
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
		return s.edit(config)
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
		return false, s.drop(unlock, err)
	}
	if !caps.has(capConfirmedCommit, "") {
		if _, err := s.client.call(base("commit")); err != nil {
			return leavesOpen(err), s.drop(unlock, err)
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
	if _, err := s.client.call(arm); err != nil {
		return leavesOpen(err), s.drop(unlock, err)
	}
	what, err := s.missing(p)
	if late := s.now().Sub(began); err == nil && what == "" && late > s.armed-s.armed/8 {
		what = fmt.Sprintf("the device took %v to commit and show, of the %v after which it takes back", late.Round(time.Millisecond), s.armed)
	}
	if err != nil || what != "" {
		if err == nil {
			err = errors.New("committed, but not shown: " + what)
		}
		if !survives {
			s.conn.Break(err) // the commit goes with the session
			return true, err
		}
		if _, cerr := s.client.call(cancel); cerr != nil {
			return true, fmt.Errorf("%w; taking it back: %w", err, cerr)
		}
		return true, unlock(fmt.Errorf("%w; taken back", err))
	}
	if _, err := s.client.call(confirm); err != nil {
		return true, fmt.Errorf("confirm: %w", err)
	}
	return true, unlock(nil)
}

// edit changes the running configuration of a device that has no other.
func (s *Session) edit(config *element) (wrote bool, err error) {
	unlock, err := s.lock("running")
	if err != nil {
		return false, err
	}
	step := editConfig("running", config)
	if s.client.caps.has(capRollbackOnError, "") {
		step.kids = append(step.kids[:1:1], append([]*element{baseText("error-option", "rollback-on-error")}, step.kids[1:]...)...)
		_, err = s.client.call(step)
		return err == nil || leavesOpen(err), unlock(err)
	}
	// Without that, a "no" may come after half of it.
	_, err = s.client.call(step)
	return true, unlock(err)
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
func (s *Session) takeBack() error {
	if !s.client.caps.has(capConfirmedCommit, "1.1") {
		return nil
	}
	_, err := s.client.call(base("cancel-commit", baseText("persist-id", persistID)))
	if err != nil && !leavesOpen(err) {
		return nil // nothing hangs
	}
	return err
}

// Preview shows the configuration that would bring the device from Before to
// After, and what it means.
func (s *Session) Preview(p drivers.Pass) (string, error) {
	if kind, err := ocmap.Check(p, s.device.Profile); err != nil {
		return "", s.refuse("preview", kind, err)
	}
	have := map[models.ObjectID]models.Leaves{}
	for _, c := range p.Changes {
		have[c.Object] = c.Before
	}
	edits := ocmap.EditsOf(p, have, s.device.Profile)
	if len(edits) == 0 {
		return "# nothing to send\n", nil
	}
	config, err := s.schema.config(edits)
	if err != nil {
		return "", s.refuse("preview", drivers.KindInternal, err)
	}
	var b strings.Builder
	for _, e := range edits {
		fmt.Fprintf(&b, "# %s: %s\n", e.Owner, strings.ReplaceAll(e.Meaning, "\n", "\n#"))
	}
	return b.String() + config.indented() + "\n", nil
}
