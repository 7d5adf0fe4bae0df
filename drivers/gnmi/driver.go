package gnmi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	gnmipb "github.com/openconfig/gnmi/proto/gnmi"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/internal/dial"
)

// Driver opens gNMI sessions. The zero value is ready.
type Driver struct {
	// Now is the clock that readings are stamped with; nil means time.Now.
	Now func() time.Time
}

var (
	_ drivers.Driver    = (*Driver)(nil)
	_ drivers.Session   = (*Session)(nil)
	_ drivers.Watcher   = (*Session)(nil)
	_ drivers.Sampler   = (*Session)(nil)
	_ drivers.Pather    = (*Session)(nil)
	_ drivers.Previewer = (*Session)(nil)
	_ drivers.Arbiter   = (*ArbitratedSession)(nil)
)

const (
	defaultTimeout = 30 * time.Second
	// maxReceive bounds one message from a device. gRPC's own limit of 4 MiB
	// is too small for the first answer of a large wavelength switch.
	maxReceive = 64 << 20
)

// Open dials, asks for the capabilities and checks them against the profile.
// KindUnsupported means that the device answered and lacks something;
// KindDenied that it refused user and password or that its certificate is not
// trusted; KindInvalid that the Device itself makes no sense. A device whose
// profile says that it honours master arbitration gets a session that is a
// drivers.Arbiter too.
func (d *Driver) Open(ctx context.Context, device drivers.Device) (drivers.Session, error) {
	timeout, err := durationOr(device.Profile.Timeout, defaultTimeout)
	if err != nil {
		return nil, openError(device, drivers.KindInvalid, fmt.Errorf("profile timeout: %w", err))
	}
	keepalive, err := durationOr(device.Profile.Keepalive, dial.MinKeepalive)
	if err != nil {
		return nil, openError(device, drivers.KindInvalid, fmt.Errorf("profile keepalive: %w", err))
	}
	if device.Credentials != nil { // without, there is nothing to dial for
		if _, _, err := device.Credentials(ctx); err != nil {
			return nil, openError(device, drivers.KindDenied, fmt.Errorf("%w: %w", dial.ErrCredentials, err))
		}
	}
	conn, err := dial.New(dial.Target{
		Address: device.Address, ServerName: device.ServerName, RootCAs: device.RootCAs,
		Credentials: device.Credentials, Keepalive: keepalive, MaxReceive: maxReceive,
	})
	if err != nil {
		return nil, openError(device, drivers.KindInvalid, err)
	}
	s := &Session{
		device: device, timeout: timeout, conn: conn, client: gnmipb.NewGNMIClient(conn.ClientConn),
		filer: filer{now: d.Now}, log: device.Log, calls: map[int]context.CancelCauseFunc{},
	}
	if s.filer.now == nil {
		s.filer.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if err := s.greet(ctx); err != nil {
		if cerr := closeConn(conn); cerr != nil {
			s.log.Debug("close after failed open", "device", device.Name, "err", cerr)
		}
		return nil, err
	}
	if device.Profile.ArbitrationExtension {
		return &ArbitratedSession{Session: s}, nil
	}
	return s, nil
}

// greet is the first exchange.
func (s *Session) greet(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	answer, err := s.client.Capabilities(ctx, &gnmipb.CapabilityRequest{})
	if err != nil {
		return s.failure("open", err, reading)
	}
	s.caps, err = capabilitiesOf(answer, s.device.Profile)
	if err != nil {
		return openError(s.device, drivers.KindUnsupported, errors.New(drivers.CleanWords(err.Error())))
	}
	return nil
}

func closeConn(conn *dial.Conn) error {
	if err := conn.Close(); err != nil {
		return fmt.Errorf("close connection: %w", err)
	}
	return nil
}

func openError(d drivers.Device, kind drivers.Kind, err error) error {
	return &drivers.Error{Op: "open", Device: d.Name, Kind: kind, Err: err}
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
