package ocmap

import (
	"strconv"
	"strings"

	"github.com/waveplane/waveplane/models"
)

// The functions below turn a setter of one field into a row of the table: they
// find the reading that the leaf belongs to, stamp it and note it as news.

func channelLeaf(set func(*models.ChannelReading, *View, Scalar)) func(*View, []string, Scalar) {
	return func(v *View, keys []string, s Scalar) {
		v.setChannel(keys[0], func(r *models.ChannelReading) { set(r, v, s) })
	}
}

func (v *View) setChannel(name string, set func(*models.ChannelReading)) {
	r, known := v.readings.Channels[name]
	if !known {
		for _, l := range v.lanes {
			if l.channel == name {
				r.RxTotal, r.LossOfSignal, r.LaserOn = l.total, l.los, l.laser
			}
		}
	}
	set(&r)
	r.At = v.Now
	v.readings.Channels = put(v.readings.Channels, name, r)
	v.news.Channels = put(v.news.Channels, name, r)
}

func laneLeaf(set func(*lane, *View, Scalar)) func(*View, []string, Scalar) {
	return func(v *View, keys []string, s Scalar) {
		key := ObjectKey(models.KindLaser, keys)
		l := v.lanes[key]
		if l == nil {
			l = &lane{channel: v.channelByName(keys[0], keys[1])}
			v.lanes[key] = l
		}
		set(l, v, s)
		if _, known := v.readings.Channels[l.channel]; known {
			v.setChannel(l.channel, func(r *models.ChannelReading) {
				r.RxTotal, r.LossOfSignal, r.LaserOn = l.total, l.los, l.laser
			})
		}
	}
}

// channelByName derives the optical channel that a transceiver's lane carries
// from the profile's name templates, for devices that do not tell.
func (v *View) channelByName(transceiver, index string) string {
	names := v.profile.Names
	if index != strconv.Itoa(names.PhysicalChannel) {
		return ""
	}
	for _, hole := range []string{"{port}", "{bare}"} {
		before, after, ok := strings.Cut(names.Transceiver, hole)
		if !ok || !strings.Contains(names.OpticalChannel, hole) {
			continue
		}
		port, ok := strings.CutPrefix(transceiver, before)
		if !ok {
			continue
		}
		if port, ok = strings.CutSuffix(port, after); ok {
			return strings.ReplaceAll(names.OpticalChannel, hole, port)
		}
	}
	return ""
}

func logicalLeaf(set func(*models.LogicalReading, *View, Scalar)) func(*View, []string, Scalar) {
	return func(v *View, keys []string, s Scalar) {
		r := v.readings.Logical[keys[0]]
		set(&r, v, s)
		r.At = v.Now
		v.readings.Logical = put(v.readings.Logical, keys[0], r)
		v.news.Logical = put(v.news.Logical, keys[0], r)
	}
}

func mediaLeaf(set func(*models.MediaReading, *View, Scalar)) func(*View, []string, Scalar) {
	return func(v *View, keys []string, s Scalar) {
		r := v.readings.Media[keys[0]]
		set(&r, v, s)
		r.At = v.Now
		v.readings.Media = put(v.readings.Media, keys[0], r)
		v.news.Media = put(v.news.Media, keys[0], r)
	}
}

func amplifierLeaf(set func(*models.AmplifierReading, *View, Scalar)) func(*View, []string, Scalar) {
	return func(v *View, keys []string, s Scalar) {
		r := v.readings.Amplifiers[keys[0]]
		set(&r, v, s)
		r.At = v.Now
		v.readings.Amplifiers = put(v.readings.Amplifiers, keys[0], r)
		v.news.Amplifiers = put(v.news.Amplifiers, keys[0], r)
	}
}

func portLeaf(set func(*models.PortReading, *View, Scalar)) func(*View, []string, Scalar) {
	return func(v *View, keys []string, s Scalar) {
		r := v.readings.Ports[keys[0]]
		set(&r, v, s)
		r.At = v.Now
		v.readings.Ports = put(v.readings.Ports, keys[0], r)
		v.news.Ports = put(v.news.Ports, keys[0], r)
	}
}

func interfaceLeaf(set func(*models.InterfaceReading, *View, Scalar)) func(*View, []string, Scalar) {
	return func(v *View, keys []string, s Scalar) {
		r := v.readings.Interfaces[keys[0]]
		set(&r, v, s)
		r.At = v.Now
		v.readings.Interfaces = put(v.readings.Interfaces, keys[0], r)
		v.news.Interfaces = put(v.news.Interfaces, keys[0], r)
	}
}

// identityLeaf keeps what components say of themselves; the chassis speaks for
// the device.
func identityLeaf(set func(*models.Identity, string)) func(*View, []string, Scalar) {
	return func(v *View, keys []string, s Scalar) {
		if !s.isText() {
			v.Ignored++
			return
		}
		if WithoutModule(s.text) == "CHASSIS" && string(v.at.schema) == ComponentPath+"/state/type" {
			v.chassis, v.identityKnown = keys[0], true
		}
		if v.chassis != "" && v.chassis != keys[0] {
			return
		}
		i := v.identity[keys[0]]
		set(&i, s.text)
		if i == (models.Identity{}) {
			return
		}
		v.identity[keys[0]] = i
		if keys[0] == v.chassis {
			v.identityKnown = true
		}
	}
}

func setMonitorPort(v *View, keys []string, s Scalar) {
	if !s.isText() {
		v.Ignored++
		return
	}
	v.ports[keys[0]] = s.text
	v.seenTouched = true
}

