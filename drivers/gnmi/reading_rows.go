package gnmi

import (
	"slices"
	"strconv"

	"github.com/waveplane/waveplane/models"
)

// readingTable says what to do with a state leaf, by schema path.
type readingTable map[string]func(v *view, keys []string, value scalar)

func (t readingTable) has(schema []byte) bool { _, ok := t[string(schema)]; return ok }

// configBySchema and readings are the two tables that a leaf is looked up in.
var (
	configBySchema = indexRows(configRows)

	readings = readingTable{
		opticalPath + "/state/frequency": channelLeaf(func(r *models.ChannelReading, v *view, s scalar) { r.Frequency = frequencyOf(s) }),
		opticalPath + "/state/operational-mode": channelLeaf(func(r *models.ChannelReading, v *view, s scalar) {
			r.Mode = modeOf(s)
		}),
		opticalPath + "/state/target-output-power": channelLeaf(func(r *models.ChannelReading, v *view, s scalar) {
			r.TargetPower = powerOf(s)
		}),
		opticalPath + "/state/output-power/instant": channelLeaf(func(r *models.ChannelReading, v *view, s scalar) {
			r.TxPower = lightOr(v, "txPower", s)
		}),
		opticalPath + "/state/input-power/instant": channelLeaf(func(r *models.ChannelReading, v *view, s scalar) {
			r.RxPower = lightOr(v, "rxPower", s)
		}),
		opticalPath + "/state/osnr/instant": channelLeaf(func(r *models.ChannelReading, v *view, s scalar) {
			r.Osnr = unlessDown(v, "osnr", s, ratioOf)
		}),

		lanePath + "/state/associated-optical-channel": laneLeaf(func(l *lane, v *view, s scalar) {
			if s.form == formText {
				l.channel = s.text
			}
		}),
		lanePath + "/state/tx-laser": laneLeaf(func(l *lane, v *view, s scalar) { l.laser = truthOf(s) }),
		lanePath + "/state/rx-los":   laneLeaf(func(l *lane, v *view, s scalar) { l.los = truthOf(s) }),
		lanePath + "/state/input-power/instant": laneLeaf(func(l *lane, v *view, s scalar) {
			l.total = lightOr(v, "rxTotal", s)
		}),

		logicalPath + "/state/link-state": logicalLeaf(func(r *models.LogicalReading, v *view, s scalar) { r.LinkUp = upOf(s) }),
		logicalPath + "/otn/state/pre-fec-ber/instant": logicalLeaf(func(r *models.LogicalReading, v *view, s scalar) {
			r.PreFecBer = unlessDown(v, "preFecBer", s, realOf)
		}),
		logicalPath + "/otn/state/q-value/instant": logicalLeaf(func(r *models.LogicalReading, v *view, s scalar) {
			r.Q = unlessDown(v, "q", s, ratioOf)
		}),
		logicalPath + "/otn/state/esnr/instant": logicalLeaf(func(r *models.LogicalReading, v *view, s scalar) {
			r.Esnr = unlessDown(v, "esnr", s, ratioOf)
		}),
		logicalPath + "/otn/state/fec-uncorrectable-blocks": logicalLeaf(func(r *models.LogicalReading, v *view, s scalar) {
			r.Uncorrectable = countOf(s)
		}),

		mediaPath + "/state/oper-status": mediaLeaf(func(r *models.MediaReading, v *view, s scalar) { r.OperUp = upOf(s) }),

		monitorPath + "/config/monitor-port": setMonitorPort,
		monitorPath + "/state/monitor-port":  setMonitorPort,
		monitoredPath + "/state/power":       setSpectrum,

		amplifierPath + "/state/enabled": amplifierLeaf(func(r *models.AmplifierReading, v *view, s scalar) { r.Enabled = truthOf(s) }),
		amplifierPath + "/state/input-power-total/instant": amplifierLeaf(func(r *models.AmplifierReading, v *view, s scalar) {
			r.Input = lightOr(v, "input", s)
		}),
		amplifierPath + "/state/output-power-total/instant": amplifierLeaf(func(r *models.AmplifierReading, v *view, s scalar) {
			r.Output = lightOr(v, "output", s)
		}),
		amplifierPath + "/state/actual-gain/instant": amplifierLeaf(func(r *models.AmplifierReading, v *view, s scalar) {
			r.Gain = unlessDown(v, "gain", s, ratioOf)
		}),

		opticalPortPath + "/state/input-power/instant": portLeaf(func(r *models.PortReading, v *view, s scalar) {
			r.Input = lightOr(v, "input", s)
		}),
		opticalPortPath + "/state/output-power/instant": portLeaf(func(r *models.PortReading, v *view, s scalar) {
			r.Output = lightOr(v, "output", s)
		}),

		interfacePath + "/state/oper-status": interfaceLeaf(func(r *models.InterfaceReading, v *view, s scalar) { r.OperUp = upOf(s) }),

		componentPath + "/state/type":             identityLeaf(func(*models.Identity, string) {}),
		componentPath + "/state/mfg-name":         identityLeaf(func(i *models.Identity, s string) { i.Vendor = s }),
		componentPath + "/state/part-no":          identityLeaf(func(i *models.Identity, s string) { i.Model = s }),
		componentPath + "/state/serial-no":        identityLeaf(func(i *models.Identity, s string) { i.Serial = s }),
		componentPath + "/state/software-version": identityLeaf(func(i *models.Identity, s string) { i.Software = s }),
	}
)

