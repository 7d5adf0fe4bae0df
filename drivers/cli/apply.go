package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/internal/hanging"
	"github.com/waveplane/waveplane/models"
)

// defaultArmed is how long a device waits for a confirmation: longer than a
// connection takes to be noticed as broken, short enough to be waited for.
const defaultArmed = time.Minute

// armedSlack is what a device's clock may be slower than ours.
const armedSlack = time.Second

// Apply reads the configuration, leaves out what is already so, types the rest
// and makes it valid as one commit. Where the dialect can, the commit is armed
// first: it takes itself back unless we read the device back and confirm. Where
// every line takes effect at once, see direct. What is in effect is saved, see keep.
func (s *Session) Apply(ctx context.Context, p drivers.Pass) (drivers.Result, error) {
	if !s.device.Manage {
		return drivers.Result{}, s.refuse("apply", drivers.KindInvalid, errObserved)
	}
	if kind, err := s.check(p); err != nil {
		return drivers.Result{}, s.refuse("apply", kind, err)
	}
	var result drivers.Result
	var owner string
	err := s.change(ctx, "apply", 4*s.timeout, func() (bool, error) {
		text, err := s.configuration(s.platform.Config.Show, s.platform.Prompts.exec)
		if err != nil {
			return false, err
		}
		have := s.have(text)
		if s.platform.Entries != nil {
			var words string
			if owner, words = s.platform.Entries.clash(p, have.entries); words != "" {
				return false, &refusal{words: words, owner: owner, busy: true}
			}
		}
		edits := s.edits(p, have)
		if len(edits) == 0 {
			s.saveWhatIsLeft()
			return false, nil
		}
		var wrote bool
		if s.platform.Commit.Direct {
			wrote, err = s.direct(p, edits, have.objects)
		} else {
			wrote, err = s.commit(edits, func(text string) string { return s.missing(p, text) })
		}
		result.Sent = wrote
		s.keep(wrote, err)
		if no, ok := err.(*refusal); ok {
			owner = no.owner
		}
		return wrote, err
	})
	switch {
	case err == nil:
		result.Applied = ownersOf(p)
	case drivers.KindOf(err) == drivers.KindRejected:
		if owners := ownersOf(p); owner == "" && len(owners) == 1 {
			owner = owners[0]
		}
		if e, ok := err.(*drivers.Error); ok && owner != "" {
			result.Refused = map[string]string{owner: e.Words}
		}
	}
	return result, err
}

// have is what the device shows now.
func (s *Session) have(text string) picture {
	have, _ := s.take(text)
	return have
}

// take reads a configuration, and remembers which entries of ours there are to
// measure.
func (s *Session) take(text string) (have picture, foreign []string) {
	c := s.platform.readConfig(text)
	have.objects, foreign = s.platform.objects(c, s.names)
	have.entries, have.places, have.rest = c.entries, c.places, c.rest
	s.media = s.media[:0]
	for id := range have.objects {
		// Other people's are not measured: every reading is a command.
		if n, err := strconv.Atoi(id.Key); s.platform.made(id.Kind) && err == nil && n >= s.device.Profile.MediaIndexBase {
			s.media = append(s.media, id.Key)
		}
	}
	slices.Sort(s.media)
	s.seen.Store(&have)
	return have, foreign
}

