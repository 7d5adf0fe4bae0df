package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/internal/hanging"
	"github.com/waveplane/waveplane/drivers/internal/sshdial"
	"github.com/waveplane/waveplane/drivers/internal/turns"
	"github.com/waveplane/waveplane/models"
)

// Session is a command line on one device. Besides drivers.Session it is a
// Sampler, a Pather and a Previewer.
type Session struct {
	device   drivers.Device
	platform *platform
	names    []name
	timeout  time.Duration
	now      func() time.Time
	log      *slog.Logger
	identity models.Identity
	hangs    *hanging.Commits
	armed    time.Duration
	unsaved  *unsaved
	passes   int // guarded by turns
	left     *leftovers
	media    []string                // media channels when the configuration was last read; guarded by turns
	seen     atomic.Pointer[picture] // what the configuration had when it was last read
	// candidate is the device's configuration session that we are in, where these
	// have names; guarded by turns.
	candidate string

	conn  *sshdial.Conn
	shell *shell
	turns *turns.Turns
	once  sync.Once
}

// change is an exchange that may change the device.
func (s *Session) change(ctx context.Context, op string, limit time.Duration, do func() (wrote bool, err error)) error {
	wrote, err := s.turns.Change(ctx, limit, do)
	if err == nil {
		return nil
	}
	return s.failure(op, err, wrote)
}

// look is an exchange that changes nothing.
func look[T any](ctx context.Context, s *Session, op string, do func() (T, error)) (T, error) {
	v, err := turns.Look(ctx, s.turns, s.patience(), do)
	if err != nil {
		return v, s.failure(op, err, false)
	}
	return v, nil
}

// refusal is a device's "no" to something that was typed.
type refusal struct {
	words string
	owner string // whose line it was; empty when that cannot be told
	busy  bool
}

func (r *refusal) Error() string { return r.words }

// failure makes a driver's error of what went wrong.
func (s *Session) failure(op string, err error, wrote bool) error {
	var no *refusal
	var already *drivers.Error
	switch {
	case errors.As(err, &already):
		return err
	case errors.As(err, &no):
		kind := drivers.KindRejected
		if no.busy {
			kind = drivers.KindConflict
		}
		return &drivers.Error{Op: op, Device: s.device.Name, Kind: kind, Words: drivers.CleanWords(s.conn.Clean(no.words))}
	}
	return turns.Lost(s.conn, s.device.Name, op, err, wrote)
}

// asker answers a command from the device, each once.
func (s *Session) asker() func(string) (string, error) {
	known := map[string]string{}
	return func(command string) (string, error) {
		if text, ok := known[command]; ok {
			return text, nil
		}
		text, err := s.shell.run(command, s.platform.Prompts.exec)
		if err == nil {
			known[command] = text
		}
		return text, err
	}
}

// Observe reads the configuration and everything measured at the line ports.
func (s *Session) Observe(ctx context.Context) (models.State, error) {
	return look(ctx, s, "observe", func() (models.State, error) {
		text, err := s.configuration(s.platform.Config.Show, s.platform.Prompts.exec)
		if err != nil {
			return models.State{}, err
		}
		have, foreign := s.take(text)
		state := models.State{At: s.now(), Identity: s.identity, Objects: have.objects, Rest: digest(foreign)}
		state.Readings, err = s.read(s.names, s.media)
		return state, err
	})
}

// shortAnswer is how many lines a refusal has at most. Longer answers are
// configurations, in which people write what they like.
const shortAnswer = 5

// configuration asks for a whole configuration. A device that shows none has
// refused in words that the dialect does not know.
func (s *Session) configuration(show string, prompt *regexp.Regexp) (string, error) {
	text, err := s.shell.whole(show, prompt)
	if err != nil {
		return "", err
	}
	if c := s.platform.readConfig(text); c.broken != nil && strings.Count(text, "\n") >= shortAnswer {
		s.conn.Break(c.broken) // half a configuration is none, and who knows where the rest is
		return "", c.broken
	}
	if strings.Count(text, "\n") < shortAnswer {
		if words, no := s.platform.failure(text); no {
			return "", &refusal{words: words}
		}
		if s.platform.readConfig(text).empty() {
			return "", &refusal{words: "no configuration is shown: " + or(firstLine(text), "the answer is empty")}
		}
	}
	return text, nil
}

