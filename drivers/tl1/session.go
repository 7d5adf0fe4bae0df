package tl1

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/internal/turns"
	"github.com/waveplane/waveplane/models"
)

// connection is what an agent talks over.
type connection interface {
	turns.Line
	Close() error
}

// Session is a connection to one device. Besides drivers.Session it is a Watcher, a
// Sampler, a Pather and a Previewer.
type Session struct {
	device   drivers.Device
	dialect  *dialect
	timeout  time.Duration
	now      func() time.Time
	log      *slog.Logger
	size     size
	identity models.Identity
	plate    string // the first row that identity was read from
	user     string // as it is written in commands; empty: nobody logged in

	line  connection
	agent agent
	turns *turns.Turns
	once  sync.Once
}

// failure makes a driver's error of what went wrong.
func (s *Session) failure(op string, err error, wrote bool) error {
	var no *refusal
	var already *drivers.Error
	switch {
	case errors.As(err, &already):
		return err
	case errors.As(err, &no):
		return &drivers.Error{Op: op, Device: s.device.Name, Kind: drivers.KindRejected, Words: drivers.CleanWords(s.line.Clean(no.words))}
	}
	return turns.Lost(s.line, s.device.Name, op, err, wrote)
}

// look is an exchange that changes nothing.
func look[T any](ctx context.Context, s *Session, op string, do func() (T, error)) (T, error) {
	v, err := turns.Look(ctx, s.turns, s.timeout, do)
	if err != nil {
		return v, s.failure(op, err, false)
	}
	return v, nil
}

// connections asks what leads where. Rows that are not understood are returned; when
// nothing is understood, or the one row of SCPI is not, that is an error: a switch
// that looks empty would be connected anew. The tables of a shell have at least a head.
func (s *Session) connections() (have map[string]link, strange []string, err error) {
	if s.dialect.List == nil {
		return nil, nil, nil
	}
	rows, err := s.agent.ask(s.dialect.List.Command)
	if err != nil {
		return nil, nil, err
	}
	have, strange = s.dialect.links(rows)
	switch {
	case len(strange) > 0 && s.dialect.Protocol == "scpi":
		if err := s.inStep(); err != nil {
			return nil, nil, err
		}
		return nil, nil, unreadable(strange)
	case len(strange) > 0 && len(have) == 0:
		return nil, nil, unreadable(strange)
	case s.dialect.Protocol == "shell" && strings.TrimSpace(strings.Join(rows, "")) == "":
		return nil, nil, unreadable(rows)
	}
	return have, strange, nil
}

// inStep ends the connection of a SCPI device that answers another question than the
// one that is asked: its answers carry no tag, and those that follow are late too.
func (s *Session) inStep() error {
	rows, err := s.agent.ask(s.dialect.Identity.Command)
	if err == nil && rows[0] != s.plate {
		s.line.Break(errUnasked)
		err = s.line.Cause()
	}
	return err
}

// unreadable is the error of a list that is not understood.
func unreadable(strange []string) error {
	return &refusal{words: fmt.Sprintf("the list of connections is not understood: %q", strange[0])}
}

func crossConnect(in string) models.ObjectID {
	return models.ObjectID{Kind: models.KindCrossConnect, Key: in}
}

// powers asks for the light at all ports.
func (s *Session) powers() (models.Readings, error) {
	r := models.Readings{Ports: map[string]models.PortReading{}}
	if s.dialect.Power == nil || s.device.Profile.Refuses("", "port-power") {
		return r, nil
	}
	rows, err := s.agent.ask(strings.ReplaceAll(s.dialect.Power.Command, "{last}", s.size.last()))
	var no *refusal
	switch {
	case errors.As(err, &no): // not all are fitted with meters; what they connect is told all the same
		s.log.Debug("no powers are told", "device", s.device.Name, "words", s.line.Clean(no.words))
		return r, nil
	case err != nil:
		return r, err
	}
	at := s.now()
	for _, row := range rows {
		f := s.dialect.Power.fields(row)
		if f == nil {
			continue
		}
		dbm, err := strconv.ParseFloat(f["dbm"], 64)
		if err != nil {
			continue
		}
		port := r.Ports[f["port"]]
		port.At = at
		if s.dialect.fits(s.size, f["port"], true) {
			port.Input = s.lightOf("input", dbm)
		} else {
			port.Output = s.lightOf("output", dbm)
		}
		r.Ports[f["port"]] = port
	}
	return r, nil
}