func indexRows(rows []configRow) map[string]configRow {
	index := make(map[string]configRow, len(rows))
	for _, row := range rows {
		index[row.schema] = row
	}
	return index
}

// unlessDown reads a measurement. The profile lists the values by which this
// device says that there is nothing to measure; those, and what is not a number
// at all ("-inf", "nil"), are no measurement.
func unlessDown[T any](v *view, name string, s scalar, read func(scalar) *T) *T {
	if v.down(name, s) {
		return nil
	}
	return read(s)
}

// lightOr reads an optical power. Here a value that the profile lists as "no
// light" is knowledge, which proves a laser off, and so it is not dropped but
// written as models.PowerOff. What is not a number stays unknown.
func lightOr(v *view, name string, s scalar) *models.Power {
	if v.down(name, s) {
		off := models.PowerOff
		return &off
	}
	return powerOf(s)
}

// down reports whether the profile lists a value, by the name of the reading
// as package models writes it in JSON.
func (v *view) down(name string, s scalar) bool {
	return slices.ContainsFunc(v.profile.DownValues[name], func(down string) bool { return sameNumber(down, s.text) })
}

func sameNumber(a, b string) bool {
	if a == b {
		return true
	}
	x, err := strconv.ParseFloat(a, 64)
	if err != nil {
		return false
	}
	y, err := strconv.ParseFloat(b, 64)
	return err == nil && x == y
}

func frequencyOf(s scalar) *models.Frequency {
	n, err := s.unsigned(64)
	if err != nil || n == 0 || n > maxMHz {
		return nil
	}
	f := models.Frequency(n) * models.MHz
	return &f
}

func modeOf(s scalar) *uint16 {
	n, err := s.unsigned(16)
	if err != nil {
		return nil
	}
	m := uint16(n)
	return &m
}

func countOf(s scalar) *uint64 {
	n, err := s.unsigned(64)
	if err != nil {
		return nil
	}
	return &n
}

func powerOf(s scalar) *models.Power {
	n, err := s.decimal(2)
	if err != nil {
		return nil
	}
	p := models.Power(n)
	return &p
}

func ratioOf(s scalar) *models.Ratio {
	n, err := s.decimal(2)
	if err != nil {
		return nil
	}
	r := models.Ratio(n)
	return &r
}

func realOf(s scalar) *float64 {
	x, err := s.real()
	if err != nil {
		return nil
	}
	return &x
}

func truthOf(s scalar) *bool {
	if s.form != formBool {
		return nil
	}
	b := s.text == "true"
	return &b
}

// upOf reads link-state and the oper-status leaves. Anything but UP is down;
// no text at all is unknown.
func upOf(s scalar) *bool {
	if s.form != formText || s.text == "" || s.text == "UNKNOWN" {
		return nil
	}
	b := s.text == "UP"
	return &b
}
