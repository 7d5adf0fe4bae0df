package ocmap

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
	"github.com/waveplane/waveplane/models/openconfig"
)

// codec translates one leaf between the canonical text of package models and
// what stands on the wire.
type codec struct {
	// read turns what the device said into canonical text.
	read func(Scalar) (string, error)
	// write turns canonical text into RFC 7951 JSON.
	write func(string) (string, error)
}

// codecOn is how a device of a profile has the leaf.
func (r configRow) codecOn(profile catalogue.Profile) codec {
	if r.kind == models.KindOpticalChannel {
		switch {
		case r.leaf == models.LeafFrequency && profile.FrequencyUnit > models.MHz:
			return frequencyIn(profile.FrequencyUnit)
		case r.leaf == models.LeafTargetPower && profile.PowerDecimals > 0:
			return powerWith(profile.PowerDecimals)
		}
	}
	return r.codec
}

var errForm = errors.New("value has the wrong type")

// maxMHz bounds frequencies far above the optical band, so that nonsense
// cannot overflow what is computed from it.
const maxMHz = 1_000_000_000_000

// The codecs, one per type of leaf.
var (
	frequencyCodec = frequencyIn(models.MHz)
	powerCodec     = powerWith(2)
	ratioCodec     = codec{
		read: func(s Scalar) (string, error) {
			n, err := s.decimal(2)
			return models.Ratio(n).String(), err
		},
		write: func(text string) (string, error) {
			r, err := models.ParseRatio(text)
			return strconv.Quote(openconfig.FormatDecimal(int64(r), 2)), err
		},
	}
	gbpsCodec = codec{
		read: func(s Scalar) (string, error) {
			n, err := s.decimal(3)
			if err != nil {
				return "", err
			}
			return strings.TrimSuffix(strings.TrimRight(openconfig.FormatDecimal(n, 3), "0"), "."), nil
		},
		write: func(text string) (string, error) {
			n, err := openconfig.ParseDecimal(text, 3)
			return strconv.Quote(openconfig.FormatDecimal(n, 3)), err
		},
	}
	uint16Codec = unsignedCodec(16)
	uint32Codec = unsignedCodec(32)
	boolCodec   = codec{
		read: func(s Scalar) (string, error) {
			if !s.isTruth() {
				return "", errForm
			}
			return s.text, nil
		},
		write: func(text string) (string, error) {
			if text != "true" && text != "false" {
				return "", fmt.Errorf("%q is neither true nor false", text)
			}
			return text, nil
		},
	}
	textCodec = codec{
		read: func(s Scalar) (string, error) {
			if !s.isText() {
				return "", errForm
			}
			return s.text, nil
		},
		write: quoteText,
	}
	adminCodec = enumCodec(models.AdminEnabled, models.AdminDisabled, models.AdminMaint)
	// transportIdentity and ampModeIdentity are identityrefs; the module is
	// that of the identity, not of the leaf.
	transportIdentity = identityCodec("openconfig-transport-types")
	ampModeIdentity   = identityCodec("openconfig-optical-amplifier")
)

// frequencyIn reads and writes whole numbers of a unit.
func frequencyIn(unit models.Frequency) codec {
	return codec{
		read: func(s Scalar) (string, error) {
			f, err := s.frequency(unit)
			return f.String(), err
		},
		write: func(text string) (string, error) {
			f, err := models.ParseFrequency(text)
			switch {
			case err != nil:
				return "", err
			case f <= 0 || f > maxMHz:
				return "", fmt.Errorf("frequency %v is out of range", f)
			case f%unit != 0:
				down := f - f%unit
				return "", fmt.Errorf("%v cannot be set; the nearest that can are %v and %v", f, down, down+unit)
			}
			return strconv.Quote(strconv.FormatInt(int64(f/unit), 10)), nil
		},
	}
}

// powerWith writes powers with so many decimals, one or two. What a device shows
// may have more.
func powerWith(decimals int) codec {
	step := models.Power(1)
	if decimals == 1 {
		step = 10
	}
	return codec{
		read: func(s Scalar) (string, error) {
			n, err := s.decimal(2)
			return models.Power(n).String(), err
		},
		write: func(text string) (string, error) {
			p, err := models.ParsePower(text)
			if err != nil {
				return "", err
			}
			if p%step != 0 {
				down := p - (p%step+step)%step
				return "", fmt.Errorf("%v cannot be set; the nearest that can are %v and %v", p, down, down+step)
			}
			return strconv.Quote(openconfig.FormatDecimal(int64(p/step), decimals)), nil
		},
	}
}

