package clid

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/waveplane/waveplane/drivers/sim/gnmid"
)

// eos plays the command line of an Arista switch.
type eos struct {
	*session
	name string // of the configuration session; empty outside
	at   Port   // the interface, inside one
	in   bool
	cand candidate

	user   bool // at the unprivileged prompt
	asking bool // for the password of "enable"
}

// eosNames are what EOS calls the modes that the optics have.
func eosNames() map[string]string {
	return map[string]string{"1": "400gbase-zrp", "2": "400gbase-zr"}
}

func newEOS(s *session) dialect {
	return &eos{session: s, cand: candidate{s: s}, user: s.face.cfg.Unprivileged}
}

func (e *eos) prompt() string {
	switch {
	case e.asking:
		return "Password: "
	case e.user:
		return e.face.cfg.Name + ">"
	case e.name == "":
		return e.face.cfg.Name + "#"
	case e.in:
		return e.face.cfg.Name + "(config-s-" + short(e.name) + "-if-" + strings.Replace(e.at.Name, "Ethernet", "Et", 1) + ")#"
	}
	return e.face.cfg.Name + "(config-s-" + short(e.name) + ")#"
}

// short is as much of a session's name as the prompt shows.
func short(name string) string { return name[:min(len(name), 6)] }

// gone leaves a commit that hangs to its time.
func (e *eos) gone() { e.leave() }

func (e *eos) configures(line string) bool {
	return e.name != "" || !begins(line, "show", "terminal", "exit", "logout")
}

const eosInvalid = "% Invalid input\n"

func (e *eos) handle(ctx context.Context, line string) (string, error) {
	words := strings.Fields(line)
	switch {
	case e.asking:
		return e.password(line), nil
	case line == "":
		return "", nil
	case e.user && line != "exit" && line != "logout":
		return e.unprivileged(line), nil
	case e.name != "":
		return e.configure(ctx, line, words)
	case line == "exit" || line == "logout":
		return "", errBye
	case strings.HasPrefix(line, "terminal length "):
		e.pageLines, _ = strconv.Atoi(words[2])
		return "Pagination disabled.\n", nil
	case strings.HasPrefix(line, "terminal width "):
		if n, err := strconv.Atoi(words[2]); err != nil || n > 32766 {
			return eosInvalid, nil
		}
		return "Width set to " + words[2] + " columns.\n", nil
	case line == "show version":
		return "Arista DCS-7280CR3K-32D4\nHardware version: 11.00\nSerial number: SIM12345\n\nSoftware image version: 4.32.1F\n", nil
	case strings.HasPrefix(line, "configure session ") && len(words) == 3:
		return e.enter(words[2]), nil
	case strings.HasPrefix(line, "configure session ") && len(words) == 4 && words[3] == "commit":
		e.cand.hanging.confirm()
		e.cand.hanging = nil
		return "", nil
	case line == "copy running-config startup-config":
		if words := e.save(); words != "" {
			return words + "\n", nil
		}
		return "Copy completed successfully.\n", nil
	case words[0] == "show":
		if err := e.face.cfg.Target.Read(ctx); err != nil {
			return "", err
		}
		return e.show(line, words), nil
	}
	return eosInvalid, nil
}

func (e *eos) show(line string, words []string) string {
	if line == "show running-config" {
		return e.running()
	}
	if len(words) == 7 && words[1] == "interfaces" && strings.HasSuffix(line, " transceiver dom | json") {
		if p, ok := e.port(words[2]); ok {
			return e.dom(p)
		}
	}
	return eosInvalid
}

func (e *eos) running() string {
	var b strings.Builder
	b.WriteString("! Command: show running-config\n! device: " + e.face.cfg.Name + " (DCS-7280CR3K-32D4, EOS-4.32.1F)\n!\nhostname " + e.face.cfg.Name + "\n!\n")
	for _, p := range e.face.cfg.Ports {
		s := e.setting(p)
		b.WriteString("interface " + p.Name + "\n")
		if name := eosNames()[s.code]; name != "" {
			b.WriteString("   transceiver application override " + name + "\n")
		}
		if s.mhz != 0 {
			fmt.Fprintf(&b, "   transceiver frequency %.3f\n", float64(s.mhz)/1000)
		}
		if s.dbm != "" {
			v, _ := strconv.ParseFloat(s.dbm, 64)
			fmt.Fprintf(&b, "   transceiver transmitter signal-power %.2f\n", v)
		}
		if !s.on {
			b.WriteString("   transceiver transmitter disabled\n")
		}
		b.WriteString("!\n")
	}
	for _, keys := range e.face.cfg.Target.Entries("/interfaces/interface") {
		b.WriteString("interface " + keys[0] + "\n")
		if d := e.value(interfaceLeaf(keys[0], "description")); d != "" {
			b.WriteString("   description " + d + "\n")
		}
		if mtu := e.value(interfaceLeaf(keys[0], "mtu")); mtu != "" {
			b.WriteString("   mtu " + mtu + "\n")
		}
		b.WriteString("!\n")
	}
	return b.String() + "end\n"
}