// fullBand is how many media channels of ours a device may have: both directions of
// the channels of 50 GHz in the C band.
const fullBand = 2 * 96

// patience is how long reading a whole device may take. How many media channels it
// has is known only on the way; every command has a limit of its own.
func (s *Session) patience() time.Duration {
	many := len(s.names)
	if s.platform.Entries != nil && many == 0 {
		many = fullBand
	}
	return s.timeout * time.Duration(1+many/8)
}

// read asks for the readings of ports and of media channels.
func (s *Session) read(names []name, media []string) (models.Readings, error) {
	r := models.Readings{Channels: map[string]models.ChannelReading{}, Logical: map[string]models.LogicalReading{}}
	ask := s.asker()
	for _, n := range names {
		c, l, err := s.readPort(n, s.now(), ask)
		if err != nil {
			return r, err
		}
		r.Channels[n.channel], r.Logical[n.channel] = c, l
	}
	for _, key := range media {
		m, err := s.readMedia(key, s.now(), ask)
		if err != nil {
			return r, err
		}
		if r.Media == nil {
			r.Media = map[string]models.MediaReading{}
		}
		r.Media[key] = m
	}
	return r, nil
}

// Measure reads what is measured at the ports that the objects belong to.
func (s *Session) Measure(ctx context.Context, objects []models.ObjectID) (models.Readings, error) {
	names := slices.DeleteFunc(slices.Clone(s.names), func(n name) bool {
		return !slices.ContainsFunc(objects, func(id models.ObjectID) bool {
			key, _ := n.of(id.Kind)
			return key == id.Key
		})
	})
	return look(ctx, s, "measure", func() (models.Readings, error) {
		media := slices.DeleteFunc(slices.Clone(s.media), func(key string) bool {
			return !slices.ContainsFunc(objects, func(id models.ObjectID) bool { return s.platform.made(id.Kind) && id.Key == key })
		})
		return s.read(names, media)
	})
}

// Sample reads everything measured every interval until ctx ends.
func (s *Session) Sample(ctx context.Context, interval time.Duration, sink func(models.Readings)) error {
	return s.failure("sample", s.turns.Every(ctx, interval, func() error {
		r, err := look(ctx, s, "sample", func() (models.Readings, error) { return s.read(s.names, s.media) })
		if err == nil {
			sink(r)
		}
		return err
	}), false)
}

// Path names a leaf by the line that sets it.
func (s *Session) Path(id models.ObjectID, leaf models.LeafName) string {
	if s.platform.made(id.Kind) {
		return s.platform.Entries.path(id.Key, leaf)
	}
	place := s.platform.typed([]edit{{place: placeOf(id), line: string(leaf)}})
	if r := s.platform.row(id.Kind, leaf); r != nil {
		place = s.platform.typed([]edit{{place: placeOf(id), line: strings.TrimSuffix(r.Line, " {v}")}})
	}
	text := ""
	for _, e := range place {
		if e.line != s.platform.Config.Leave {
			text += " / " + e.line
		}
	}
	return text[min(3, len(text)):]
}

// Close ends the session, breaks off what is under way and waits for it.
func (s *Session) Close() error {
	s.once.Do(func() {
		s.turns.Close()
		if s.shell != nil {
			s.shell.close()
		}
		_ = s.conn.Close()
	})
	return nil
}

func (s *Session) refuse(op string, kind drivers.Kind, err error) error {
	return &drivers.Error{Op: op, Device: s.device.Name, Kind: kind, Err: err}
}

// Preview shows the lines that would bring the device from Before to After.
func (s *Session) Preview(p drivers.Pass) (string, error) {
	if kind, err := s.check(p); err != nil {
		return "", s.refuse("preview", kind, err)
	}
	have := s.platform.pictureOf(p.Before())
	if seen := s.seen.Load(); seen != nil {
		have.entries, have.rest = seen.entries, seen.rest // what others of the pass share is there
	}
	return s.platform.render(s.edits(p, have)), nil
}

var errObserved = fmt.Errorf("the device is only observed")
