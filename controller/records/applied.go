package records

import (
	"time"

	"github.com/waveplane/waveplane/models"
)

// Applied is what one owner has on one device: what the device acknowledged,
// and what is being attempted.
type Applied struct {
	Acked   *Image   `json:"acked,omitempty"`
	Attempt *Attempt `json:"attempt,omitempty"`
	Refused *Refused `json:"refused,omitempty"`
	// Original holds what shared objects carried before Waveplane first wrote
	// to them, so that removal can give it back.
	Original map[models.ObjectID]models.Leaves `json:"original,omitempty"`
	// Left names a wavelength that is gone while the device was written off: what is
	// recorded here was never taken off it.
	Left string `json:"left,omitempty"`
}

// Image is a fragment at one point of a wavelength's life.
type Image struct {
	Objects     []models.Object `json:"objects"`
	Digest      string          `json:"digest"`
	DecisionRev int64           `json:"decisionRev"`
	Phase       PhaseName       `json:"phase"`
	Step        int             `json:"step,omitempty"`
	Renderer    string          `json:"renderer"` // version of the rendering
	At          time.Time       `json:"at"`       // when it was attempted, and then when it was acknowledged
}

// Acknowledged is the image that an attempt leaves behind once the device shows it.
func (a *Attempt) Acknowledged(at time.Time) *Image {
	image := a.Image
	image.At = at
	return &image
}

// Attempt is a fragment on its way to the device.
type Attempt struct {
	Image
	Pass string `json:"pass"`
	Term int64  `json:"term"`
}

// Refused is a fragment the device would not take, or that is not sent again
// before a person asks for it.
type Refused struct {
	Digest string        `json:"digest"`
	Words  string        `json:"words"`
	At     time.Time     `json:"at"`
	Phase  PhaseName     `json:"phase"`
	Reason models.Reason `json:"reason,omitempty"` // empty: the device's own refusal
}

// Observed is what was last seen of one owner's leaves on one device, with the
// drift that follows from it.
type Observed struct {
	At    time.Time          `json:"at"`
	Drift []models.DriftItem `json:"drift,omitempty"`
}

// Unreachable is the kind of a device that answers nothing at all, as drivers name it;
// of all other kinds something is there.
const Unreachable = "Unreachable"

// DeviceHealth is the device's own record under observed/<device>/.rest.
type DeviceHealth struct {
	Reachable bool            `json:"reachable"`
	Since     time.Time       `json:"since"`
	Kind      string          `json:"kind,omitempty"` // error kind when not reachable
	Message   string          `json:"message,omitempty"`
	Identity  models.Identity `json:"identity"`
	Rest      string          `json:"rest,omitempty"`
	// Foreign lists objects found that carry Waveplane's name but stand in no
	// record.
	Foreign []models.DriftItem `json:"foreign,omitempty"`
}

// Evidence is what one device says about one owner in the current phase.
type Evidence struct {
	DecisionRev int64        `json:"decisionRev"`
	Phase       PhaseName    `json:"phase"`
	Step        int          `json:"step,omitempty"`
	Session     string       `json:"session"` // evidence of another session does not count
	ReadBack    bool         `json:"readBack"`
	OKSince     *time.Time   `json:"okSince,omitempty"` // light good without a break since
	Hops        []HopReading `json:"hops,omitempty"`
	End         *EndReading  `json:"end,omitempty"`
	Fault       string       `json:"fault,omitempty"` // first thing that is not as it should be, for people
}
