package records

import (
	"time"

	"github.com/waveplane/waveplane/models"
)

// PhaseName is a station in the life of a wavelength.
type PhaseName string

// The phases:
//
//	Planned → Dark → Launch → Open → Verify → InService
//	Planned | Dark → Remove → Gone
//	Launch | Open | Verify | Held | InService → Drain → Remove → Gone
//	Dark –rejected→ Undo → Failed → Gone
//	Launch | Open | Verify –not verified→ Held
//	any undo –impossible→ Stuck
const (
	PhasePlanned   PhaseName = "Planned"   // everything reserved, nothing sent
	PhaseDark      PhaseName = "Dark"      // tuned and mapped, laser off, media channels blocked
	PhaseLaunch    PhaseName = "Launch"    // laser on into the blocked add port
	PhaseOpen      PhaseName = "Open"      // media channels opened one by one; Step counts
	PhaseVerify    PhaseName = "Verify"    // light judged at every hop and at both ends
	PhaseInService PhaseName = "InService" // carries traffic; only retiring leaves it
	PhaseHeld      PhaseName = "Held"      // light on, not verified, reservation kept
	PhaseDrain     PhaseName = "Drain"     // clients to maintenance, add port blocked, laser off; Step counts
	PhaseRemove    PhaseName = "Remove"    // what is ours is deleted
	PhaseUndo      PhaseName = "Undo"      // Dark was refused: what was taken elsewhere is deleted
	PhaseFailed    PhaseName = "Failed"    // nothing left on devices
	PhaseGone      PhaseName = "Gone"      // nothing left on devices; the planner frees the reservation
	PhaseStuck     PhaseName = "Stuck"     // something is left that could not be removed
)

// Phase is where a wavelength is and why. One small put per step.
type Phase struct {
	Name        PhaseName     `json:"name"`
	Step        int           `json:"step,omitempty"` // within Open and Drain
	DecisionRev int64         `json:"decisionRev"`
	Since       time.Time     `json:"since"`
	Reason      models.Reason `json:"reason,omitempty"`
	Message     string        `json:"message,omitempty"`
	// FailedAt is when it first left the good path; nil while it is on it. It
	// tells which retry came after the failure.
	FailedAt *time.Time `json:"failedAt,omitempty"`
	// Again says of Drain and Undo that they are on behalf of a retry, and lead back to Dark.
	Again bool `json:"again,omitempty"`
	// Residue names exactly what is left on devices when Stuck.
	Residue []string `json:"residue,omitempty"`
	// Acceptance is kept from Verify on.
	Acceptance *Acceptance `json:"acceptance,omitempty"`
}

// Lit reports whether light may be on in the phase.
func (p PhaseName) Lit() bool {
	switch p {
	case PhaseLaunch, PhaseOpen, PhaseVerify, PhaseInService, PhaseHeld, PhaseDrain, PhaseStuck:
		return true
	}
	return false
}

// Ended reports whether nothing is left on devices.
func (p PhaseName) Ended() bool { return p == PhaseGone || p == PhaseFailed }

// Acceptance is the proof that a wavelength's light is as predicted.
type Acceptance struct {
	At         time.Time     `json:"at"`
	Readings   []HopReading  `json:"readings"`
	Ends       [2]EndReading `json:"ends"`
	Neighbours []Neighbour   `json:"neighbours,omitempty"`
	SoakS      float64       `json:"soakSeconds"`
	Predicted  models.Ratio  `json:"predictedMargin"`
	Estimator  string        `json:"estimator"`
	ApprovedBy string        `json:"approvedBy,omitempty"`
	Generation int64         `json:"generation"`
}

// HopReading is a hop with what was measured there.
type HopReading struct {
	Hop
	Measured *models.Power `json:"measured,omitempty"`
	Verdict  string        `json:"verdict"` // ok | low | high | none
}

// EndReading is what a receiver said at acceptance.
type EndReading struct {
	Device    string            `json:"device"`
	Port      string            `json:"port"`
	Frequency *models.Frequency `json:"frequency,omitempty"`
	Mode      *uint16           `json:"mode,omitempty"`
	TxPower   *models.Power     `json:"txPower,omitempty"`
	RxPower   *models.Power     `json:"rxPower,omitempty"`
	PreFecBer *float64          `json:"preFecBer,omitempty"`
	Q         *models.Ratio     `json:"q,omitempty"`
	QMargin   *models.Ratio     `json:"qMargin,omitempty"`
	Osnr      *models.Ratio     `json:"osnr,omitempty"`
}

// Neighbour is the change a lit channel saw when this one was added.
type Neighbour struct {
	Wavelength string       `json:"wavelength"`
	QBefore    models.Ratio `json:"qBefore"`
	QAfter     models.Ratio `json:"qAfter"`
}
