package tl1_test

import (
	"context"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/drivertest/wire"
	"github.com/waveplane/waveplane/drivers/tl1"
	"github.com/waveplane/waveplane/models"
)

// TestSilentSwitchIsLeft: a switch that is gone without a word is found so by the sign
// of life that it does not give, whatever it speaks; closing does not wait for it.
func TestSilentSwitchIsLeft(t *testing.T) {
	for _, f := range fixtures() {
		t.Run(f.dialect, func(t *testing.T) {
			before := goleak.IgnoreCurrent()
			t.Cleanup(func() { goleak.VerifyNone(t, before) })
			d := start(t, f)
			between := wire.New(t, d.Address)
			d.Address = between.Address
			d.Profile.Keepalive, d.Profile.Timeout = "50ms", "700ms"
			s, err := (&tl1.Driver{}).Open(t.Context(), d.Device)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			ctx, stop := context.WithTimeout(t.Context(), soon)
			defer stop()
			err = s.(drivers.Watcher).Watch(ctx, time.Hour, func(models.Delta) { between.Cut() })
			wantKind(t, err, drivers.KindUnreachable, "the device ")
			if ctx.Err() != nil {
				t.Errorf("the watch went on although the device is silent: %v", err)
			}
			began := time.Now()
			_ = s.Close() // what it says of a peer that is gone does not matter
			if took := time.Since(began); took > time.Second {
				t.Errorf("Close waited %s for a peer that is gone", took)
			}
		})
	}
}
