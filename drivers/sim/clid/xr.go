package clid

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waveplane/waveplane/drivers/sim/gnmid"
)

// xr plays the command line of a Cisco router that runs IOS XR.
type xr struct {
	*session
	mode      xrMode
	at        Port                // in sub-mode
	candidate map[string]*xrLines // by port; nil until touched
	hanging   *pending
	failed    string // what the last failed commit said
}

type xrMode int

const (
	xrExec xrMode = iota
	xrConfig
	xrOptics
)

// xrLines is a controller as the command line has it. Empty is not set.
type xrLines struct {
	grid, power, fec, dac string
	shut                  bool
}

// xrModes are the pairs of error correction and shaping that the optics have, by
// the code that the target keeps.
var xrModes = []struct {
	code     string
	fec, dac string
}{
	{"5003", "cFEC", "1x1"},
	{"5005", "oFEC", "1x1.25"},
}

func newXR(s *session) dialect { return &xr{session: s} }

func (x *xr) prompt() string {
	at := "RP/0/RP0/CPU0:" + x.face.cfg.Name
	switch x.mode {
	case xrConfig:
		return at + "(config)#"
	case xrOptics:
		return at + "(config-Optics)#"
	}
	return at + "#"
}

func (x *xr) gone() {
	x.hanging.now(x.face.cfg.Target)
	x.yield()
}

func stamp() string { return time.Now().UTC().Format("Mon Jan _2 15:04:05.000 MST") + "\n" }

const xrInvalid = "                ^\n% Invalid input detected at '^' marker.\n"

func (x *xr) handle(ctx context.Context, line string) (string, error) {
	if line == "" {
		return "", nil
	}
	if x.mode == xrExec {
		return x.exec(ctx, line)
	}
	return x.configure(ctx, line)
}

func (x *xr) exec(ctx context.Context, line string) (string, error) {
	words := strings.Fields(line)
	switch {
	case line == "exit" || line == "quit":
		return "", errBye
	case strings.HasPrefix(line, "terminal length "):
		x.pageLines, _ = strconv.Atoi(words[2])
		return stamp(), nil
	case strings.HasPrefix(line, "terminal width "):
		return stamp(), nil
	case line == "configure terminal" || line == "configure":
		x.mode, x.candidate = xrConfig, map[string]*xrLines{}
		return stamp(), nil
	case line == "configure exclusive":
		if !x.seize() {
			return stamp() + "% Configuration database is locked by another session\n", nil
		}
		x.mode, x.candidate = xrConfig, map[string]*xrLines{}
		return stamp(), nil
	case words[0] == "show":
		if err := x.face.cfg.Target.Read(ctx); err != nil {
			return "", err
		}
		return x.show(line)
	}
	return xrInvalid, nil
}

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

// configure answers a line of configuration mode.
func (x *xr) configure(ctx context.Context, line string) (string, error) {
	words := strings.Fields(line)
	switch {
	case line == "abort":
		x.end()
		return "", nil
	case line == "end":
		if x.hanging != nil {
			x.hanging.now(x.face.cfg.Target)
		}
		x.end()
		return "", nil
	case line == "exit" && x.mode == xrOptics:
		x.mode = xrConfig
		return "", nil
	case line == "exit":
		x.end()
		return "", nil
	case line == "root":
		x.mode = xrConfig
		return "", nil
	case line == "show configuration failed":
		return stamp() + x.failed, nil
	case strings.HasPrefix(line, "do show "):
		if err := x.face.cfg.Target.Read(ctx); err != nil {
			return "", err
		}
		return x.show(strings.TrimPrefix(line, "do "))
	case words[0] == "commit":
		return x.commit(ctx, words[1:])
	case words[0] == "controller" && len(words) == 2:
		p, ok := x.port(strings.TrimPrefix(words[1], "Optics"))
		if !ok || !strings.HasPrefix(words[1], "Optics") {
			return xrInvalid, nil
		}
		x.mode, x.at = xrOptics, p
		return "", nil
	}
	if x.mode != xrOptics {
		return xrInvalid, nil
	}
	return x.optic(words), nil
}

func (x *xr) end() {
	x.mode, x.candidate, x.hanging = xrExec, nil, nil
	x.yield()
}

