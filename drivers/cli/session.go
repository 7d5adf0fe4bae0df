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
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/internal/hanging"
	"github.com/waveplane/waveplane/drivers/internal/sshdial"
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
	passes   int // guarded by turn

	conn  *sshdial.Conn
	shell *shell
	turn  chan struct{} // held by whoever types
	once  sync.Once
	busy  sync.WaitGroup
}

// exchange holds the turn while do types, for a time that begins when it has the
// turn. A context that ends meanwhile breaks the connection: half a command cannot
// be taken back. wrote tells whether do may have changed the device by then.
func (s *Session) exchange(ctx context.Context, op string, limit time.Duration, do func() (wrote bool, err error)) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return s.failure(op, err, false)
	}
	defer leave()
	ctx, stop := context.WithTimeout(ctx, limit)
	defer stop()
	broken := context.AfterFunc(ctx, func() { s.conn.Break(context.Cause(ctx)) })
	wrote, err := do()
	broken()
	if err == nil {
		return nil
	}
	return s.failure(op, err, wrote)
}

// enter waits for the turn; leave gives it back.
func (s *Session) enter(ctx context.Context) (leave func(), err error) {
	s.busy.Add(1)
	if err = s.conn.Cause(); err == nil {
		select {
		case s.turn <- struct{}{}:
			if err = ctx.Err(); err == nil {
				return func() { <-s.turn; s.busy.Done() }, nil
			}
			<-s.turn
			err = context.Cause(ctx)
		case <-ctx.Done():
			err = context.Cause(ctx)
		case <-s.conn.Gone():
			err = s.conn.Cause()
		}
	}
	s.busy.Done()
	return nil, err
}

// look is an exchange that changes nothing. It goes on to its end, or to its limit,
// when the caller has no more patience: whoever stops waiting for a reading must
// not cost the session, in which somebody else may be about to change something.
func look[T any](s *Session, ctx context.Context, op string, do func() (T, error)) (T, error) {
	var nothing T
	leave, err := s.enter(ctx)
	if err != nil {
		return nothing, s.failure(op, err, false)
	}
	type answer struct {
		value T
		err   error
	}
	came := make(chan answer, 1)
	late := time.AfterFunc(s.patience(), func() { s.conn.Break(errLate) })
	go func() {
		defer leave()
		v, err := do()
		late.Stop()
		came <- answer{v, err}
	}()
	select {
	case a := <-came:
		if a.err != nil {
			return nothing, s.failure(op, a.err, false)
		}
		return a.value, nil
	case <-ctx.Done():
		return nothing, s.failure(op, context.Cause(ctx), false)
	}
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
	out := &drivers.Error{Op: op, Device: s.device.Name, Kind: drivers.KindUnreachable}
	var no *refusal
	var already *drivers.Error
	switch {
	case errors.As(err, &already):
		return err
	case errors.As(err, &no):
		out.Kind, out.Words = drivers.KindRejected, drivers.CleanWords(s.conn.Clean(no.words))
		if no.busy {
			out.Kind = drivers.KindConflict
		}
		return out
	case wrote:
		out.Kind = drivers.KindOutcomeUnknown
	}
	out.Err = &said{drivers.CleanWords(s.conn.Clean(err.Error())), err}
	return out
}

// said keeps an error's cause but prints only what has been cleaned.
type said struct {
	text  string
	cause error
}

func (e *said) Error() string { return e.text }

// Is finds the causes that callers ask for; the text of the rest stays inside.
func (e *said) Is(target error) bool { return errors.Is(e.cause, target) }

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
	return look(s, ctx, "observe", func() (models.State, error) {
		text, err := s.configuration(s.platform.Config.Show, s.platform.Prompts.exec)
		if err != nil {
			return models.State{}, err
		}
		objects, foreign := s.platform.objects(s.platform.readConfig(text), s.names)
		state := models.State{At: s.now(), Identity: s.identity, Objects: objects, Rest: digest(foreign)}
		state.Readings, err = s.read(s.names)
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

// patience is how long reading a whole device may take.
func (s *Session) patience() time.Duration {
	return s.timeout * time.Duration(1+len(s.names)/8)
}

// read asks for the readings of ports.
func (s *Session) read(names []name) (models.Readings, error) {
	r := models.Readings{Channels: map[string]models.ChannelReading{}, Logical: map[string]models.LogicalReading{}}
	ask := s.asker()
	for _, n := range names {
		c, l, err := s.readPort(n, s.now(), ask)
		if err != nil {
			return r, err
		}
		r.Channels[n.channel], r.Logical[n.channel] = c, l
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
	return look(s, ctx, "measure", func() (models.Readings, error) { return s.read(names) })
}

// Sample reads everything measured every interval until ctx ends.
func (s *Session) Sample(ctx context.Context, interval time.Duration, sink func(models.Readings)) error {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		r, err := look(s, ctx, "sample", func() (models.Readings, error) { return s.read(s.names) })
		if err != nil {
			return err
		}
		sink(r)
		select {
		case <-ctx.Done():
			return s.failure("sample", context.Cause(ctx), false)
		case <-s.conn.Gone():
			return s.failure("sample", s.conn.Cause(), false)
		case <-tick.C:
		}
	}
}

// Path names a leaf by the line that sets it.
func (s *Session) Path(id models.ObjectID, leaf models.LeafName) string {
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
		s.conn.Break(errClosed)
		s.busy.Wait()
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
	have := map[models.ObjectID]models.Leaves{}
	for _, c := range p.Changes {
		have[c.Object] = c.Before
	}
	return s.platform.render(s.edits(p, have)), nil
}

var errObserved = fmt.Errorf("the device is only observed")
