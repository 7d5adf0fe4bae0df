package clid

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

func (x *xr) show(line string) (string, error) {
	if port, ok := strings.CutPrefix(line, "show controllers optics "); ok {
		return x.optics(port), nil
	}
	if port, ok := strings.CutPrefix(line, "show controllers coherentDSP "); ok {
		return x.dsp(port), nil
	}
	switch line {
	case "show version":
		return stamp() + "Cisco IOS XR Software, Version 7.11.2 LNT\nCopyright (c) simulated\n\nLabel            : 7.11.2\n", nil
	case "show running-config":
		return stamp() + x.running(), nil
	}
	return xrInvalid, nil
}

// now is a controller as it runs.
func (x *xr) now(p Port) *xrLines {
	l := &xrLines{shut: x.value(p.laser()) != "true"}
	if mhz, err := strconv.ParseInt(x.value(p.config("frequency")), 10, 64); err == nil && mhz > 0 {
		l.grid = strconv.FormatInt(mhz/100, 10)
	}
	if v, err := strconv.ParseFloat(x.value(p.config("target-output-power")), 64); err == nil {
		l.power = strconv.FormatInt(int64(math.Round(v*10)), 10)
	}
	code := x.value(p.config("operational-mode"))
	for _, m := range xrModes {
		if m.code == code {
			l.fec, l.dac = m.fec, m.dac
		}
	}
	return l
}

func (l *xrLines) String() string {
	var b strings.Builder
	add := func(name, v string) {
		if v != "" {
			b.WriteString(" " + name + " " + v + "\n")
		}
	}
	add("dac-rate", l.dac)
	add("dwdm-carrier 100MHz-grid frequency", l.grid)
	add("fec", l.fec)
	if l.shut {
		b.WriteString(" shutdown\n")
	}
	add("transmit-power", l.power)
	return b.String()
}

func (x *xr) running() string {
	var b strings.Builder
	b.WriteString("Building configuration...\n!! IOS XR Configuration 7.11.2\n!\nhostname " + x.face.cfg.Name + "\n!\n")
	for _, keys := range x.face.cfg.Target.Entries("/interfaces/interface") {
		name := keys[0]
		b.WriteString("interface " + name + "\n")
		if d := x.value(interfaceLeaf(name, "description")); d != "" {
			b.WriteString(" description " + d + "\n")
		}
		if mtu := x.value(interfaceLeaf(name, "mtu")); mtu != "" {
			b.WriteString(" mtu " + mtu + "\n")
		}
		if x.value(interfaceLeaf(name, "enabled")) == "false" {
			b.WriteString(" shutdown\n")
		}
		b.WriteString("!\n")
	}
	for _, p := range x.face.cfg.Ports {
		if text := x.now(p).String(); text != "" {
			b.WriteString("controller Optics" + p.Name + "\n" + text + "!\n")
		}
	}
	return b.String() + "end\n"
}

func (x *xr) optics(name string) string {
	p, ok := x.port(name)
	if !ok {
		return xrInvalid
	}
	r := x.face.cfg.Optics(name)
	state, laser := "Up", "Off"
	if x.now(p).shut {
		state = "Administratively Down"
	}
	if r.On {
		laser = "On"
	}
	carrier := "Unavailable"
	if r.FrequencyMHz > 0 {
		carrier = fmt.Sprintf("C BAND, MSA ITU Channel=10, Frequency=%sTHz,\n        Wavelength=%.3fnm", strconv.FormatFloat(float64(r.FrequencyMHz)/1e6, 'f', -1, 64), 299792458.0/float64(r.FrequencyMHz))
	}
	return stamp() + fmt.Sprintf(` Controller State: %s

 Transport Admin State: In Service

 Laser State: %s

 LED State: Green

 FEC State: FEC ENABLED

 Optics Status

         Optics Type:  QSFP-DD DCO
         DWDM carrier Info: %s

         Alarm Status:
         -------------
         Detected Alarms: None

         Actual TX Power = %s
         RX Power = %s
         RX Signal Power = %s
         Frequency Offset = 9 MHz
         Baud Rate =  59.84 GBd
         Modulation Type: %s
         Configured Tx Power = %s dBm
         Chromatic Dispersion 6 ps/nm
         Optical Signal to Noise Ratio = %s
`, state, laser, carrier, xrDbm(r.TxDbm), xrDbm(r.RxTotalDbm), xrDbm(r.RxDbm), xrModulation(r.ModeCode), xrPower(x.now(p).power), xrDb(r.OsnrDb))
}

func xrModulation(code uint16) string {
	if code == 0 {
		return "Unavailable"
	}
	return "16QAM"
}

func xrPower(tenths string) string {
	n, err := strconv.ParseFloat(tenths, 64)
	if err != nil {
		return "-10.00"
	}
	return fmt.Sprintf("%.2f", n/10)
}

func xrDbm(v float64) string {
	if math.IsNaN(v) || v < -40 {
		v = -40
	}
	return fmt.Sprintf("%.2f dBm", v)
}

func xrDb(v float64) string {
	if math.IsNaN(v) {
		return "Unavailable"
	}
	return fmt.Sprintf("%.2f dB", v)
}

func (x *xr) dsp(name string) string {
	if _, ok := x.port(name); !ok {
		return xrInvalid
	}
	r := x.face.cfg.Optics(name)
	state, fec := "Down", "None"
	if r.Locked {
		state = "Up"
	}
	switch r.ModeCode {
	case 5003:
		fec = "C_FEC"
	case 5005:
		fec = "O_FEC"
	}
	ber, q, margin := "0.0", "0.00 dB", "0.00dB"
	if r.Locked {
		ber, q, margin = fmt.Sprintf("%.2E", r.Ber), fmt.Sprintf("%.2f dB", r.QDb), "2.10dB"
	}
	return stamp() + fmt.Sprintf(`Port                                    : CoherentDSP %s
Controller State                        : %s
Inherited Secondary State               : Normal
Configured Secondary State              : Normal
Derived State                           : In Service
Loopback mode                           : None
BER Thresholds                          : SF = 1.0E-5  SD = 1.0E-7
Bandwidth                               : 400.0Gb/s

Detected Alarms                         : None

Bit Error Rate Information
PREFEC  BER                             : %s
POSTFEC BER                             : 0.0E+00
Q-Factor                                : %s

Q-Margin                                : %s

FEC mode                                : %s
`, name, state, ber, q, margin, fec)
}
