package intents

import (
	"fmt"

	"github.com/waveplane/waveplane/models/catalogue"
)

// checkAmplifier checks the amplification at one place. Whether a type that is
// not in the catalogue exists, and takes the gain, is for Check to say.
func checkAmplifier(c *checker, a *AmpSpec, way string, at func(...any) []any) {
	given := func(set bool, field string) bool { return set || !c.read(at("amplifier", field)...) }
	az, za := given(a.Az != "", "az"), given(a.Za != "", "za")
	kind, gain := given(a.Type != "", "type"), given(a.GainDb != nil, "gainDb")
	set := a.TiltDb != nil || a.InVoaDb != nil || a.OutVoaDb != nil
	bands := given(a.Bands != nil, "bands")
	managed, unmanaged := az || za, kind || gain || set || bands
	switch {
	case managed && unmanaged:
		c.fault("an amplifier is managed (az, za) or not (type, gainDb), not both", "leave one pair out", at("amplifier")...)
	case managed && way != "":
		c.fault("a managed amplifier stands in both ways", "leave way out, and give az and za", at("way")...)
	case managed && !(az && za):
		c.fault("the amplifier of only one way is given", "give az and za", at("amplifier")...)
	case managed:
		c.checkPort(a.Az, at("amplifier", "az")...)
		c.checkPort(a.Za, at("amplifier", "za")...)
		if a.Az == a.Za && a.Az != "" {
			c.fault("both ways have amplifier "+quoted(a.Az), "each way has its own", at("amplifier")...)
		}
	case bands && (kind || gain || set):
		c.fault("amplifiers side by side have their types and gains under bands", "leave the others out", at("amplifier")...)
	case bands:
		checkBands(c, a.Bands, way, at)
	case !kind:
		c.fault("an unmanaged amplifier needs its type", "give type, or az and za for a managed one", at("amplifier")...)
	default:
		checkSettings(c, BandAmp{a.Type, a.GainDb, a.TiltDb, a.InVoaDb, a.OutVoaDb}, way, func(field ...any) []any { return at(append([]any{"amplifier"}, field...)...) })
	}
}

func checkBands(c *checker, bands []BandAmp, way string, at func(...any) []any) {
	if len(bands) < 2 && c.read(at("amplifier", "bands")...) {
		c.fault("only one amplifier stands side by side", "write its type and gainDb without bands", at("amplifier", "bands")...)
	}
	for i, b := range bands {
		checkSettings(c, b, way, func(field ...any) []any { return at(append([]any{"amplifier", "bands", i}, field...)...) })
	}
}

func checkSettings(c *checker, b BandAmp, way string, at func(...any) []any) {
	c.checkName(b.Type, at("type")...)
	c.perWay(b.TiltDb, way, -20, 20, at("tiltDb")...)
	c.perWay(b.InVoaDb, way, 0, 40, at("inVoaDb")...)
	c.perWay(b.OutVoaDb, way, 0, 40, at("outVoaDb")...)
	if c.cat == nil || b.GainDb == nil {
		return
	}
	if amp, err := c.cat.Amplifier(b.Type); err == nil {
		checkGain(c, amp, false, b.GainDb, way, at("gainDb")...)
	}
}

// maxExtendedGainDb is how far above its greatest flat gain an amplifier of a
// user's type may be set. Planning tools go as far when they choose gains
// (GNPy: target_extended_gain).
const maxExtendedGainDb = 2.5

// checkGain checks a gain in each way that the amplifier stands in. Own says
// that the type is a document's: its noise model tells what a gain outside the
// range costs, so that only what no model holds for is refused.
func checkGain(c *checker, amp catalogue.Amplifier, own bool, gain *PerWay, way string, path ...any) {
	least, most := amp.Gain[0].Db(), amp.Gain[1].Db()
	remedy := fmt.Sprintf("write a value from %v to %v", amp.Gain[0], amp.Gain[1])
	if own {
		least, most = min(0, least), most+maxExtendedGainDb
		remedy = fmt.Sprintf("write a value from %s to %s dB", number(least), number(most))
	}
	at := func(way string) []any { return append(path[:len(path):len(path)], way) }
	for i, w := range []struct {
		way string
		db  float64
	}{{"az", gain.Az}, {"za", gain.Za}} {
		if way != "" && way != w.way || !c.read(at(w.way)...) || way == "" && i > 0 && w.db == gain.Az {
			continue // not there, not read, or one number for both ways: that is reported once
		}
		if w.db < least || w.db > most {
			c.fault(fmt.Sprintf("%s dB %s is no gain of %s", number(w.db), w.way, amp.Name), remedy, path...)
		}
	}
}
