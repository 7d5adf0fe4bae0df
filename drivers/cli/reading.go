package cli

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waveplane/waveplane/models"
)

// readPort picks the readings of one port out of the answers to the dialect's
// commands. A reading that is not there, or makes no sense, stays unknown.
func (s *Session) readPort(n name, now time.Time, answer func(command string) (string, error)) (models.ChannelReading, models.LogicalReading, error) {
	c, l := models.ChannelReading{At: now}, models.LogicalReading{At: now}
	fill := strings.NewReplacer("{key}", n.channel, "{transceiver}", n.transceiver, "{port}", n.port, "{interface}", n.iface)
	said := ""
	for i := range s.platform.Readings {
		row := &s.platform.Readings[i]
		text, err := answer(fill.Replace(row.Show))
		if err != nil {
			return c, l, err
		}
		if row.Style == tree {
			if text, err = treeLines(text); err != nil {
				continue // a refusal, or no JSON: nothing is known
			}
		}
		said += text + "\n"
		for k := range row.Fields {
			f := &row.Fields[k]
			m := f.pattern.FindStringSubmatch(text)
			if m == nil {
				continue
			}
			value := m[0]
			if len(m) > 1 {
				value = m[1]
			}
			s.file(&c, &l, f, strings.TrimSpace(value))
		}
	}
	if c.Mode == nil {
		c.Mode = s.platform.running(said)
	}
	return c, l, nil
}

// readMedia picks the readings of one media channel.
func (s *Session) readMedia(key string, now time.Time, answer func(command string) (string, error)) (models.MediaReading, error) {
	m := models.MediaReading{At: now}
	for i := range s.platform.Entries.Readings {
		row := &s.platform.Entries.Readings[i]
		text, err := answer(strings.ReplaceAll(row.Show, "{key}", key))
		if err != nil {
			return m, err
		}
		for k := range row.Fields {
			f := &row.Fields[k]
			found := f.pattern.FindStringSubmatch(text)
			if len(found) < 2 {
				continue
			}
			switch value := strings.TrimSpace(found[1]); f.Name {
			case "power":
				m.Power = lightOf(value, f.Codec, s.down(f.Name, value))
			case "operUp":
				m.OperUp = yesNo(f, value)
			}
		}
	}
	return m, nil
}

// running finds the mode all of whose signs are there; nil where that is none,
// or more than one.
func (p *platform) running(said string) *uint16 {
	var found *uint16
	for code, signs := range p.runs {
		if slices.ContainsFunc(signs, func(re *regexp.Regexp) bool { return !re.MatchString(said) }) {
			continue
		}
		if found != nil {
			return nil
		}
		found = &code
	}
	return found
}

// file puts one reading where it belongs.
func (s *Session) file(c *models.ChannelReading, l *models.LogicalReading, f *readField, text string) {
	down := s.down(f.Name, text)
	switch f.Name {
	case "frequency":
		if codec, err := codecOf(f.Codec, nil); err == nil {
			if v, err := codec.read(text); err == nil {
				if freq, err := models.ParseFrequency(v); err == nil {
					c.Frequency = &freq
				}
			}
		}
	case "mode":
		if word, ok := f.Words[text]; ok {
			text = word
		}
		if n, err := strconv.ParseUint(text, 10, 16); err == nil {
			code := uint16(n)
			c.Mode = &code
		}
	case "laserOn":
		c.LaserOn = yesNo(f, text)
	case "lossOfSignal":
		c.LossOfSignal = yesNo(f, text)
	case "txPower":
		c.TxPower = lightOf(text, f.Codec, down)
	case "rxPower":
		c.RxPower = lightOf(text, f.Codec, down)
	case "rxTotal":
		c.RxTotal = lightOf(text, f.Codec, down)
	case "targetPower":
		c.TargetPower = lightOf(text, f.Codec, false)
	case "osnr":
		c.Osnr = ratioOf(text, f.Codec, down)
	case "linkUp":
		l.LinkUp = yesNo(f, text)
	case "preFecBer":
		if v, err := strconv.ParseFloat(text, 64); err == nil && !down && v >= 0 && v <= 1 {
			l.PreFecBer = &v
		}
	case "q":
		l.Q = ratioOf(text, f.Codec, down)
	case "esnr":
		l.Esnr = ratioOf(text, f.Codec, down)
	case "uncorrectable":
		if v, err := strconv.ParseUint(text, 10, 64); err == nil {
			l.Uncorrectable = &v
		}
	}
}

// yesNo reads yes and no in the device's words.
func yesNo(f *readField, text string) *bool {
	word, ok := f.Words[text]
	if !ok {
		return nil
	}
	v := word == "true"
	return &v
}

// down reports whether a value is how the device says "no light".
func (s *Session) down(name, text string) bool {
	v, err := strconv.ParseFloat(strings.ReplaceAll(text, " ", ""), 64) // "- Inf"
	if err != nil {
		return false
	}
	for _, d := range s.device.Profile.DownValues[name] {
		if w, err := strconv.ParseFloat(d, 64); err == nil && v == w {
			return true
		}
	}
	return false
}

// lightOf reads a power. "Down" is no light at all.
func lightOf(text, codec string, down bool) *models.Power {
	if down {
		off := models.PowerOff
		return &off
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil
	}
	p, err := models.PowerFromDbm(v * scaleOf(codec))
	if err != nil {
		return nil
	}
	return &p
}

func ratioOf(text, codec string, down bool) *models.Ratio {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || down || v < -1000 || v > 1000 {
		return nil
	}
	r := models.Ratio(v*scaleOf(codec)*100 + 0.5)
	return &r
}

// scaleOf is what one of a reading's unit is in dB or dBm.
func scaleOf(codec string) float64 {
	switch codec {
	case "0.1dBm":
		return 0.1
	case "centi":
		return 0.01
	}
	return 1
}

// identify picks the device's name plate out of its answers.
func (s *Session) identify(answer func(string) (string, error)) (models.Identity, error) {
	id := models.Identity{Vendor: s.platform.Vendor}
	for i := range s.platform.Identity {
		row := &s.platform.Identity[i]
		text, err := answer(row.Show)
		if err != nil {
			return id, err
		}
		for _, f := range row.Fields {
			m := f.pattern.FindStringSubmatch(text)
			if len(m) < 2 {
				continue
			}
			switch v := strings.TrimSpace(m[1]); f.Name {
			case "vendor":
				id.Vendor = v
			case "model":
				id.Model = v
			case "serial":
				id.Serial = v
			case "software":
				id.Software = v
			default:
				return id, fmt.Errorf("identity has no field %q", f.Name)
			}
		}
	}
	return id, nil
}
