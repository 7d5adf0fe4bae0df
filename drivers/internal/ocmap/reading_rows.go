package ocmap

import (
	"slices"
	"strconv"

	"github.com/waveplane/waveplane/models"
)

// readingTable says what to do with a state leaf, by schema path.
type readingTable map[string]func(v *View, keys []string, value Scalar)

func (t readingTable) has(schema []byte) bool { _, ok := t[string(schema)]; return ok }

// configBySchema and readings are the two tables that a leaf is looked up in.
var (
	configBySchema = indexRows(configRows)

	readings = readingTable{
		OpticalPath + "/state/frequency": channelLeaf(func(r *models.ChannelReading, v *View, s Scalar) {
			r.Frequency = frequencyOf(s, max(v.profile.FrequencyUnit, models.MHz))
		}),
		OpticalPath + "/state/operational-mode": channelLeaf(func(r *models.ChannelReading, v *View, s Scalar) {
			r.Mode = modeOf(s)
		}),
		OpticalPath + "/state/target-output-power": channelLeaf(func(r *models.ChannelReading, v *View, s Scalar) {
			r.TargetPower = powerOf(s)
		}),
		OpticalPath + "/state/output-power/instant": channelLeaf(func(r *models.ChannelReading, v *View, s Scalar) {
			r.TxPower = lightOr(v, "txPower", s)
		}),
		OpticalPath + "/state/input-power/instant": channelLeaf(func(r *models.ChannelReading, v *View, s Scalar) {
			r.RxPower = lightOr(v, "rxPower", s)
		}),
		OpticalPath + "/state/osnr/instant": channelLeaf(func(r *models.ChannelReading, v *View, s Scalar) {
			r.Osnr = unlessDown(v, "osnr", s, ratioOf)
		}),

		LanePath + "/state/associated-optical-channel": laneLeaf(func(l *lane, v *View, s Scalar) {
			if s.isText() {
				l.channel = s.text
			}
		}),
		LanePath + "/state/tx-laser": laneLeaf(func(l *lane, v *View, s Scalar) { l.laser = truthOf(s) }),
		LanePath + "/state/rx-los":   laneLeaf(func(l *lane, v *View, s Scalar) { l.los = truthOf(s) }),
		LanePath + "/state/input-power/instant": laneLeaf(func(l *lane, v *View, s Scalar) {
			l.total = lightOr(v, "rxTotal", s)
		}),

		LogicalPath + "/state/link-state": logicalLeaf(func(r *models.LogicalReading, v *View, s Scalar) { r.LinkUp = upOf(s) }),
		LogicalPath + "/otn/state/pre-fec-ber/instant": logicalLeaf(func(r *models.LogicalReading, v *View, s Scalar) {
			r.PreFecBer = unlessDown(v, "preFecBer", s, realOf)
		}),
		LogicalPath + "/otn/state/q-value/instant": logicalLeaf(func(r *models.LogicalReading, v *View, s Scalar) {
			r.Q = unlessDown(v, "q", s, ratioOf)
		}),
		LogicalPath + "/otn/state/esnr/instant": logicalLeaf(func(r *models.LogicalReading, v *View, s Scalar) {
			r.Esnr = unlessDown(v, "esnr", s, ratioOf)
		}),
		LogicalPath + "/otn/state/fec-uncorrectable-blocks": logicalLeaf(func(r *models.LogicalReading, v *View, s Scalar) {
			r.Uncorrectable = countOf(s)
		}),

		MediaPath + "/state/oper-status": mediaLeaf(func(r *models.MediaReading, v *View, s Scalar) { r.OperUp = upOf(s) }),

		MonitorPath + "/config/monitor-port": setMonitorPort,
		MonitorPath + "/state/monitor-port":  setMonitorPort,
		MonitoredPath + "/state/power":       setSpectrum,

		AmplifierPath + "/state/enabled": amplifierLeaf(func(r *models.AmplifierReading, v *View, s Scalar) { r.Enabled = truthOf(s) }),
		AmplifierPath + "/state/input-power-total/instant": amplifierLeaf(func(r *models.AmplifierReading, v *View, s Scalar) {
			r.Input = lightOr(v, "input", s)
		}),
		AmplifierPath + "/state/output-power-total/instant": amplifierLeaf(func(r *models.AmplifierReading, v *View, s Scalar) {
			r.Output = lightOr(v, "output", s)
		}),
		AmplifierPath + "/state/actual-gain/instant": amplifierLeaf(func(r *models.AmplifierReading, v *View, s Scalar) {
			r.Gain = unlessDown(v, "gain", s, ratioOf)
		}),

		OpticalPortPath + "/state/input-power/instant": portLeaf(func(r *models.PortReading, v *View, s Scalar) {
			r.Input = lightOr(v, "input", s)
		}),
		OpticalPortPath + "/state/output-power/instant": portLeaf(func(r *models.PortReading, v *View, s Scalar) {
			r.Output = lightOr(v, "output", s)
		}),

		InterfacePath + "/state/oper-status": interfaceLeaf(func(r *models.InterfaceReading, v *View, s Scalar) { r.OperUp = upOf(s) }),

		ComponentPath + "/state/type":             identityLeaf(func(*models.Identity, string) {}),
		ComponentPath + "/state/mfg-name":         identityLeaf(func(i *models.Identity, s string) { i.Vendor = s }),
		ComponentPath + "/state/part-no":          identityLeaf(func(i *models.Identity, s string) { i.Model = s }),
		ComponentPath + "/state/serial-no":        identityLeaf(func(i *models.Identity, s string) { i.Serial = s }),
		ComponentPath + "/state/software-version": identityLeaf(func(i *models.Identity, s string) { i.Software = s }),
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
func unlessDown[T any](v *View, name string, s Scalar, read func(Scalar) *T) *T {
	if v.down(name, s) {
		return nil
	}
	return read(s)
}

// lightOr reads an optical power. Here a value that the profile lists as "no
// light" is knowledge, which proves a laser off, and so it is not dropped but
// written as models.PowerOff. What is not a number stays unknown.
func lightOr(v *View, name string, s Scalar) *models.Power {
	if v.down(name, s) {
		off := models.PowerOff
		return &off
	}
	return powerOf(s)
}

// down reports whether the profile lists a value, by the name of the reading
// as package models writes it in JSON.
func (v *View) down(name string, s Scalar) bool {
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

func frequencyOf(s Scalar, unit models.Frequency) *models.Frequency {
	f, err := s.frequency(unit)
	if err != nil || f == 0 {
		return nil
	}
	return &f
}

func modeOf(s Scalar) *uint16 {
	n, err := s.unsigned(16)
	if err != nil {
		return nil
	}
	m := uint16(n)
	return &m
}

func countOf(s Scalar) *uint64 {
	n, err := s.unsigned(64)
	if err != nil {
		return nil
	}
	return &n
}

func powerOf(s Scalar) *models.Power {
	n, err := s.decimal(2)
	if err != nil {
		return nil
	}
	p := models.Power(n)
	return &p
}

func ratioOf(s Scalar) *models.Ratio {
	n, err := s.decimal(2)
	if err != nil {
		return nil
	}
	r := models.Ratio(n)
	return &r
}

func realOf(s Scalar) *float64 {
	x, err := s.real()
	if err != nil {
		return nil
	}
	return &x
}

func truthOf(s Scalar) *bool {
	if !s.isTruth() {
		return nil
	}
	b := s.text == "true"
	return &b
}

// upOf reads link-state and the oper-status leaves. Anything but UP is down;
// no text at all is unknown.
func upOf(s Scalar) *bool {
	if !s.isText() || s.text == "" || s.text == "UNKNOWN" {
		return nil
	}
	b := s.text == "UP"
	return &b
}
