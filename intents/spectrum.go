package intents

import (
	"github.com/waveplane/waveplane/models"
)

// The band that documents may speak of: the C band with the edges of the
// widest amplifiers. What a route can use is narrower, and the planner's to say.
const (
	bandLower = 191_250 * models.GHz
	bandUpper = 196_150 * models.GHz
)

// checkFrequency checks that a number of GHz is one, and guesses the unit that
// was meant when it is far off.
func (c *checker) checkFrequency(ghz float64, path ...any) (models.Frequency, bool) {
	switch {
	case ghz <= 0:
		c.fault(number(ghz)+" GHz is no frequency", "write the centre in GHz, as 193100", path...)
		return 0, false
	case ghz >= 185 && ghz <= 202:
		c.fault(number(ghz)+" is THz", "write "+trimmed(ghz*1000), path...)
		return 0, false
	case ghz >= 185e6 && ghz <= 202e6:
		c.fault(number(ghz)+" is MHz", "write "+trimmed(ghz/1000), path...)
		return 0, false
	case ghz >= 185e12 && ghz <= 202e12:
		c.fault(number(ghz)+" is Hz", "write "+trimmed(ghz/1e9), path...)
		return 0, false
	case ghz >= 1480 && ghz <= 1640:
		c.fault(number(ghz)+" looks like a wavelength in nm", "write the frequency in GHz: about "+trimmed(float64(int64(299792458/ghz+0.5))), path...)
		return 0, false
	}
	f, err := models.FrequencyFromGHz(ghz)
	if err != nil {
		c.fault(err.Error(), "", path...)
		return 0, false
	}
	if f < bandLower || f > bandUpper {
		c.fault(f.String()+" is outside the band", "write a frequency from "+bandLower.String()+" to "+bandUpper.String(), path...)
		return 0, false
	}
	return f, true
}

// checkSlot checks centre and width against the grid and the band's edges.
func (c *checker) checkSlot(centreGHz, widthGHz *float64, at func(field string) []any) {
	var width models.Frequency
	if widthGHz != nil {
		w, ok := c.checkWidth(*widthGHz, at("slotGHz")...)
		if !ok {
			widthGHz = nil
		}
		width = w
	}
	if centreGHz == nil {
		return
	}
	centre, ok := c.checkFrequency(*centreGHz, at("centreGHz")...)
	if !ok {
		return
	}
	if _, err := models.SlotOf(centre, models.SlotWidthStep); err != nil {
		below := models.GridAnchor + floorStep(centre-models.GridAnchor, models.GridStep)
		c.fault(centre.String()+" is off the 6.25 GHz grid", "the nearest are "+below.String()+" and "+(below+models.GridStep).String(), at("centreGHz")...)
		return
	}
	if widthGHz == nil {
		return
	}
	lowest := models.GridAnchor + floorStep(bandLower+width/2-models.GridAnchor+models.GridStep-1, models.GridStep)
	highest := models.GridAnchor + floorStep(bandUpper-width/2-models.GridAnchor, models.GridStep)
	switch {
	case lowest > highest:
		c.fault("a slot of "+width.String()+" does not fit the band", "", at("slotGHz")...)
	case centre < lowest:
		c.fault("the slot begins below the band's edge of "+bandLower.String(), "the nearest centre is "+lowest.String(), at("centreGHz")...)
	case centre > highest:
		c.fault("the slot ends above the band's edge of "+bandUpper.String(), "the nearest centre is "+highest.String(), at("centreGHz")...)
	}
}

// checkWidth checks the width of a slot.
func (c *checker) checkWidth(ghz float64, path ...any) (models.Frequency, bool) {
	if ghz <= 0 {
		c.fault(number(ghz)+" GHz is no width", "write a multiple of 12.5 GHz", path...)
		return 0, false
	}
	if ghz > 5000 {
		c.fault(number(ghz)+" GHz is wider than the band", "write the width in GHz", path...)
		return 0, false
	}
	w, err := models.FrequencyFromGHz(ghz)
	if err == nil {
		_, err = models.SlotOf(models.GridAnchor, w)
	}
	if err != nil {
		up := (models.Frequency(ghz*1000)/models.SlotWidthStep + 1) * models.SlotWidthStep
		c.fault(number(ghz)+" GHz is not a multiple of 12.5 GHz", "the next is "+up.String(), path...)
		return 0, false
	}
	return w, true
}

// checkPowers checks a range of powers.
func checkPowers(c *checker, dbm [2]float64, path ...any) {
	for i := range dbm {
		c.between(&dbm[i], -60, 30, "dBm", append(path[:len(path):len(path)], i)...)
	}
	if dbm[0] > dbm[1] && c.read(append(path[:len(path):len(path)], 0)...) && c.read(append(path[:len(path):len(path)], 1)...) {
		c.fault("the range begins at "+number(dbm[0])+" dBm, above its end of "+number(dbm[1])+" dBm", "write [least, greatest]", path...)
	}
}

// floorStep rounds down to a multiple of step, also below zero.
func floorStep(f, step models.Frequency) models.Frequency {
	return f - ((f%step)+step)%step
}

// trimmed prints a converted number without the dust of the conversion.
func trimmed(ghz float64) string {
	f, err := models.FrequencyFromGHz(float64(int64(ghz*1000+0.5)) / 1000)
	if err != nil {
		return number(ghz)
	}
	return number(f.GHz())
}