// lightOf is a power, or no light where the device says so in its way.
func (s *Session) lightOf(reading string, dbm float64) *models.Power {
	for _, d := range s.device.Profile.DownValues[reading] {
		if v, err := strconv.ParseFloat(d, 64); err == nil && v == dbm {
			off := models.PowerOff
			return &off
		}
	}
	p, err := models.PowerFromDbm(dbm)
	if err != nil {
		return nil
	}
	return &p
}

// Observe reads the connections and the light at all ports.
func (s *Session) Observe(ctx context.Context) (models.State, error) {
	return look(ctx, s, "observe", func() (models.State, error) {
		list, strange, err := s.connections()
		if err != nil {
			return models.State{}, err
		}
		state := models.State{At: s.now(), Identity: s.identity, Objects: map[models.ObjectID]models.Leaves{}, Rest: strings.Join(strange, "\n")}
		for in, l := range list {
			if !l.idle {
				state.Objects[crossConnect(in)] = models.Leaves{models.LeafDest: l.out}
			}
		}
		state.Readings, err = s.powers()
		return state, err
	})
}

// Measure reads the light at all ports, which is one question.
func (s *Session) Measure(ctx context.Context, _ []models.ObjectID) (models.Readings, error) {
	return look(ctx, s, "measure", s.powers)
}

// Path names a connection by the command that makes it.
func (s *Session) Path(id models.ObjectID, _ models.LeafName) string {
	if len(s.dialect.Connect) == 0 {
		return id.String()
	}
	command, _, _ := strings.Cut(s.fill(s.dialect.Connect[0], link{in: id.Key, out: "…"}), ":{tag}")
	return command
}

// Preview shows the commands that would bring the device from Before to After, and
// before each connection's what they mean.
func (s *Session) Preview(p drivers.Pass) (string, error) {
	if kind, err := s.check(p); err != nil {
		return "", s.refuse("preview", kind, err)
	}
	have := map[string]link{}
	for _, c := range p.Changes {
		if out, there := c.Before[models.LeafDest]; there {
			have[c.Object.Key] = link{in: c.Object.Key, out: out, name: c.Object.Key + "-" + out}
		}
	}
	var b strings.Builder
	steps, no := steps(p, have)
	if no != nil {
		return "", s.refuse("preview", drivers.KindInvalid, no)
	}
	tag := 0
	for _, step := range steps {
		fmt.Fprintf(&b, "# %s: %v\n", step.owner, step)
		for _, command := range step.commands(s.dialect) {
			tag++
			fmt.Fprintln(&b, strings.ReplaceAll(s.fill(command, step.link), "{tag}", strconv.Itoa(tag)))
		}
	}
	return b.String(), nil
}

// fill puts the ports of a connection into a command, and leaves the tag to whoever
// sends it.
func (s *Session) fill(command string, l link) string {
	name := l.name
	if name == "" {
		name = l.in + "-" + l.out
	}
	return strings.NewReplacer("{in}", l.in, "{out}", l.out, "{name}", name).Replace(command)
}

func (s *Session) refuse(op string, kind drivers.Kind, err error) error {
	return &drivers.Error{Op: op, Device: s.device.Name, Kind: kind, Err: err}
}

// Close logs out where nothing is under way, ends the connection and waits for all
// that it started.
func (s *Session) Close() error {
	s.once.Do(func() {
		if s.user != "" && s.dialect.Logout != "" {
			s.leave()
		}
		s.turns.Close()
		_ = s.line.Close()
	})
	return nil
}

// goodbye is how long a device may take to say it.
const goodbye = 200 * time.Millisecond

// leave says goodbye, so that the device need not keep the session open. Whoever is
// in the middle of something is not waited for.
func (s *Session) leave() {
	ctx, stop := context.WithTimeout(context.Background(), goodbye)
	defer stop()
	// The connection ends whatever the answer is, and before the turn does: who waits
	// for the next one would talk to a device that no longer knows its user.
	_, _ = turns.Look(ctx, s.turns, goodbye, func() ([]string, error) {
		defer s.line.Break(turns.ErrClosed)
		return s.agent.ask(strings.ReplaceAll(s.dialect.Logout, "{user}", s.user))
	})
}
