package reconcile

import (
	"strings"
	"time"

	"github.com/waveplane/waveplane/models"
)

// deviceShare is one device's part of a wavelength.
type deviceShare struct {
	device  string
	acked   bool   // the device has acknowledged what this phase wants
	empty   bool   // nothing of ours is on it, nothing is being attempted
	refused string // its words about what this phase wants
	manned  bool   // refused is our own: somebody may work there
	good    bool   // its evidence for this phase says that all is well
	since   time.Time
	fault   string
	// counting is the moment from which this device can be expected to show
	// light: acknowledged, and connected since.
	counting time.Time
	lost     string // why nothing is known of it
	judged   bool   // there is evidence for this phase
	off      bool   // a person gave it up, and it does not answer
	held     kept   // why its part may not be sent
	lit      string // what it measures of a laser that it acknowledged off
	unseen   string // why such a laser is not proven off, though nothing says that it is on
}

// soakLeft is how much longer the light must stay good.
func (l *lightpath) soakLeft() time.Duration {
	left := time.Duration(0)
	for _, d := range l.devices {
		left = max(left, l.soak-l.now.Sub(d.since))
	}
	return left
}

// refusal is the first refusal among the devices: what was refused, why, in words
// for people; "" when there is none.
func (l *lightpath) refusal(what string) (models.Reason, string) {
	for _, d := range l.devices {
		switch {
		case d.refused == "":
		case d.manned:
			return models.PossiblyManned, d.device + ": " + d.refused
		default:
			return models.DeviceRejected, d.device + " refused" + what + ": " + d.refused
		}
	}
	return "", ""
}

// keptOut names the first device whose part may not be sent, and why; "" when every
// part may.
func (l *lightpath) keptOut() kept {
	for _, d := range l.devices {
		if !d.acked && d.held.why != "" {
			return kept{d.held.reason, d.device + ": " + d.held.why}
		}
	}
	return kept{}
}

func (l *lightpath) allAcked() bool {
	for _, d := range l.devices {
		if !d.acked {
			return false
		}
	}
	return true
}

func (l *lightpath) allGood() bool {
	for _, d := range l.devices {
		if !d.good {
			return false
		}
	}
	return true
}

func (l *lightpath) firstFault() string {
	for _, d := range l.devices {
		if d.fault != "" {
			return d.device + ": " + d.fault
		}
	}
	return "no evidence from " + strings.Join(l.silent(), ", ")
}

func (l *lightpath) silent() []string {
	var out []string
	for _, d := range l.devices {
		if !d.good && d.fault == "" {
			out = append(out, d.device)
		}
	}
	return out
}

func (l *lightpath) worst() string {
	if l.badHop != "" {
		return l.badHop
	}
	return l.firstFault()
}
