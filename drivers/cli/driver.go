package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/internal/hanging"
	"github.com/waveplane/waveplane/drivers/internal/sshsession"
	"github.com/waveplane/waveplane/drivers/internal/turns"
)

// Driver opens sessions over SSH. The zero value is ready.
type Driver struct {
	// Now is the clock that readings are stamped with; nil means time.Now.
	Now func() time.Time
	// Armed is how long an unconfirmed commit lasts; zero: as the dialect says.
	// Laboratories, whose minutes may be short, say it.
	Armed time.Duration

	armed     hanging.Commits
	unsaved   unsaved
	left      leftovers
	once      sync.Once
	platforms map[string]*platform
	err       error
}

var (
	_ drivers.Driver    = (*Driver)(nil)
	_ drivers.Session   = (*Session)(nil)
	_ drivers.Sampler   = (*Session)(nil)
	_ drivers.Pather    = (*Session)(nil)
	_ drivers.Previewer = (*Session)(nil)
)

// Open dials, logs in and asks the device what it is. KindInvalid means that the
// Device makes no sense, or that its document pins no host key; KindDenied that
// the device shows another key or refuses user and password.
func (d *Driver) Open(ctx context.Context, device drivers.Device) (drivers.Session, error) {
	p, err := d.platform(device.Profile.Dialect)
	if err != nil {
		return nil, sshsession.OpenError(device, drivers.KindInvalid, err)
	}
	s := &Session{device: device, platform: p, now: d.Now, log: device.Log, hangs: &d.armed, armed: d.Armed, unsaved: &d.unsaved, left: &d.left}
	if s.now == nil {
		s.now = time.Now
	}
	if s.timeout, err = sshsession.Timeout(device); err != nil {
		return nil, err
	}
	if c, hangs := s.hanging(); hangs {
		return nil, sshsession.Hanging(device, c.Until, c.Why)
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.names = namesOf(device.Profile, device.Ports)
	ctx, stop := context.WithTimeout(ctx, s.timeout)
	defer stop()
	if s.conn, err = sshsession.Dial(ctx, device, s.timeout); err != nil {
		return nil, err
	}
	s.turns = turns.New(s.conn)
	if err := s.greet(ctx); err != nil {
		_ = s.Close()
		return nil, err
	}
	if len(s.platform.Commit.Save) > 0 && device.Manage {
		if !device.Unanswered.IsZero() {
			s.unsaved.inherit(device.Name)
		}
		s.saveWhatIsLeft()
	}
	return s, nil
}

func (d *Driver) platform(name string) (*platform, error) {
	d.once.Do(func() { d.platforms, d.err = platforms() })
	if d.err != nil {
		return nil, d.err
	}
	p, ok := d.platforms[name]
	if !ok {
		return nil, fmt.Errorf("no dialect %q; there are %s", name, strings.Join(slices.Sorted(maps.Keys(d.platforms)), ", "))
	}
	return p, nil
}

// greet opens the shell, makes it quiet and reads the name plate.
func (s *Session) greet(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { s.conn.Break(context.Cause(ctx)) })
	defer stop()
	var err error
	s.shell, err = newShell(s.conn, s.platform, s.timeout)
	var no *unprivileged
	switch {
	case errors.As(err, &no):
		return sshsession.OpenError(s.device, drivers.KindDenied, errors.New(s.conn.Clean(no.Error())))
	case err != nil:
		return s.failure("open", err, false)
	}
	for _, line := range s.platform.Open {
		if _, err := s.shell.run(line, s.platform.Prompts.exec); err != nil {
			return s.failure("open", err, false)
		}
	}
	s.identity, err = s.identify(s.asker())
	if err != nil {
		return s.failure("open", err, false)
	}
	return nil
}
