package cli

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/waveplane/waveplane/models"
)

// codec translates a canonical value into a device's text and back.
type codec struct {
	write func(canonical string) (string, error)
	read  func(text string) (string, error)
}

// codecOf finds a codec by name:
//
//	100MHz GHz GHz.3 MHz THz      frequencies, in that unit, whole or with decimals
//	GHz/75                        whole GHz, and of the grid of 75 GHz that 193.1 THz is on
//	nm                            wavelengths of the Junos enumeration
//	dBm dBm.1 dBm.2 0.1dBm        powers
//	number                        whole numbers
//	Mb/s                          whole Gbit/s, written in Mbit/s
//	words                         the words given
//	text                          what people write, as it stands
//	unless                        true unless the line is there
//	if                            true if the line is there
func codecOf(name string, words map[string]string) (codec, error) {
	switch name {
	case "100MHz":
		return frequencyIn(100*models.MHz, 0), nil
	case "MHz":
		return frequencyIn(models.MHz, 0), nil
	case "GHz":
		return frequencyIn(models.GHz, 0), nil
	case "GHz/75":
		return gridOf(75*models.GHz, frequencyIn(models.GHz, 0)), nil
	case "GHz.3":
		return frequencyIn(models.GHz, 3), nil
	case "THz":
		return frequencyIn(models.THz, 6), nil
	case "nm":
		return wavelengths(), nil
	case "0.1dBm":
		return powerIn(10, 0), nil
	case "dBm":
		return powerIn(100, -1), nil
	case "dBm.1":
		return powerIn(10, 1), nil
	case "dBm.2":
		return powerIn(100, 2), nil
	case "number":
		return codec{whole, whole}, nil
	case "Mb/s":
		return megabits(), nil
	case "words":
		return wordsOf(words), nil
	case "text":
		return codec{anyText, anyText}, nil
	case "unless", "if":
		return codec{}, nil // the line has no value
	}
	return codec{}, fmt.Errorf("no codec %q", name)
}

// frequencyIn writes frequencies in a unit. Without decimals only multiples of
// the unit can be written.
func frequencyIn(unit models.Frequency, decimals int) codec {
	step := unit
	for range decimals {
		step /= 10
	}
	return codec{
		write: func(canonical string) (string, error) {
			f, err := models.ParseFrequency(canonical)
			if err != nil {
				return "", err
			}
			if f%step != 0 {
				down := f - f%step
				return "", fmt.Errorf("%v cannot be set; the nearest that can are %v and %v", f, down, down+step)
			}
			return decimal(int64(f/step), decimals), nil
		},
		read: func(text string) (string, error) {
			n, err := fixed(strings.TrimSuffix(strings.ToLower(text), "ghz"), decimals)
			if err != nil {
				return "", err
			}
			return (models.Frequency(n) * step).String(), nil
		},
	}
}

// gridAnchor is where the grids of ITU-T G.694.1 meet.
const gridAnchor = 193_100 * models.GHz

// gridOf writes only frequencies of a grid; it reads all.
func gridOf(step models.Frequency, c codec) codec {
	return codec{
		write: func(canonical string) (string, error) {
			f, err := models.ParseFrequency(canonical)
			if err != nil {
				return "", err
			}
			if off := ((f-gridAnchor)%step + step) % step; off != 0 {
				return "", fmt.Errorf("%v cannot be set; the nearest that can are %v and %v", f, f-off, f-off+step)
			}
			return c.write(canonical)
		},
		read: c.read,
	}
}

// powerIn writes powers in parts of a dBm: 10 or 100 to one, with so many
// decimals, or with −1 as few as needed. Without decimals the number is of the
// parts themselves.
func powerIn(parts int64, decimals int) codec {
	step := models.Power(100 / parts)
	return codec{
		write: func(canonical string) (string, error) {
			p, err := models.ParsePower(canonical)
			if err != nil {
				return "", err
			}
			if p%step != 0 {
				down := p - ((p%step)+step)%step
				return "", fmt.Errorf("%v cannot be set; the nearest that can are %v and %v", p, down, down+step)
			}
			switch {
			case decimals == 0:
				return strconv.FormatInt(int64(p/step), 10), nil
			case decimals < 0:
				return strconv.FormatFloat(p.Dbm(), 'f', -1, 64), nil
			}
			return strconv.FormatFloat(p.Dbm(), 'f', decimals, 64), nil
		},
		read: func(text string) (string, error) {
			v, err := strconv.ParseFloat(text, 64)
			if err != nil || math.IsNaN(v) || math.Abs(v) > 1000 {
				return "", fmt.Errorf("power %q is no number", text)
			}
			if decimals == 0 {
				return (models.Power(math.Round(v)) * step).String(), nil
			}
			return models.Power(math.Round(v * 100)).String(), nil
		},
	}
}