// missing compares the device with what a pass asks for; empty when all is there.
// Of what is given up it looks for what carries light: an entry that is still there,
// a laser that is not off. A default that a device shows in place of a setting that
// was taken away is no reason to take the change back.
func (s *Session) missing(p drivers.Pass, text string) string {
	shown := s.have(text)
	have := shown.objects
	for _, c := range p.Changes {
		if s.platform.pinned(c, shown.places) {
			continue
		}
		for leaf, want := range c.After {
			if got := have[c.Object][leaf]; got != want {
				return fmt.Sprintf("%v %s: sent %s, found %s", c.Object, leaf, want, or(got, "nothing"))
			}
		}
		_, lit := c.Before[models.LeafEnabled]
		_, kept := c.After[models.LeafEnabled]
		if on := have[c.Object][models.LeafEnabled]; lit && !kept && on != "false" {
			return fmt.Sprintf("%v %s: given up, found %s", c.Object, models.LeafEnabled, or(on, "nothing"))
		}
		if found, there := have[c.Object]; there && c.After == nil && s.platform.made(c.Object.Kind) {
			return fmt.Sprintf("%v: deleted, found %v", c.Object, found)
		}
	}
	return ""
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// commit types the lines and makes them valid. wrote tells whether the device
// may have changed. A refusal leaves the device as it was.
func (s *Session) commit(edits []edit, missing func(string) string) (wrote bool, err error) {
	c, prompts := &s.platform.Commit, &s.platform.Prompts
	// A session of the device's is named anew every time: one that is there
	// already would be merged with.
	s.passes++
	session := fmt.Sprintf("waveplane-%x-%d", s.now().UnixMilli(), s.passes)
	name := strings.NewReplacer("{session}", session)
	if err := s.discard(); err != nil {
		return false, err
	}
	if strings.Contains(c.Enter, "{session}") {
		s.candidate = session
		defer s.remember()
	}
	if err := s.enter(name.Replace(c.Enter)); err != nil {
		return false, err
	}
	for _, e := range s.platform.typed(edits) {
		text, err := s.shell.run(e.line, prompts.any)
		if err != nil {
			return false, err
		}
		if words, no := s.platform.failure(text); no {
			return false, s.abort(&refusal{words: words + " (" + e.line + ")", owner: e.owner})
		}
	}
	switch {
	case c.Arm != "":
		err = s.confirm(edits, name.Replace(c.Confirm), missing)
	case c.Plain != "":
		err = s.settle(edits, c.Plain)
	}
	if err != nil {
		return true, err
	}
	for _, line := range c.Leave {
		if _, err := s.shell.run(line, prompts.any); err != nil {
			return true, nil // what was confirmed stays; the session has ended
		}
	}
	return true, nil
}

// enter goes into configuration, where there is a way to go.
func (s *Session) enter(line string) error {
	if line == "" {
		return nil
	}
	text, err := s.shell.run(line, s.platform.Prompts.any)
	if err != nil {
		return err
	}
	if words, no := s.platform.failure(text); no {
		return &refusal{words: words, busy: matches(s.platform.busy, words)}
	}
	// Lines that are typed where they do not belong would be blamed on whoever
	// wants them.
	if !s.platform.Prompts.config.MatchString(s.shell.prompt) {
		return &refusal{words: "the device does not go into configuration: " + or(firstLine(text), "it says nothing"), busy: true}
	}
	return nil
}

// lasts is how long the device waits for a confirmation.
func (s *Session) lasts() time.Duration {
	c := &s.platform.Commit
	armed := s.armed
	if armed > 0 {
		return armed
	}
	if armed = c.armed; armed <= 0 {
		armed = defaultArmed
	}
	if strings.Contains(c.Arm, "{minutes}") {
		armed = (armed + time.Minute - 1).Truncate(time.Minute)
	}
	return armed
}

// hanging is what the device may still take back, and false if there is nothing: a
// commit of this process, or one of an earlier process, of which only is known that
// it may have been sent.
func (s *Session) hanging() (hanging.Commit, bool) {
	if c, hangs := s.hangs.Until(s.device.Name, s.now()); hangs {
		return c, true
	}
	if s.platform.Commit.Arm == "" || s.device.Unanswered.IsZero() {
		return hanging.Commit{}, false
	}
	until := s.device.Unanswered.Add(s.timeout + s.lasts() + armedSlack)
	return hanging.Commit{Until: until, Why: "an earlier process may have sent one"}, !s.now().After(until)
}

// confirm arms the commit, looks whether the device shows it, and makes it stay.
func (s *Session) confirm(edits []edit, confirm string, missing func(string) string) error {
	c := &s.platform.Commit
	armed := s.lasts()
	// The device's clock starts when the commit is done, which may be as late as
	// its answer; before that it is not confirmed, after it not believed.
	began := s.now()
	s.hangs.Note(s.device.Name, began.Add(s.timeout+armed+armedSlack))
	clock := time.Time{}.Add(armed).Format("15:04:05")
	fill := strings.NewReplacer("{seconds}", strconv.Itoa(int(armed.Seconds())), "{minutes}", strconv.Itoa(int((armed+time.Minute-1)/time.Minute)), "{clock}", clock)
	if err := s.settle(edits, fill.Replace(c.Arm)); err != nil {
		var no *refusal
		if errors.As(err, &no) {
			s.hangs.Done(s.device.Name)
		}
		return err
	}
	s.hangs.Note(s.device.Name, s.now().Add(armed+armedSlack))
	s.candidate = "" // it is committed, and waits for nothing but the confirmation
	if c.Look != "" {
		text, err := s.configuration(c.Look, s.platform.Prompts.any)
		if err != nil {
			return s.unconfirmed(err)
		}
		if what := missing(text); what != "" {
			return s.unconfirmed(errors.New("committed, but not shown: " + what))
		}
	}
	if late := s.now().Sub(began); late > armed-armed/8 {
		return s.unconfirmed(fmt.Errorf("the device took %v to commit and show, of the %v after which it takes back", late.Round(time.Millisecond), armed))
	}
	text, err := s.shell.whole(confirm, s.platform.Prompts.any)
	if err != nil {
		return err
	}
	if words, no := s.platform.failure(text); no {
		return s.unconfirmed(errors.New(words))
	}
	s.hangs.Done(s.device.Name)
	return nil
}

// unconfirmed ends the session while a commit hangs: the device takes it back, in
// its own time and not in this session.
func (s *Session) unconfirmed(why error) error {
	err := fmt.Errorf("the commit is not confirmed and takes itself back: %w", why)
	s.hangs.Because(s.device.Name, drivers.CleanWords(s.conn.Clean(why.Error())))
	s.conn.Break(err)
	return err
}

// settle types what makes the lines valid and understands a "no".
func (s *Session) settle(edits []edit, line string) error {
	text, err := s.shell.run(line, s.platform.Prompts.any)
	if err != nil {
		return err
	}
	words, no := s.platform.failure(text)
	if !no {
		return nil
	}
	busy := matches(s.platform.busy, words)
	if explain := s.platform.Commit.Explain; explain != "" && !busy {
		more, err := s.shell.run(explain, s.platform.Prompts.any)
		if err != nil {
			return err
		}
		if more != "" {
			words = more
		}
	}
	return s.abort(&refusal{words: words, owner: s.blame(edits, words), busy: busy})
}

// abort takes back what was typed and returns the refusal.
func (s *Session) abort(no *refusal) error {
	for _, line := range s.platform.Commit.Abort {
		if _, err := s.shell.run(line, s.platform.Prompts.any); err != nil {
			break // with the session goes what was typed
		}
	}
	return no
}