func setSpectrum(v *View, keys []string, s Scalar) {
	lower, upper := frequencyOf(Scalar{formText, keys[1]}, models.MHz), frequencyOf(Scalar{formText, keys[2]}, models.MHz)
	if lower == nil || upper == nil || *lower >= *upper {
		v.Ignored++
		return
	}
	spans := v.spectrum[keys[0]]
	if spans == nil {
		spans = map[span]seen{}
		v.spectrum[keys[0]] = spans
	}
	at := span{*lower, *upper}
	if _, had := spans[at]; !had {
		// Samples do not tell what has gone. What was seen earlier across this
		// stretch was of a channel that was here before.
		for old, was := range spans {
			if old.overlaps(at) && was.at.Before(v.Now) {
				v.forgetSpan(keys[0], old)
			}
		}
		if !v.room() {
			return
		}
	}
	spans[at] = seen{lightOr(v, "power", s), v.Now}
	v.seenTouched = true
}

func (v *View) forgetSpan(monitor string, at span) {
	if _, had := v.spectrum[monitor][at]; had {
		delete(v.spectrum[monitor], at)
		v.leaves--
		v.seenTouched = true
	}
}

// forgetSlot forgets what was seen in the slot of a media channel that goes.
func (v *View) forgetSlot(leaves models.Leaves) {
	slot, ok := slotOf(leaves)
	if !ok {
		return
	}
	for monitor, spans := range v.spectrum {
		if v.ports[monitor] != leaves[models.LeafDest] {
			continue
		}
		for at := range spans {
			if at.overlaps(slot) {
				v.forgetSpan(monitor, at)
			}
		}
	}
}

func slotOf(leaves models.Leaves) (span, bool) {
	lower, err := models.ParseFrequency(leaves[models.LeafLower])
	if err != nil {
		return span{}, false
	}
	upper, err := models.ParseFrequency(leaves[models.LeafUpper])
	return span{lower, upper}, err == nil
}

// measureMedia gives each media channel the power that the channel monitor at
// its destination saw where the two overlap most. The monitor's slots need not
// have the edges of ours.
func (v *View) measureMedia() {
	for id, e := range v.entries {
		if id.Kind != models.KindMediaChannel {
			continue
		}
		power, seen := v.powerAt(e.leaves)
		r, known := v.readings.Media[id.Key]
		if !seen && (!known || r.Power == nil) {
			continue
		}
		r.Power, r.At = power, v.Now
		v.readings.Media = put(v.readings.Media, id.Key, r)
		v.news.Media = put(v.news.Media, id.Key, r)
	}
}

func (v *View) powerAt(leaves models.Leaves) (power *models.Power, seen bool) {
	slot, ok := slotOf(leaves)
	if !ok {
		return nil, false
	}
	most := models.Frequency(0)
	for monitor, spans := range v.spectrum {
		if port := v.ports[monitor]; port != leaves[models.LeafDest] {
			continue
		}
		for at, is := range spans {
			if common := min(at.upper, slot.upper) - max(at.lower, slot.lower); common > most {
				most, power, seen = common, is.power, true
			}
		}
	}
	return power, seen
}

// reducedBy is how far below its target the gain of an amplifier has to lie to
// count as held down. Saturation costs an amplifier a few dB; automatic power
// reduction costs it ten and more.
const reducedBy models.Ratio = 600

// noteReduction tells of amplifiers whose output is held down. OpenConfig has no
// leaf for it; it shows as a gain far below the target while there is light to
// amplify. Where that cannot be told it stays unknown.
func (v *View) noteReduction() {
	for name, r := range v.readings.Amplifiers {
		reduced := v.reduced(name, r)
		if reduced == r.Reduced || reduced != nil && r.Reduced != nil && *reduced == *r.Reduced {
			continue
		}
		r.Reduced = reduced
		v.readings.Amplifiers[name] = r
		v.news.Amplifiers = put(v.news.Amplifiers, name, r)
	}
}

func (v *View) reduced(name string, r models.AmplifierReading) *bool {
	e := v.entries[models.ObjectID{Kind: models.KindAmplifier, Key: name}]
	if e == nil || e.leaves[models.LeafAmpMode] != "CONSTANT_GAIN" || e.leaves[models.LeafEnabled] == "false" {
		return nil
	}
	target, err := models.ParseRatio(e.leaves[models.LeafTargetGain])
	if err != nil || r.Gain == nil || r.Input == nil || *r.Input <= models.PowerOff {
		return nil
	}
	reduced := *r.Gain < target-reducedBy
	return &reduced
}

// removeReadings forgets the readings of list entries that the device deleted
// and blanks them for those who already know them.
func (v *View) removeReadings(schema string, keys []string) {
	if len(keys) == 0 || keys[0] == Wildcard {
		return
	}
	switch key := keys[0]; {
	case Covers(schema, LogicalPath+"/state/link-state"):
		if _, known := v.readings.Logical[key]; known {
			delete(v.readings.Logical, key)
			v.news.Logical = put(v.news.Logical, key, models.LogicalReading{At: v.Now})
		}
	case Covers(schema, MediaPath+"/state/oper-status"):
		if _, known := v.readings.Media[key]; known {
			delete(v.readings.Media, key)
			v.news.Media = put(v.news.Media, key, models.MediaReading{At: v.Now})
		}
	case Covers(schema, MonitoredPath+"/state/power") && len(keys) == 3:
		lower, upper := frequencyOf(Scalar{formText, keys[1]}, models.MHz), frequencyOf(Scalar{formText, keys[2]}, models.MHz)
		if lower != nil && upper != nil {
			v.forgetSpan(key, span{*lower, *upper})
		}
	}
}

func put[V any](m map[string]V, key string, value V) map[string]V {
	if m == nil {
		m = map[string]V{}
	}
	m[key] = value
	return m
}
