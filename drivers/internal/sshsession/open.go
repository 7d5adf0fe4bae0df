package sshsession

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/internal/sshdial"
)

// What a profile leaves out.
const (
	defaultTimeout   = 30 * time.Second
	defaultKeepalive = 30 * time.Second
)

// Timeout is the deadline of one exchange, by the device's profile.
func Timeout(device drivers.Device) (time.Duration, error) {
	return duration(device, "timeout", device.Profile.Timeout, defaultTimeout)
}

// Dial connects and logs in, within ctx. KindInvalid means that the Device makes no
// sense, or that its document pins no host key; KindDenied that the device shows
// another key or refuses user and password.
func Dial(ctx context.Context, device drivers.Device, timeout time.Duration) (*sshdial.Conn, error) {
	keepalive, err := duration(device, "keepalive", device.Profile.Keepalive, defaultKeepalive)
	if err != nil {
		return nil, err
	}
	conn, err := sshdial.Dial(ctx, sshdial.Target{
		Address: device.Address, HostKey: device.HostKey, Credentials: device.Credentials, Keepalive: keepalive, Patience: timeout,
	})
	if err != nil {
		return nil, OpenError(device, doorKind(err), err)
	}
	return conn, nil
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

// OpenError is an error of opening a session; what came from outside is cleaned.
func OpenError(d drivers.Device, kind drivers.Kind, err error) error {
	return &drivers.Error{Op: "open", Device: d.Name, Kind: kind, Err: errors.New(drivers.CleanWords(err.Error()))}
}

// Hanging refuses to open a device that may still take a commit of ours back; why
// it was not confirmed is empty where nobody knows.
func Hanging(d drivers.Device, until time.Time, why string) error {
	if why != "" {
		why = ": " + why
	}
	return OpenError(d, drivers.KindConflict, fmt.Errorf("a commit that was never confirmed takes itself back by %s%s", until.UTC().Format("15:04:05 UTC"), why))
}

func duration(device drivers.Device, what, text string, otherwise time.Duration) (time.Duration, error) {
	if text == "" {
		return otherwise, nil
	}
	d, err := time.ParseDuration(text)
	if err == nil && d <= 0 {
		err = fmt.Errorf("%s is not positive", text)
	}
	if err != nil {
		return 0, OpenError(device, drivers.KindInvalid, fmt.Errorf("profile %s: %w", what, err))
	}
	return d, nil
}
