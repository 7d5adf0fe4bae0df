package netconf

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/internal/hanging"
	"github.com/waveplane/waveplane/drivers/internal/ocmap"
	"github.com/waveplane/waveplane/drivers/internal/sshsession"
	"github.com/waveplane/waveplane/drivers/internal/turns"
	"github.com/waveplane/waveplane/models/catalogue"
)

// Driver opens NETCONF sessions. The zero value is ready.
type Driver struct {
	// Now is the clock that readings are stamped with; nil means time.Now.
	Now func() time.Time
	// Armed is how long an unconfirmed commit lasts; zero: a minute.
	Armed time.Duration

	hangs  hanging.Commits
	once   sync.Once
	schema *schema
	err    error
}

var (
	_ drivers.Driver    = (*Driver)(nil)
	_ drivers.Session   = (*Session)(nil)
	_ drivers.Sampler   = (*Session)(nil)
	_ drivers.Pather    = (*Session)(nil)
	_ drivers.Previewer = (*Session)(nil)
)

// What the driver leaves out.
const (
	defaultArmed = time.Minute
	// firstPatience is how long the first answer may take before the request is
	// sent again; see client.first.
	firstPatience = time.Second
)

// Open dials, logs in, exchanges hellos and reads something. KindInvalid means
// that the Device makes no sense, or that its document pins no host key;
// KindDenied that the device shows another key or refuses user and password;
// KindUnsupported that it lacks what its profile needs.
func (d *Driver) Open(ctx context.Context, device drivers.Device) (drivers.Session, error) {
	d.once.Do(func() { d.schema, d.err = newSchema() })
	if d.err != nil {
		return nil, sshsession.OpenError(device, drivers.KindInternal, d.err)
	}
	s := &Session{device: device, schema: d.schema, armed: d.Armed, hangs: &d.hangs, now: d.Now, log: device.Log}
	if s.armed <= 0 {
		s.armed = defaultArmed
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	var err error
	if s.timeout, err = sshsession.Timeout(device); err != nil {
		return nil, err
	}
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
	if s.client.caps.has(capNotification, "") {
		return &WatchingSession{Session: s}, nil
	}
	return s, nil
}

// greet exchanges hellos, checks what the device says of itself and takes back
// what a session before this one may have left hanging.
func (s *Session) greet(ctx context.Context) error {
	return s.change(ctx, "open", s.timeout, func() (bool, error) {
		var err error
		if s.client, err = connect(s.conn); err != nil {
			return false, s.cause(err)
		}
		if missing := s.client.caps.missing(s.device.Profile); missing != "" {
			return false, sshsession.OpenError(s.device, drivers.KindUnsupported, errors.New(missing))
		}
		name, err := s.schema.filter(s.device.Profile, func(p ocmap.Subscribed) bool { return p.Schema == ocmap.ComponentPath+"/state/type" })
		if err != nil {
			return false, err
		}
		if _, err := s.client.first(base("get", name), firstPatience); err != nil {
			return false, err
		}
		if s.device.Manage {
			return false, s.takeBack()
		}
		return false, nil
	})
}

// cause prefers the reason why the connection ended to what a reader of it saw.
func (s *Session) cause(err error) error {
	if c := s.conn.Cause(); c != nil {
		return c
	}
	return err
}

// requiredModels are those without which a device cannot play its role.
func requiredModels(p catalogue.Profile) []string {
	switch p.Role {
	case catalogue.RoleRoadm:
		return []string{ocmap.PlatformModule, ocmap.RouterModule}
	case catalogue.RoleAmplifier:
		return []string{ocmap.PlatformModule, ocmap.AmplifierModule}
	}
	if p.LaserSwitch == ocmap.LaserByPhysicalChannel {
		return []string{ocmap.PlatformModule, ocmap.TerminalModule, ocmap.TransceiverModule}
	}
	return []string{ocmap.PlatformModule, ocmap.TerminalModule}
}

// missing says what a profile needs and the device has not; empty if nothing is.
// A device that lists no models is asked for them when it comes to that.
func (c *capabilities) missing(p catalogue.Profile) string {
	if !c.has(capCandidate, "") && !c.has(capWritableRunning, "") {
		return "the device offers neither a candidate configuration nor a running one that can be written"
	}
	if !slices.ContainsFunc(requiredModels(p), func(m string) bool { return c.models[m] }) {
		return "" // it does not list models of ours
	}
	var missing []string
	for _, m := range requiredModels(p) {
		if !c.models[m] {
			missing = append(missing, m)
		}
	}
	if len(missing) == 0 {
		return ""
	}
	return fmt.Sprintf("profile %s (%s) needs models that the device does not have: %s", p.Name, p.Role, strings.Join(missing, ", "))
}
