package clid

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// srosCompatibility are the names of the modes that the optics have.
func srosCompatibility() map[string]string {
	return map[string]string{"1": "interop2", "2": "interop"}
}

// srOS plays the MD-CLI of Nokia SR OS.
func srOS() manner {
	const invalid = "MINOR: MGMT_CORE #2201: Unknown element\n"
	return manner{
		exec: func(host string, _ bool) string { return "[/]\r\nA:waveplane@" + host + "# " },
		config: func(host string, dirty bool) string {
			return strings.TrimSpace(star(dirty)) + "(ex)[/]\r\nA:waveplane@" + host + "# "
		},
		paging: "environment more false", unknown: invalid,
		enter: "edit-config exclusive", entered: "INFO: CLI #2070: Entering exclusive configuration mode\nINFO: CLI #2061: Uncommitted changes are discarded on configuration mode exit\n",
		locked:  "MINOR: MGMT_CORE #2052: Exclusive datastore access unavailable - locked by another session\n",
		discard: []string{"discard"}, leave: "quit-config", commit: "commit",
		confirmed: func(f *flat, line string) time.Duration {
			return after(line, "commit confirmed ", f.face.cfg.Minute)
		},
		persist: "commit confirmed accept",
		refused: func(words string, p Port, known bool) string {
			if known {
				return "MINOR: MGMT_CORE #4001: configure port " + p.Name + " - " + words + "\n"
			}
			return "MINOR: MGMT_CORE #4001: " + words + "\n"
		},
		set: setSROS,
		ask: func(f *flat, line string) (string, bool) { return f.manner.show(f, line) },
		show: func(f *flat, line string) (string, bool) {
			switch line {
			case "environment console width 512":
				return "", true
			case "show system information":
				return "===============\nSystem Information\n===============\nSystem Name            : " + f.face.cfg.Name + "\nSystem Type            : 7750 SR-1se\nSystem Version         : C-26.3.R1\n", true
			case "admin show configuration flat":
				return f.srosConfiguration(), true
			}
			name, ok := strings.CutPrefix(line, "info flat /state port ")
			name, ok2 := strings.CutSuffix(name, " dwdm")
			p, known := f.port(name)
			if !ok || !ok2 || !known {
				return "", false
			}
			return f.srosState(p), true
		},
	}
}

func setSROS(f *flat, line string) string {
	const invalid = "MINOR: MGMT_CORE #2201: Unknown element\n"
	bare, del := strings.CutPrefix(line, "delete ")
	rest, ok := strings.CutPrefix(bare, "/configure port ")
	name, rest, _ := strings.Cut(rest, " ")
	if !ok {
		return invalid
	}
	p, known := f.port(name)
	if !known {
		return "MINOR: MGMT_CORE #2301: Invalid element value - port " + name + "\n"
	}
	s := f.cand.at(p)
	words := strings.Fields(rest)
	value := ""
	if !del && len(words) > 0 {
		value, words = words[len(words)-1], words[:len(words)-1]
	}
	n, err := strconv.ParseFloat(value, 64)
	const bad = "MINOR: MGMT_CORE #2301: Invalid element value\n"
	switch strings.Join(words, " ") {
	case "admin-state":
		if value != "enable" && value != "disable" {
			return bad
		}
		s.on = value == "enable"
	case "transceiver digital-coherent-optics":
		cages := map[string]string{"true": coherentCage, "false": standardCage}
		if !del && cages[value] == "" {
			return bad
		}
		s.cage = cages[value]
	case "dwdm frequency":
		if !del && s.cage != coherentCage {
			return "MINOR: MGMT_CORE #4001: configure port " + name + " dwdm frequency - transceiver digital-coherent-optics must be set first\n"
		}
		if !del && (err != nil || n != math.Trunc(n)) {
			return bad
		}
		s.mhz = int64(n)
	case "dwdm coherent target-power":
		if !del && (err != nil || n < -20 || n > 3) {
			return "MINOR: MGMT_CORE #2302: Invalid element value - must be in -20.00..3.00\n"
		}
		s.dbm = value
	case "dwdm coherent compatibility":
		code := ""
		for c, word := range srosCompatibility() {
			if word == value {
				code = c
			}
		}
		if !del && code == "" {
			return bad
		}
		s.code = code
	default:
		return invalid
	}
	f.cand.put(p, s)
	return ""
}

func (f *flat) srosConfiguration() string {
	b := strings.Builder{}
	b.WriteString("# TiMOS-C-26.3.R1\n/configure system name \"" + f.face.cfg.Name + "\"\n")
	f.eachInterface(func(name, leaf, value string) {
		if leaf == "description" {
			value = `"` + value + `"`
		}
		b.WriteString("/configure router interface " + name + " " + leaf + " " + value + "\n")
	})
	for _, p := range f.face.cfg.Ports {
		at, s := "/configure port "+p.Name+" ", f.setting(p)
		b.WriteString(at + "admin-state " + map[bool]string{true: "enable", false: "disable"}[s.on] + "\n")
		if s.cage != "" {
			b.WriteString(at + "transceiver digital-coherent-optics " + strconv.FormatBool(s.cage == coherentCage) + "\n")
		}
		if s.mhz != 0 {
			fmt.Fprintf(&b, "%sdwdm frequency %d\n", at, s.mhz)
		}
		if word := srosCompatibility()[s.code]; word != "" {
			b.WriteString(at + "dwdm coherent compatibility " + word + "\n")
		}
		if s.dbm != "" {
			v, _ := strconv.ParseFloat(s.dbm, 64)
			fmt.Fprintf(&b, "%sdwdm coherent target-power %.2f\n", at, v)
		}
	}
	return b.String() + "# Finished 2026-01-01T00:00:00.0+00:00\n"
}

func (f *flat) srosState(p Port) string {
	r := f.face.cfg.Optics(p.Name)
	at := "/state port " + p.Name + " dwdm "
	var b strings.Builder
	hundredths := func(leaf string, v float64) {
		if !math.IsNaN(v) {
			fmt.Fprintf(&b, "%s%s %d\n", at, leaf, int64(math.Round(v*100)))
		}
	}
	b.WriteString(at + "tx-laser " + map[bool]string{true: "on", false: "off"}[r.On] + "\n")
	if r.FrequencyMHz > 0 {
		fmt.Fprintf(&b, "%soper-frequency %d\n", at, r.FrequencyMHz)
	}
	if word := srosCompatibility()[strconv.Itoa(int(r.ModeCode))]; word != "" {
		b.WriteString(at + "coherent oper-compatibility " + word + "\n")
	}
	b.WriteString(at + "coherent module-state " + map[bool]string{true: "ready", false: "tx-turn-up"}[r.Locked] + "\n")
	hundredths("coherent statistics transmitted power", floor40(r.TxDbm))
	hundredths("coherent statistics received power", floor40(r.RxDbm))
	hundredths("coherent statistics received total-power", floor40(r.RxTotalDbm))
	if !math.IsNaN(r.Ber) {
		fmt.Fprintf(&b, "%scoherent statistics received bit-error-rate %.3e\n", at, r.Ber)
	}
	hundredths("coherent rx-quality-factor", r.QDb)
	hundredths("coherent statistics received osnr", r.OsnrDb)
	return b.String()
}
