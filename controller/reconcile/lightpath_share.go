package reconcile

import (
	"strings"
	"time"
)

// deviceShare is one device's part of a wavelength.
type deviceShare struct {
	device  string
	acked   bool   // the device has acknowledged what this phase wants
	empty   bool   // nothing of ours is on it, nothing is being attempted
	refused string // its words about what this phase wants
	good    bool   // its evidence for this phase says that all is well
	since   time.Time
	fault   string
	// counting is the moment from which this device can be expected to show
	// light: acknowledged, and connected since.
	counting time.Time
	lost     string // why nothing is known of it
	judged   bool   // there is evidence for this phase
	held     string // why its part may not be sent
}

// soakLeft is how much longer the light must stay good.
func (l *lightpath) soakLeft() time.Duration {
	left := time.Duration(0)
	for _, d := range l.devices {
		left = max(left, l.soak-l.now.Sub(d.since))
	}
	return left
}

func (l *lightpath) refusal() (device, words string) {
	for _, d := range l.devices {
		if d.refused != "" {
			return d.device, d.refused
		}
	}
	return "", ""
}

// keptOut names the first device whose part may not be sent, and why.
func (l *lightpath) keptOut() string {
	for _, d := range l.devices {
		if !d.acked && d.held != "" {
			return d.device + ": " + d.held
		}
	}
	return ""
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