// optic answers a line below a controller.
func (x *xr) optic(words []string) string {
	l := x.candidate[x.at.Name]
	if l == nil {
		l = x.now(x.at)
		x.candidate[x.at.Name] = l
	}
	no := words[0] == "no"
	if no {
		words = words[1:]
	}
	number := func(text string, lo, hi int) bool {
		n, err := strconv.Atoi(text)
		return err == nil && n >= lo && n <= hi
	}
	switch line := strings.Join(words, " "); {
	case line == "shutdown":
		l.shut = !no
	case strings.HasPrefix(line, "dwdm-carrier 100MHz-grid frequency"):
		if no {
			l.grid = ""
			return ""
		}
		if len(words) != 4 || !number(words[3], 1911500, 1961500) {
			return xrInvalid
		}
		l.grid = words[3]
	case words[0] == "transmit-power":
		if no {
			l.power = ""
			return ""
		}
		if len(words) != 2 || !number(words[1], -190, 40) {
			return xrInvalid
		}
		l.power = words[1]
	case words[0] == "fec":
		if no {
			l.fec = ""
			return ""
		}
		if len(words) != 2 || !slices.Contains([]string{"cFEC", "oFEC"}, words[1]) {
			return xrInvalid
		}
		l.fec = words[1]
	case words[0] == "dac-rate":
		if no {
			l.dac = ""
			return ""
		}
		if len(words) != 2 || !slices.Contains([]string{"1x1", "1x1.25"}, words[1]) {
			return xrInvalid
		}
		l.dac = words[1]
	default:
		return xrInvalid
	}
	return ""
}

// commit makes the candidate run: for good, or for some seconds.
func (x *xr) commit(ctx context.Context, words []string) (string, error) {
	var confirmed time.Duration
	if len(words) > 0 {
		if words[0] != "confirmed" || len(words) > 2 {
			return xrInvalid, nil
		}
		seconds := 600
		if len(words) == 2 {
			n, err := strconv.Atoi(words[1])
			if err != nil || n < 1 { // the real one wants 30; tests have no time for that
				return xrInvalid, nil
			}
			seconds = n
		}
		confirmed = time.Duration(seconds) * time.Second
	}
	edits, fault := x.edits()
	if fault != "" {
		x.failed = fault
		return stamp() + "\n% Failed to commit one or more configuration items during a pseudo-atomic operation. All changes made have been reverted. Please issue 'show configuration failed [inheritance]' from this session to view the errors\n", nil
	}
	if len(edits) == 0 {
		x.hanging.confirm()
		x.hanging = nil
		return stamp(), nil
	}
	back := x.undo(edits)
	err := x.face.cfg.Target.Write(ctx, x.user, edits...)
	if err == gnmid.ErrDropped {
		// The session is gone, and what was only armed with it.
		if confirmed > 0 {
			_ = x.face.cfg.Target.TakeBack(back...)
		}
		return "", err
	}
	if err != nil {
		x.failed = "!! SEMANTIC ERRORS: This configuration was rejected by\n!! the system due to semantic errors.\n" + x.place(edits, err.Error())
		return stamp() + "\n% Failed to commit one or more configuration items during a pseudo-atomic operation. All changes made have been reverted. Please issue 'show configuration failed [inheritance]' from this session to view the errors\n", nil
	}
	x.hanging.confirm()
	x.hanging = nil
	if confirmed > 0 {
		x.hanging = x.arm(confirmed, back)
	}
	x.candidate = map[string]*xrLines{}
	return stamp(), nil
}

// place says of a refusal which controller it is about, as far as the words of
// the target tell.
func (x *xr) place(edits []gnmid.Edit, words string) string {
	for _, p := range x.face.cfg.Ports {
		if strings.Contains(words, "[name="+p.Channel+"]") {
			return "controller Optics" + p.Name + "\n!!% " + words + "\n!\nend\n"
		}
	}
	return "!!% " + words + "\nend\n"
}

// edits is the difference between the candidate and what runs.
func (x *xr) edits() (out []gnmid.Edit, fault string) {
	set := func(path, have, want string) {
		switch {
		case have == want:
		case want == "":
			out = append(out, gnmid.Edit{Path: path, Delete: true})
		default:
			out = append(out, gnmid.Edit{Path: path, Value: want})
		}
	}
	for _, p := range x.face.cfg.Ports {
		want, touched := x.candidate[p.Name]
		if !touched {
			continue
		}
		have := x.now(p)
		code := func(l *xrLines) string {
			for _, m := range xrModes {
				if m.fec == l.fec && m.dac == l.dac {
					return m.code
				}
			}
			return ""
		}
		if code(want) == "" && (want.fec != "" || want.dac != "") {
			return nil, "controller Optics" + p.Name + "\n!!% The configured FEC and DAC rate do not go together\n!\nend\n"
		}
		if have.grid != want.grid {
			mhz := ""
			if want.grid != "" {
				mhz = want.grid + "00"
			}
			set(p.config("frequency"), "-", mhz)
		}
		if have.power != want.power {
			dbm := ""
			if n, err := strconv.ParseFloat(want.power, 64); err == nil {
				dbm = strconv.FormatFloat(n/10, 'f', 1, 64)
			}
			set(p.config("target-output-power"), "-", dbm)
		}
		set(p.config("operational-mode"), code(have), code(want))
		set(p.laser(), strconv.FormatBool(!have.shut), strconv.FormatBool(!want.shut))
	}
	return out, ""
}