// dom is what the optics measure, as JSON: what is not measured is not there.
func (e *eos) dom(p Port) string {
	r := e.face.cfg.Optics(p.Name)
	parameters := map[string]any{}
	show := func(name, unit string, v any) {
		if f, ok := v.(float64); !ok || !math.IsNaN(f) {
			parameters[name] = map[string]any{"unit": unit, "channels": map[string]any{"-": v}}
		}
	}
	power := func(name string, v float64) {
		if math.IsNaN(v) || v < -40 {
			v = -40
		}
		show(name, "dBm", math.Round(v*100)/100)
	}
	show("txLaserEnabled", "", r.On)
	show("linkUp", "", r.Locked)
	if r.FrequencyMHz > 0 {
		show("laserFreq", "GHz", float64(r.FrequencyMHz)/1000)
	}
	if name := eosNames()[strconv.Itoa(int(r.ModeCode))]; name != "" {
		show("application", "", name)
	}
	power("txPower", r.TxDbm)
	power("totalRxPower", r.RxTotalDbm)
	power("rxPower", r.RxDbm)
	show("preFecBERCurr", "", r.Ber)
	show("qFactor", "dB", math.Round(r.QDb*100)/100)
	show("osnr", "dB", math.Round(r.OsnrDb*100)/100)
	show("eSnr", "dB", math.Round(r.EsnrDb*100)/100)
	out, err := json.MarshalIndent(map[string]any{"interfaces": map[string]any{p.Name: map[string]any{"displayName": p.Name, "parameters": parameters}}}, "", "    ")
	if err != nil {
		return "% Internal error\n"
	}
	return string(out) + "\n"
}

func (e *eos) configure(ctx context.Context, line string, words []string) (string, error) {
	switch {
	case line == "abort":
		e.done()
		return "", nil
	case line == "exit" && e.in:
		e.in = false
		return "", nil
	case line == "exit":
		e.leave()
		return "", nil
	case words[0] == "interface" && len(words) == 2:
		p, ok := e.port(words[1])
		if !ok {
			return eosInvalid, nil
		}
		e.at, e.in = p, true
		return "", nil
	case words[0] == "commit":
		return e.commit(ctx, words[1:])
	case e.in:
		return e.set(words), nil
	}
	return eosInvalid, nil
}

func (e *eos) commit(ctx context.Context, words []string) (string, error) {
	var timer time.Duration
	if len(words) > 0 {
		at, err := time.Parse("15:04:05", words[len(words)-1])
		if words[0] != "timer" || err != nil {
			return eosInvalid, nil
		}
		timer = at.Sub(at.Truncate(24 * time.Hour))
	}
	err := e.cand.commit(ctx, timer, false)
	switch {
	case errors.Is(err, gnmid.ErrDropped):
		return "", err
	case err != nil:
		text := "% Cannot commit: " + err.Error()
		if p, ok := e.where(err.Error()); ok {
			text = "% Cannot commit: interface " + p.Name + ": " + err.Error()
		}
		return text + "\n", nil
	}
	e.done()
	return "", nil
}

// set answers a line below an interface.
func (e *eos) set(words []string) string {
	s := e.cand.at(e.at)
	no := words[0] == "no"
	if no {
		words = words[1:]
	}
	if len(words) < 2 || words[0] != "transceiver" {
		return eosInvalid
	}
	words = words[1:]
	switch {
	case words[0] == "frequency" && no:
		s.mhz = 0
	case words[0] == "frequency" && len(words) >= 2:
		ghz, err := strconv.ParseFloat(words[1], 64)
		if err != nil || ghz < 190_000 || ghz > 197_000 {
			return eosInvalid
		}
		s.mhz = int64(math.Round(ghz * 1000))
	case words[0] == "transmitter" && len(words) >= 2 && words[1] == "signal-power":
		if s.dbm = ""; !no {
			v, err := strconv.ParseFloat(words[len(words)-1], 64)
			if len(words) != 3 || err != nil || v < -30 || v > 5 {
				return eosInvalid
			}
			s.dbm = strconv.FormatFloat(v, 'f', 2, 64)
		}
	case words[0] == "transmitter" && len(words) == 2 && words[1] == "disabled":
		s.on = no
	case words[0] == "application" && no:
		s.code = ""
	case words[0] == "application" && len(words) == 3 && words[1] == "override":
		s.code = ""
		for code, name := range eosNames() {
			if name == words[2] {
				s.code = code
			}
		}
		if s.code == "" {
			return eosInvalid
		}
	default:
		return eosInvalid
	}
	e.cand.put(e.at, s)
	return ""
}

func contains(s, part string) bool { return strings.Contains(s, part) }
