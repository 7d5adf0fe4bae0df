package drivertest

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models"
)

// patience is how long the suite waits for something that must happen.
const patience = 20 * time.Second

// properties is the suite, in the order of a device's life.
var properties = []struct {
	name string
	hold func(*rig)
}{
	{"ObserveChangesNothing", observeChangesNothing},
	{"ApplyThenObserve", applyThenObserve},
	{"ApplyAgainSendsNothing", applyAgainSendsNothing},
	{"AdvanceThenObserve", advanceThenObserve},
	{"RemoveLeavesTheDeviceAsItWas", removeLeavesTheDeviceAsItWas},
	{"DeleteOfTheAbsentSendsNothing", deleteOfTheAbsentSendsNothing},
	{"OnePassIsOneWrite", onePassIsOneWrite},
	{"EmptyPassSendsNothing", emptyPassSendsNothing},
	{"UnitsSurvive", unitsSurvive},

	{"OutOfBandEditIsSeen", outOfBandEditIsSeen},
	{"ApplyMendsAnOutOfBandEdit", applyMendsAnOutOfBandEdit},
	{"WatchIsFullThenNews", watchIsFullThenNews},
	{"WatchEndsWithItsContext", watchEndsWithItsContext},
	{"WatchBreaksWithTheDevice", watchBreaksWithTheDevice},
	{"SampleStreams", sampleStreams},
	{"ImpatienceDisturbsNoChange", impatienceDisturbsNoChange},
	{"SampleEndsAndTheSessionLives", sampleEndsAndTheSessionLives},
	{"MeasureTellsWhatObserveTells", measureTellsWhatObserveTells},

	{"RefusalNamesOwnerAndWords", refusalNamesOwnerAndWords},
	{"UnsupportedSendsNothing", unsupportedSendsNothing},
	{"InvalidSendsNothing", invalidSendsNothing},
	{"ObservedDeviceIsNeverWritten", observedDeviceIsNeverWritten},
	{"PreviewSendsNothing", previewSendsNothing},
	{"LaterTermWins", laterTermWins},

	{"CancelMidApplyThenConverge", cancelMidApplyThenConverge},
	{"CancelBeforeApplySendsNothing", cancelBeforeApplySendsNothing},
	{"CutMidApplyThenConverge", cutMidApplyThenConverge},
	{"LostReplyIsOutcomeUnknown", lostReplyIsOutcomeUnknown},
	{"DeadlineIsHonoured", deadlineIsHonoured},
	{"TwoSessionsAtOnce", twoSessionsAtOnce},

	{"BadCredentialsAreDenied", badCredentialsAreDenied},
	{"NoCredentialsAreDenied", noCredentialsAreDenied},
	{"UnreachableIsSaid", unreachableIsSaid},
	{"ClosedSessionIsUnreachable", closedSessionIsUnreachable},
	{"CloseBreaksOffWhatIsUnderWay", closeBreaksOffWhatIsUnderWay},
}

// Run holds the driver to every property. After each, no goroutine is left and
// the secret stands in no error and no log line.
func Run(t *testing.T, h Harness) {
	for _, p := range properties {
		t.Run(p.name, func(t *testing.T) {
			before := goleak.IgnoreCurrent()
			t.Cleanup(func() { goleak.VerifyNone(t, before) })
			r := &rig{T: t, driver: h.Driver, target: h.Start(t), said: &record{}}
			r.target.Device.Log = slog.New(slog.NewTextHandler(r.said, &slog.HandlerOptions{Level: slog.LevelDebug}))
			t.Cleanup(func() {
				if r.target.Secret == "" {
					t.Error("the harness gives no secret to look for")
				} else if strings.Contains(r.said.String(), r.target.Secret) {
					t.Errorf("the secret stands in an error or a log line:\n%s", r.said)
				}
			})
			p.hold(r)
		})
	}
}

// rig is one property under test.
type rig struct {
	*testing.T
	driver drivers.Driver
	target Target
	said   *record // all errors and log lines
}

// record gathers text from several goroutines.
type record struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// context ends with the property, and before a hang would be mistaken for work.
func (r *rig) context() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	r.Cleanup(cancel)
	return ctx
}

// open opens a session that is closed before the device goes away.
func (r *rig) open() drivers.Session {
	r.Helper()
	s, err := r.driver.Open(r.context(), r.target.Device)
	if err != nil {
		r.Fatalf("open: %v", r.note(err))
	}
	r.Cleanup(func() {
		if err := s.Close(); err != nil {
			r.Errorf("close: %v", err)
		}
	})
	return s
}

// note keeps an error's text for the search for secrets.
func (r *rig) note(err error) error {
	if err != nil {
		fmt.Fprintf(r.said, "%v %+v\n", err, err)
	}
	return err
}

func pass(changes ...[]models.Change) drivers.Pass {
	p := drivers.Pass{ID: "conformance", Term: drivers.Term{Incarnation: 1, Revision: 7}}
	for _, c := range changes {
		p.Changes = append(p.Changes, c...)
	}
	return p
}

// apply applies what must succeed.
func (r *rig) apply(s drivers.Session, p drivers.Pass) drivers.Result {
	r.Helper()
	result, err := s.Apply(r.context(), p)
	if err != nil {
		r.Fatalf("apply: %v", r.note(err))
	}
	return result
}

// observe reads what must be readable.
func (r *rig) observe(s drivers.Session) models.State {
	r.Helper()
	state, err := s.Observe(r.context())
	if err != nil {
		r.Fatalf("observe: %v", r.note(err))
	}
	return state
}

// wantThere checks that the device has the objects with exactly these values
// for the leaves that are ours.
func (r *rig) wantThere(state models.State, objects []models.Object) {
	r.Helper()
	for _, o := range objects {
		if diff := cmp.Diff(o.Leaves, state.Objects[o.ObjectID].Restrict(o.Leaves)); diff != "" {
			r.Errorf("%v: wanted and observed differ (-want +got):\n%s", o.ObjectID, diff)
		}
	}
}

func (r *rig) wantKind(err error, kinds ...drivers.Kind) {
	r.Helper()
	r.note(err)
	for _, k := range kinds {
		if drivers.KindOf(err) == k {
			return
		}
	}
	r.Errorf("error %v is of kind %q, want %v", err, drivers.KindOf(err), kinds)
}

// wantWrites checks how many writes the device has seen since before.
func (r *rig) wantWrites(before, want int) {
	r.Helper()
	if got := r.target.Simulator.Writes() - before; got != want {
		r.Errorf("the device saw %d writes, want %d", got, want)
	}
}

// must fails the property when the simulator cannot do as told.
func (r *rig) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatalf("simulator: %v", err)
	}
}
