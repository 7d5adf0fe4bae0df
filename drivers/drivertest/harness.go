package drivertest

import (
	"testing"
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models"
)

// Harness is what the author of a driver fills in.
type Harness struct {
	Driver drivers.Driver
	// Start makes a device that nobody has touched yet. What it starts has to
	// be gone when the test's cleanups have run; goroutines that outlive them
	// are reported as leaks.
	Start func(t *testing.T) Target
}

// Target is a running device and what may be done to it.
type Target struct {
	// Device opens a session that may write. Its Credentials give Secret as
	// the password. The suite sets Log.
	Device drivers.Device
	Secret string
	// Alpha and Beta are what two owners want on the device. They share no
	// object, and either can be applied without the other.
	Alpha, Beta Work
	Simulator   Simulator
	// Odd are settings that only a driver with exact units brings across, as far
	// as the device can take them: a frequency and a power. The zero value stands
	// for 193.106251 THz and -10.37 dBm.
	Odd Odd
	// Fragile sessions end with an exchange that was broken off: a command line
	// cannot tell the late answer from the next one.
	Fragile bool
	// Stepwise says that the device has no transaction: every setting is a write of
	// its own and takes effect at once.
	Stepwise bool
	// Nameless objects carry no name of their owner: the driver takes what differs
	// from what a change knows (Before) for somebody else's, and leaves it.
	Nameless bool
	// OpenDoor devices let anybody in.
	OpenDoor bool
	// Edit is a leaf of Alpha that another user could set, and another value for it.
	// The zero value takes a frequency, a power or a gain.
	Edit Edit
	// TakesBack says that the device undoes a commit that nobody confirmed when
	// the connection goes.
	TakesBack bool
}

// Odd is see Target.Odd.
type Odd struct {
	Frequency models.Frequency // of a media channel its lower edge
	Width     models.Frequency // of a media channel; zero: 87.501 GHz
	Power     models.Power
}

// Edit is see Target.Edit.
type Edit struct {
	Object models.ObjectID
	Leaf   models.LeafName
	Value  string
}

// Work is what one owner wants, in two stages that follow each other as dark
// and lit do. Both hold the same objects.
type Work struct {
	Owner       string
	First, Then []models.Object
	// Unsupported is a change that the device's profile rules out.
	Unsupported *models.Object
}

// Simulator is the other side's view of the device, and the means to make it
// misbehave. None of it goes through the driver.
type Simulator interface {
	// Configuration is all that is configured, as bytes that are equal when
	// the configuration is.
	Configuration() []byte
	// Writes counts the requests so far that changed or could have changed
	// the configuration.
	Writes() int
	// Commands counts the commands so far that belong to configuring, whether they
	// were understood, refused or came to nothing: also a lock, a commit, the way
	// into configuration mode.
	Commands() int
	// Tamper sets one leaf as another user of the device would.
	Tamper(id models.ObjectID, leaf models.LeafName, value string) error
	// Refuse makes the device refuse writes that touch the object, in these
	// words followed or preceded by whatever it says of the place.
	Refuse(id models.ObjectID, words string) error
	// Stall makes the device wait before each answer, StallWrites before the
	// answer to a write only.
	Stall(d time.Duration) error
	StallWrites(d time.Duration) error
	// CutBefore breaks the connection once when a write arrives, before it
	// has any effect.
	CutBefore() error
	// CutAfter breaks the connection once when a write has taken effect,
	// before the answer.
	CutAfter() error
	// Heal takes all misbehaviour back.
	Heal()
	// Stop takes the device off the network for good.
	Stop()
}

// changes turns what is wanted into changes from what was there before.
func changes(owner string, before, after []models.Object) []models.Change {
	var list []models.Change
	had := map[models.ObjectID]models.Leaves{}
	for _, o := range before {
		had[o.ObjectID] = o.Leaves
	}
	for _, o := range after {
		list = append(list, models.Change{Owner: owner, Object: o.ObjectID, Before: had[o.ObjectID], After: o.Leaves})
		delete(had, o.ObjectID)
	}
	for _, o := range before {
		if leaves, left := had[o.ObjectID]; left {
			list = append(list, models.Change{Owner: owner, Object: o.ObjectID, Before: leaves})
		}
	}
	return list
}

func (w Work) create() []models.Change  { return changes(w.Owner, nil, w.First) }
func (w Work) advance() []models.Change { return changes(w.Owner, w.First, w.Then) }
func (w Work) remove() []models.Change  { return changes(w.Owner, w.Then, nil) }
