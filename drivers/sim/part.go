package sim

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/waveplane/waveplane/drivers/sim/gnmid"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models/catalogue"
)

// part is one side of a device: its coherent ports, its wavelength switch, its
// amplifiers. A device has one or more. Validate and commit are called one
// after the other; show may be called at the same time as they are.
type part interface {
	// startup adds the configuration that the device starts with.
	startup(leaves map[string]string)
	// fixed adds the state that never changes.
	fixed(leaves map[string]string)
	// validate refuses a client's transaction in the words of a device.
	validate(tx *gnmid.Tx, changes []gnmid.Change) error
	// commit makes the light follow what is now in force.
	commit(changes []gnmid.Change)
	// show adds the readings of now. With noise, only those that move by
	// themselves are wanted.
	show(s *sheet, noise bool)
	// ours tells the controller's configuration from everybody else's.
	ours(path []gnmid.Step) bool
}

// sheet is what a part has to say.
type sheet struct {
	leaves map[string]string
	// gone lists places whose state is to be removed; forgotten those whose
	// entries went with their configuration and may have come anew.
	gone, forgotten []string
}

// device is one box of the laboratory.
type device struct {
	name    string
	spec    *intents.DeviceSpec
	profile catalogue.Profile
	lab     *Lab
	target  *gnmid.Target
	hostKey string // of a device with a command line
	parts   []part

	shown map[string]gnmid.Reading // what show said last; guarded by the publisher
	lit   bool                     // some reading moves by itself
	away  atomic.Bool              // told to be unreachable
}

func (d *device) validate(tx *gnmid.Tx) error {
	changes := tx.Changes()
	for _, p := range d.parts {
		if err := p.validate(tx, changes); err != nil {
			return err
		}
	}
	return nil
}

func (d *device) commit(tx *gnmid.Tx) {
	changes := tx.Changes()
	for _, p := range d.parts {
		p.commit(changes)
	}
	d.lab.stir(d.name)
}

// publish brings the state leaves up to date. Only what differs from what was
// said last goes out.
func (d *device) publish(noise bool) {
	s := sheet{leaves: map[string]string{}}
	if !noise { // all is said anew
		s.leaves = make(map[string]string, len(d.shown))
	}
	for _, p := range d.parts {
		p.show(&s, noise)
	}
	for _, place := range append(s.gone, s.forgotten...) {
		maps.DeleteFunc(d.shown, func(path string, _ gnmid.Reading) bool { return strings.HasPrefix(path, place) })
	}
	if len(s.gone) > 0 {
		if err := d.target.DeleteState(s.gone...); err != nil {
			d.lab.log.Error("state cannot be removed", "device", d.name, "err", err)
		}
	}
	if !noise {
		d.lit = false
	}
	var news []gnmid.Reading
	for path, value := range s.leaves {
		d.lit = d.lit || moves(path, value)
		last, known := d.shown[path]
		if known && last.Value == value {
			continue
		}
		if !known {
			ref, err := d.target.Ref(path)
			if err != nil {
				d.lab.log.Error("readings cannot be published", "device", d.name, "err", err)
				continue
			}
			last.Ref = ref
		}
		last.Value = value
		d.shown[path] = last
		news = append(news, last)
	}
	if len(news) == 0 {
		return
	}
	if err := d.target.Publish(news); err != nil {
		d.lab.log.Error("readings cannot be published", "device", d.name, "err", err)
	}
}

// moves reports whether a reading carries noise: a power that is not "down".
func moves(path, value string) bool {
	return strings.HasSuffix(path, "/instant") && value != downPower && value != "0"
}

// foreign returns the configuration that is not the controller's, one leaf a
// line.
func (d *device) foreign() []byte {
	return d.target.Snapshot(func(at []gnmid.Step) bool {
		return !slices.ContainsFunc(d.parts, func(p part) bool { return p.ours(at) })
	})
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// downPower is how these devices show that there is no light.
const downPower = "-40.00"

// dbm writes a power; no light is shown as the vendor does.
func dbm(v float64) string {
	if math.IsNaN(v) || v < -40 {
		return downPower
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

// decibel writes a ratio; none is shown as 0.
func decibel(v float64) string {
	if math.IsNaN(v) {
		return "0"
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

// ratio writes a bit error ratio with all the digits of its type.
func ratio(v float64) string {
	if math.IsNaN(v) {
		return "0"
	}
	return strconv.FormatFloat(v, 'f', 18, 64)
}
