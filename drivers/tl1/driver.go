package tl1

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/internal/sshsession"
	"github.com/waveplane/waveplane/drivers/internal/turns"
	"github.com/waveplane/waveplane/models"
)

// Driver opens sessions over TCP. The zero value is ready.
type Driver struct {
	// Now is the clock that readings are stamped with; nil means time.Now.
	Now func() time.Time

	once     sync.Once
	dialects map[string]*dialect
	err      error
}

var (
	_ drivers.Driver    = (*Driver)(nil)
	_ drivers.Session   = (*Session)(nil)
	_ drivers.Watcher   = (*Session)(nil)
	_ drivers.Sampler   = (*Session)(nil)
	_ drivers.Pather    = (*Session)(nil)
	_ drivers.Previewer = (*Session)(nil)
)

// What a profile leaves out.
const (
	defaultTimeout   = 10 * time.Second
	defaultKeepalive = 30 * time.Second
)

// Open dials, logs in and asks the device what it is. KindInvalid means that the
// Device makes no sense; KindDenied that it refuses user and password.
func (d *Driver) Open(ctx context.Context, device drivers.Device) (drivers.Session, error) {
	d.once.Do(func() { d.dialects, d.err = dialects() })
	if d.err != nil {
		return nil, openError(device, drivers.KindInternal, d.err)
	}
	like, ok := d.dialects[device.Profile.Dialect]
	if !ok {
		return nil, openError(device, drivers.KindInvalid, fmt.Errorf("no dialect %q; there are %s", device.Profile.Dialect, strings.Join(slices.Sorted(maps.Keys(d.dialects)), ", ")))
	}
	timeout, err1 := duration(device.Profile.Timeout, defaultTimeout)
	keepalive, err2 := duration(device.Profile.Keepalive, defaultKeepalive)
	if err := errors.Join(err1, err2); err != nil {
		return nil, openError(device, drivers.KindInvalid, err)
	}
	s := &Session{device: device, dialect: like, now: d.Now, log: device.Log, timeout: timeout}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	ctx, stop := context.WithTimeout(ctx, timeout)
	defer stop()
	if err := s.connect(ctx); err != nil {
		return nil, err
	}
	s.turns = turns.New(s.line)
	if err := s.greet(ctx); err != nil {
		_ = s.Close()
		return nil, err
	}
	if l, plain := s.line.(*line); plain { // over SSH the connection looks after itself
		l.work.Go(func() { l.every(keepalive, s.alive) })
	}
	return s, nil
}

// connect dials as the dialect's protocol wants it.
func (s *Session) connect(ctx context.Context) error {
	if s.dialect.Protocol == "shell" {
		conn, err := sshsession.Dial(ctx, s.device, s.timeout)
		if err != nil {
			return err
		}
		s.line, s.agent = conn, &shellAgent{conn: conn, done: s.dialect.done}
		return nil
	}
	l, err := dialLine(ctx, s.device.Address)
	if err != nil {
		return openError(s.device, drivers.KindUnreachable, err)
	}
	s.line = l
	if s.dialect.Protocol == "tl1" {
		s.agent = newTL1(l)
	} else {
		s.agent = &scpiAgent{line: l, errors: s.dialect.Errors}
	}
	return nil
}

// greet logs in and reads size and name plate.
func (s *Session) greet(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { s.line.Break(context.Cause(ctx)) })
	defer stop()
	if s.dialect.Login != "" {
		if err := s.login(ctx); err != nil {
			return err
		}
	}
	for _, q := range []*query{s.dialect.Size, s.dialect.Identity} {
		if q == nil {
			continue
		}
		rows, err := s.agent.ask(strings.ReplaceAll(q.Command, "{last}", s.size.last()))
		var no *refusal
		if errors.As(err, &no) && q == s.dialect.Identity {
			continue // nothing depends on it
		}
		if err != nil {
			return s.failure("open", err, false)
		}
		if q == s.dialect.Identity && len(rows) > 0 {
			s.plate = rows[0]
		}
		for _, row := range rows {
			f := q.fields(row)
			if f == nil {
				continue
			}
			if q == s.dialect.Size {
				s.size.in, _ = strconv.Atoi(f["in"]) // digits, by the row's expression
				s.size.out, _ = strconv.Atoi(f["out"])
				continue
			}
			s.identity = models.Identity{ // what a row does not tell another may
				Vendor: cmp.Or(f["vendor"], s.identity.Vendor), Model: cmp.Or(f["model"], s.identity.Model),
				Serial: cmp.Or(f["serial"], s.identity.Serial), Software: cmp.Or(f["software"], s.identity.Software),
			}
		}
	}
	if s.dialect.Size != nil && s.size == (size{}) {
		return openError(s.device, drivers.KindUnsupported, errors.New("the device does not tell how many ports it has"))
	}
	return nil
}

// word is what may stand between the colons of a command as it is.
var word = regexp.MustCompile(`^[A-Za-z0-9!#$%&'*+./<=>?@^_{|}~-]+$`)

func (s *Session) login(ctx context.Context) error {
	if s.device.Credentials == nil {
		return openError(s.device, drivers.KindDenied, errors.New("credentials cannot be had"))
	}
	user, password, err := s.device.Credentials(ctx)
	if err != nil {
		return openError(s.device, drivers.KindDenied, fmt.Errorf("credentials cannot be had: %w", err))
	}
	if l, plain := s.line.(*line); plain {
		l.secrets.Replace(password)
	}
	quoted := func(text string) string {
		if word.MatchString(text) {
			return text
		}
		return `"` + text + `"`
	}
	if strings.ContainsAny(user+password, "\"\r\n;") {
		return openError(s.device, drivers.KindInvalid, errors.New("user or password holds a character that no TL1 command can carry"))
	}
	s.user = quoted(user)
	_, err = s.agent.ask(strings.NewReplacer("{user}", s.user, "{password}", quoted(password)).Replace(s.dialect.Login))
	var no *refusal
	if errors.As(err, &no) {
		for _, re := range s.dialect.benign {
			if re.MatchString(no.words) {
				return nil
			}
		}
		return openError(s.device, drivers.KindDenied, errors.New("user or password refused: "+s.line.Clean(no.words)))
	}
	if err != nil {
		return s.failure("open", err, false)
	}
	return nil
}

// alive asks for a sign of life when it is nobody's turn. A device that gives none in
// time loses its connection; the wait for the turn does not count.
func (s *Session) alive() {
	// What it answers does not matter, and a lost connection is noticed by all.
	_, _ = turns.Look(context.Background(), s.turns, s.timeout, func() ([]string, error) { return s.agent.ask(s.dialect.Alive) })
}

func openError(d drivers.Device, kind drivers.Kind, err error) error {
	return &drivers.Error{Op: "open", Device: d.Name, Kind: kind, Err: errors.New(drivers.CleanWords(err.Error()))}
}

func duration(text string, otherwise time.Duration) (time.Duration, error) {
	if text == "" {
		return otherwise, nil
	}
	d, err := time.ParseDuration(text)
	if err == nil && d <= 0 {
		err = fmt.Errorf("%s is not positive", text)
	}
	return d, err
}