func unsignedCodec(bits int) codec {
	return codec{
		read: func(s Scalar) (string, error) {
			n, err := s.unsigned(bits)
			return strconv.FormatUint(n, 10), err
		},
		write: func(text string) (string, error) {
			n, err := strconv.ParseUint(text, 10, bits)
			return strconv.FormatUint(n, 10), err
		},
	}
}

func enumCodec(names ...string) codec {
	return codec{
		read: func(s Scalar) (string, error) {
			if !s.isText() || !slices.Contains(names, s.text) {
				return "", errForm
			}
			return s.text, nil
		},
		write: func(text string) (string, error) {
			if !slices.Contains(names, text) {
				return "", fmt.Errorf("%q is none of %s", text, strings.Join(names, ", "))
			}
			return strconv.Quote(text), nil
		},
	}
}

func identityCodec(module string) codec {
	return codec{
		read: func(s Scalar) (string, error) {
			name := WithoutModule(s.text)
			if !s.isText() || !isIdentity(name) {
				return "", errForm
			}
			return name, nil
		},
		write: func(text string) (string, error) {
			if !isIdentity(text) {
				return "", fmt.Errorf("%q is not the name of an identity", text)
			}
			return strconv.Quote(module + ":" + text), nil
		},
	}
}

func isIdentity(s string) bool {
	return s != "" && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}

// quoteText writes a string; control characters have no place in a name or a
// description and are refused rather than escaped.
func quoteText(text string) (string, error) {
	if text == "" || len(text) > maxText || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return "", errors.New("text is empty, too long or holds control characters")
	}
	b, err := json.Marshal(text)
	return string(b), err
}

// unsigned reads an integer, which may come as a number or as text. Some
// devices write integers as doubles; a whole one is accepted.
func (s Scalar) unsigned(bits int) (uint64, error) {
	if s.form != formNumber && !s.isText() {
		return 0, errForm
	}
	if n, err := strconv.ParseUint(s.text, 10, bits); err == nil {
		return n, nil
	}
	if s.form != formNumber {
		return 0, errForm
	}
	n, err := openconfig.ParseDecimal(s.text, 1)
	if err != nil || n < 0 || n%10 != 0 || bits < 64 && n/10 >= 1<<bits {
		return 0, errForm
	}
	return uint64(n / 10), nil
}

// maxOptical bounds frequencies that a device gives in another unit than MHz:
// what is beyond light is not taken for it. Such a number means that the device
// has the leaf in MHz after all.
const maxOptical = 1000 * models.THz

// frequency reads a whole number of a unit.
func (s Scalar) frequency(unit models.Frequency) (models.Frequency, error) {
	limit := models.Frequency(maxMHz)
	if unit > models.MHz {
		limit = maxOptical
	}
	n, err := s.unsigned(64)
	if err != nil || n > uint64(limit/unit) {
		return 0, errForm
	}
	return models.Frequency(n) * unit, nil
}

// maxHundredths bounds powers and ratios to ±200 dB as package models does.
const maxHundredths = 20_000

// decimal reads a decimal64 as an integer number of its last digit.
func (s Scalar) decimal(digits int) (int64, error) {
	if s.form != formNumber && !s.isText() {
		return 0, errForm
	}
	n, err := openconfig.ParseDecimal(s.text, digits)
	if err != nil {
		return 0, errForm
	}
	if digits == 2 && (n > maxHundredths || n < -maxHundredths) {
		return 0, errForm
	}
	return n, nil
}

// real reads a number that has no unit of ours, a bit error rate.
func (s Scalar) real() (float64, error) {
	if s.form != formNumber && !s.isText() {
		return 0, errForm
	}
	if _, err := openconfig.ParseDecimal(s.text, 18); err != nil {
		return 0, errForm
	}
	return strconv.ParseFloat(s.text, 64)
}
