package cli_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/cli"
	"github.com/waveplane/waveplane/drivers/sim/gnmid"
	"github.com/waveplane/waveplane/models"
)

// saving are the dialects in which what is in effect is to be saved.
func saving(t *testing.T, do func(*testing.T, fixture)) {
	for _, f := range fixtures() {
		if f.saves {
			t.Run(f.dialect, func(t *testing.T) { do(t, f) })
		}
	}
}

// pass is a stage of a wavelength as changes.
func (f fixture) pass(on bool) drivers.Pass {
	work := f.work("circuit/alpha/1", 0)
	stage := work.First
	if on {
		stage = work.Then
	}
	p := drivers.Pass{}
	for _, o := range stage {
		p.Changes = append(p.Changes, models.Change{Owner: work.Owner, Object: o.ObjectID, After: o.Leaves})
	}
	return p
}

func (d *device) wantSaves(t *testing.T, want int, when string) {
	t.Helper()
	if got := d.face.Saves(); got != want {
		t.Errorf("%s: saved %d times, want %d", when, got, want)
	}
}

// TestSaved: what is in effect is saved once, and is there after a restart; where
// nothing changed, nothing is saved.
func TestSaved(t *testing.T) {
	saving(t, func(t *testing.T, f fixture) {
		d := start(t, f)
		s := open(t, d.Device)
		for i, on := range []bool{false, true, false, true} {
			apply(t, s, f, on)
			d.wantSaves(t, i+1, "after a change")
		}
		apply(t, s, f, true)
		d.wantSaves(t, 4, "after nothing")
		want := simulator{d}.Configuration()
		back, err := d.target.Reboot(time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		<-back
		if got := (simulator{d}).Configuration(); !bytes.Equal(got, want) {
			t.Errorf("after a restart the device has\n%s\nwant\n%s", got, want)
		}
	})
}

// TestOthersAreNotSaved: dialects that know nothing of saving leave it.
func TestOthersAreNotSaved(t *testing.T) {
	for _, f := range fixtures() {
		if f.saves {
			continue
		}
		t.Run(f.dialect, func(t *testing.T) {
			d := start(t, f)
			apply(t, open(t, d.Device), f, false)
			d.wantSaves(t, 0, "after a change")
		})
	}
}

// TestNotInEffectIsNotSaved: nothing is saved after a refusal, nor while the device
// may be taking a commit back.
func TestNotInEffectIsNotSaved(t *testing.T) {
	saving(t, func(t *testing.T, f fixture) {
		d := start(t, f)
		s := open(t, d.Device)
		p := f.pass(false)
		if err := (simulator{d}).Refuse(p.Changes[0].Object, "the module does not take it"); err != nil {
			t.Fatal(err)
		}
		_, err := s.Apply(t.Context(), p)
		wantKind(t, err, drivers.KindRejected, "does not take it")
		d.wantSaves(t, 0, "after a refusal")
		(simulator{d}).Heal()
		if err := (simulator{d}).inject(gnmid.Fault{Kind: gnmid.FaultIgnore}); err != nil {
			t.Fatal(err)
		}
		_, err = s.Apply(t.Context(), p)
		wantKind(t, err, drivers.KindOutcomeUnknown, "but not shown")
		d.wantSaves(t, 0, "after what is not confirmed")
	})
}

// TestUnsaved: a device that does not save is told of and asked again, over another
// session too. The change is as good as any.
func TestUnsaved(t *testing.T) {
	saving(t, func(t *testing.T, f fixture) {
		d := start(t, f)
		var log bytes.Buffer
		d.Log = slog.New(slog.NewTextHandler(&log, nil))
		driver := &cli.Driver{Armed: armed}
		once := func(on bool) {
			t.Helper()
			s, err := driver.Open(t.Context(), d.Device)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			result, err := s.Apply(t.Context(), f.pass(on))
			if err != nil || len(result.Applied) != 1 {
				t.Fatalf("%+v, %v", result, err)
			}
		}
		const words = "no space left on device"
		d.face.RefuseSaves(f.complaint + words)
		once(false)
		if said := log.String(); !strings.Contains(said, "device=router") || !strings.Contains(said, words) {
			t.Errorf("the log says %q", said)
		}
		d.face.RefuseSaves("")
		once(false) // nothing else to do
		d.wantSaves(t, 1, "once the device saves again")
		once(false)
		d.wantSaves(t, 1, "with nothing left to save")
		d.face.RefuseSaves(f.complaint + words)
		once(true)
		d.face.RefuseSaves("")
		once(false)
		d.wantSaves(t, 3, "by the next session, and with its change")
	})
}

// TestAnEarlierProcessDidNotSave: what an earlier process may have put into effect and
// not saved is saved once by the first session, and never where only is looked.
func TestAnEarlierProcessDidNotSave(t *testing.T) {
	saving(t, func(t *testing.T, f fixture) {
		d := start(t, f)
		d.Unanswered = time.Now().Add(-time.Hour)
		driver := &cli.Driver{Armed: armed}
		opens := func(manage bool) {
			t.Helper()
			device := d.Device
			device.Manage = manage
			s, err := driver.Open(t.Context(), device)
			if err != nil {
				t.Fatal(err)
			}
			_ = s.Close()
		}
		opens(false)
		d.wantSaves(t, 0, "by who only looks")
		opens(true)
		opens(true)
		d.wantSaves(t, 1, "once")
	})
}