func whole(text string) (string, error) {
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return "", fmt.Errorf("%q is not a whole number", text)
	}
	return strconv.FormatUint(n, 10), nil
}

func anyText(text string) (string, error) {
	if text == "" {
		return "", fmt.Errorf("the text is empty")
	}
	return text, nil
}

// megabits writes rates, which we count in Gbit/s.
func megabits() codec {
	return codec{
		write: func(canonical string) (string, error) {
			n, err := strconv.ParseUint(canonical, 10, 16)
			if err != nil {
				return "", fmt.Errorf("%q is no rate in Gbit/s", canonical)
			}
			return strconv.FormatUint(n*1000, 10), nil
		},
		read: func(text string) (string, error) {
			n, err := strconv.ParseUint(text, 10, 32)
			if err != nil || n%1000 != 0 {
				return "", fmt.Errorf("%q is no rate of whole Gbit/s", text)
			}
			return strconv.FormatUint(n/1000, 10), nil
		},
	}
}

func wordsOf(words map[string]string) codec {
	back := map[string]string{}
	for ours, theirs := range words {
		back[theirs] = ours
	}
	pick := func(m map[string]string) func(string) (string, error) {
		return func(text string) (string, error) {
			v, ok := m[text]
			if !ok {
				return "", fmt.Errorf("%q is not among the values known", text)
			}
			return v, nil
		}
	}
	return codec{write: pick(words), read: pick(back)}
}

// decimal writes n parts of 10^decimals.
func decimal(n int64, decimals int) string {
	if decimals == 0 {
		return strconv.FormatInt(n, 10)
	}
	unit := int64(math.Pow10(decimals))
	return fmt.Sprintf("%d.%0*d", n/unit, decimals, n%unit)
}

// fixed reads what decimal writes; fewer decimals are fine.
func fixed(text string, decimals int) (int64, error) {
	v, err := strconv.ParseFloat(text, 64)
	n := math.Round(v * math.Pow10(decimals))
	if err != nil || !(n > 0 && n < 1e12) {
		return 0, fmt.Errorf("frequency %q is no number", text)
	}
	return int64(n), nil
}

// The enumeration of wavelengths of Junos (its YANG, release 24.4): two decimals
// of a nanometre, the nearest to c/f for every 6.25 GHz from 191.15 THz (1568.36)
// to 196.10 THz (1528.77). It has two values more, of which the source gives one
// (1528.38) that is on no raster: they are not used.
const (
	firstWavelengthMHz = 191_150_000
	stepWavelengthMHz  = 6_250
	wavelengthCount    = 793
	lightMHzNm         = 299_792_458_000 // c in nm · MHz
)

// wavelengths writes a frequency as its wavelength in the enumeration.
func wavelengths() codec {
	text := func(mhz int64) string { return strconv.FormatFloat(float64(lightMHzNm)/float64(mhz), 'f', 2, 64) }
	return codec{
		write: func(canonical string) (string, error) {
			f, err := models.ParseFrequency(canonical)
			if err != nil {
				return "", err
			}
			off := int64(f/models.MHz) - firstWavelengthMHz
			if off < 0 || off%stepWavelengthMHz != 0 || off/stepWavelengthMHz >= wavelengthCount {
				near := min(max((off+stepWavelengthMHz/2)/stepWavelengthMHz, 0), wavelengthCount-1)
				return "", fmt.Errorf("%v is not in the device's list of wavelengths; the nearest there is %v", f, models.Frequency(firstWavelengthMHz+near*stepWavelengthMHz)*models.MHz)
			}
			return text(int64(f / models.MHz)), nil
		},
		read: func(nm string) (string, error) {
			v, err := strconv.ParseFloat(nm, 64)
			if err != nil || v < 1000 || v > 2000 {
				return "", fmt.Errorf("wavelength %q is no number of nm", nm)
			}
			n := int64(math.Round((float64(lightMHzNm)/v - firstWavelengthMHz) / stepWavelengthMHz))
			mhz := firstWavelengthMHz + n*stepWavelengthMHz
			if n < 0 || n >= wavelengthCount || text(mhz) != strconv.FormatFloat(v, 'f', 2, 64) {
				return "", fmt.Errorf("wavelength %s nm is not in the device's list", nm)
			}
			return (models.Frequency(mhz) * models.MHz).String(), nil
		},
	}
}
