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
	"github.com/waveplane/waveplane/drivers/internal/sshdial"
)

// Driver opens sessions over SSH. The zero value is ready.
type Driver struct {
	// Now is the clock that readings are stamped with; nil means time.Now.
	Now func() time.Time
	// Armed is how long an unconfirmed commit lasts; zero: as the dialect says.
	// Laboratories, whose minutes may be short, say it.
	Armed time.Duration

	armed     hanging.Commits
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

// What a profile leaves out.
const (
	defaultTimeout   = 30 * time.Second
	defaultKeepalive = 30 * time.Second
)

// Open dials, logs in and asks the device what it is. KindInvalid means that the
// Device makes no sense, or that its document pins no host key; KindDenied that
// the device shows another key or refuses user and password.
func (d *Driver) Open(ctx context.Context, device drivers.Device) (drivers.Session, error) {
	p, err := d.platform(device.Profile.Dialect)
	if err != nil {
		return nil, openError(device, drivers.KindInvalid, err)
	}
	s := &Session{device: device, platform: p, now: d.Now, log: device.Log, turn: make(chan struct{}, 1), hangs: &d.armed, armed: d.Armed}
	if s.now == nil {
		s.now = time.Now
	}
	if until, hangs := d.armed.Until(device.Name, s.now()); hangs {
		return nil, openError(device, drivers.KindConflict, fmt.Errorf("a commit that was never confirmed takes itself back by %s", until.UTC().Format("15:04:05 UTC")))
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.timeout, err = durationOr(device.Profile.Timeout, defaultTimeout); err != nil {
		return nil, openError(device, drivers.KindInvalid, fmt.Errorf("profile timeout: %w", err))
	}
	keepalive, err := durationOr(device.Profile.Keepalive, defaultKeepalive)
	if err != nil {
		return nil, openError(device, drivers.KindInvalid, fmt.Errorf("profile keepalive: %w", err))
	}
	s.names = namesOf(device.Profile, device.Ports)
	ctx, stop := context.WithTimeout(ctx, s.timeout)
	defer stop()
	conn, err := sshdial.Dial(ctx, sshdial.Target{
		Address: device.Address, HostKey: device.HostKey, Credentials: device.Credentials, Keepalive: keepalive, Patience: s.timeout,
	})
	if err != nil {
		return nil, openError(device, doorKind(err), err)
	}
	s.conn = conn
	if err := s.greet(ctx); err != nil {
		_ = s.Close()
		return nil, err
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

// doorKind tells kinds of failure at the door apart.
func doorKind(err error) drivers.Kind {
	switch {
	case errors.Is(err, sshdial.ErrDenied), errors.Is(err, sshdial.ErrHostKey), errors.Is(err, sshdial.ErrCredentials):
		return drivers.KindDenied
	case errors.Is(err, sshdial.ErrNoHostKey):
		return drivers.KindInvalid
	}
	return drivers.KindUnreachable
}

// greet opens the shell, makes it quiet and reads the name plate.
func (s *Session) greet(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { s.conn.Break(context.Cause(ctx)) })
	defer stop()
	var err error
	if s.shell, err = newShell(s.conn, s.platform, s.timeout); err != nil {
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

func openError(d drivers.Device, kind drivers.Kind, err error) error {
	return &drivers.Error{Op: "open", Device: d.Name, Kind: kind, Err: errors.New(drivers.CleanWords(err.Error()))}
}

func durationOr(text string, otherwise time.Duration) (time.Duration, error) {
	if text == "" {
		return otherwise, nil
	}
	d, err := time.ParseDuration(text)
	if err == nil && d <= 0 {
		err = fmt.Errorf("%s is not positive", text)
	}
	return d, err
}
