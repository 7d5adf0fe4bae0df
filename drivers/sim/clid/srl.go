package clid

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// srlFunctionalTypes are what a cage can be for.
func srlFunctionalTypes() map[string]string {
	return map[string]string{"digital-coherent-optics": coherentCage, "standard": standardCage}
}

// srLinux plays the command line of Nokia SR Linux.
func srLinux() manner {
	const invalid = "Parsing error: Unknown token. Error: see the help\n"
	return manner{
		exec: func(host string, _ bool) string { return "--{ + running }--[  ]--\r\nA:" + host + "# " },
		config: func(host string, dirty bool) string {
			return "--{ " + star(dirty) + "+ candidate exclusive wp }--[  ]--\r\nA:" + host + "# "
		},
		paging: "environment cli-engine type basic", unknown: invalid,
		enter: "enter candidate exclusive", locked: "Error: candidate datastore is locked by another session\n",
		discard: []string{"discard now"}, discarded: "All changes have been discarded.\n", ends: true, leave: "enter running",
		commit: "commit stay", committed: "All changes have been committed.\n",
		confirmed: func(f *flat, line string) time.Duration { return after(line, "commit confirmed timeout ", time.Second) },
		persist:   "tools system configuration confirmed-accept",
		refused: func(words string, p Port, known bool) string {
			if known {
				return "Error: interface " + p.Name + ": " + words + "\n"
			}
			return "Error: " + words + "\n"
		},
		set: func(f *flat, line string) string {
			del := strings.HasPrefix(line, "delete / ")
			rest, ok := strings.CutPrefix(strings.TrimPrefix(line, "delete / "), "set / ")
			if del {
				rest, ok = strings.CutPrefix(line, "delete / ")
			}
			words := strings.Fields(rest)
			if !ok || len(words) < 4 || words[0] != "interface" || words[2] != "transceiver" {
				return invalid
			}
			p, known := f.port(words[1])
			if !known {
				return "Error: interface " + words[1] + " does not exist\n"
			}
			s := f.cand.at(p)
			switch leaf := words[3:]; {
			case leaf[0] == "functional-type" && del == (len(leaf) == 1):
				s.cage = ""
				if !del {
					if s.cage = srlFunctionalTypes()[leaf[1]]; s.cage == "" {
						return "Error: invalid value \"" + leaf[1] + "\"\n"
					}
				}
			case leaf[0] == "tx-laser" && len(leaf) == 2 && !del:
				s.on = leaf[1] == "true"
			case leaf[0] == "optical-channel" && len(leaf) == 2 && leaf[1] == "1" && del:
				s.mhz, s.code, s.dbm, s.torn = 0, "", "", false
			case leaf[0] == "optical-channel" && len(leaf) >= 3 && leaf[1] == "1":
				value := ""
				if len(leaf) == 4 && !del {
					value = leaf[3]
				}
				switch n, err := strconv.ParseFloat(value, 64); {
				case value != "" && err != nil:
					return "Error: invalid value \"" + value + "\"\n"
				case leaf[2] == "frequency":
					if value != "" && (n < 191_100_000 || n > 196_150_000) {
						return "Error: frequency must be in 191100000..196150000\n"
					}
					s.mhz = int64(n)
				case leaf[2] == "target-power":
					if value != "" && (n < -22 || n > 4) {
						return "Error: target-power must be in -22.00..4.00\n"
					}
					s.dbm = value
				case leaf[2] == "operational-mode":
					s.code = value
				default:
					return invalid
				}
				s.torn = s.mhz == 0 || s.code == "" // the entry is there
			default:
				return invalid
			}
			f.cand.put(p, s)
			return ""
		},
		wrong: func(f *flat) string {
			for _, p := range f.face.cfg.Ports {
				if f.cand.at(p).torn {
					return "/interface[name=" + p.Name + "]/transceiver/optical-channel[index=1]: mandatory leaf frequency or operational-mode is missing"
				}
			}
			return ""
		},
		ask: func(f *flat, line string) (string, bool) { return f.manner.show(f, line) },
		show: func(f *flat, line string) (string, bool) {
			switch {
			case line == "show version":
				return "Hostname          : " + f.face.cfg.Name + "\nChassis Type      : 7220 IXR-D5\nSerial Number     : Sim Serial No.\nSoftware Version  : v25.3.1\n", true
			case line == "info flat from running":
				var b strings.Builder
				f.eachInterface(func(name, leaf, value string) {
					if leaf == "description" {
						value = `"` + value + `"`
					}
					b.WriteString("set / interface " + name + " " + leaf + " " + value + "\n")
				})
				for _, p := range f.face.cfg.Ports {
					at, s := "set / interface "+p.Name+" transceiver ", f.setting(p)
					for word, cage := range srlFunctionalTypes() {
						if cage == s.cage {
							b.WriteString(at + "functional-type " + word + "\n")
						}
					}
					if s.mhz != 0 {
						fmt.Fprintf(&b, "%soptical-channel 1 frequency %d\n", at, s.mhz)
					}
					if s.code != "" {
						b.WriteString(at + "optical-channel 1 operational-mode " + s.code + "\n")
					}
					if s.dbm != "" {
						v, _ := strconv.ParseFloat(s.dbm, 64)
						fmt.Fprintf(&b, "%soptical-channel 1 target-power %.2f\n", at, v)
					}
					b.WriteString(at + "tx-laser " + strconv.FormatBool(s.on) + "\n")
				}
				return b.String(), true
			}
			name, ok := strings.CutPrefix(line, "info flat from state interface ")
			name, ok2 := strings.CutSuffix(name, " transceiver")
			p, known := f.port(name)
			if !ok || !ok2 || !known {
				return "", false
			}
			r := f.face.cfg.Optics(p.Name)
			at := "/ interface " + p.Name + " transceiver "
			var b strings.Builder
			num := func(leaf string, v float64, format string) {
				if !math.IsNaN(v) {
					fmt.Fprintf(&b, "%s%s "+format+"\n", at, leaf, v)
				}
			}
			fmt.Fprintf(&b, "%stx-laser %v\n", at, r.On)
			if r.FrequencyMHz > 0 {
				fmt.Fprintf(&b, "%soptical-channel 1 oper-frequency %d\n", at, r.FrequencyMHz)
			}
			if r.ModeCode > 0 {
				fmt.Fprintf(&b, "%soptical-channel 1 operational-mode %d\n", at, r.ModeCode)
			}
			fmt.Fprintf(&b, "%soptical-channel 1 module-state %s\n", at, map[bool]string{true: "ready", false: "low-power"}[r.Locked])
			num("output-power latest-value", floor40(r.TxDbm), "%.2f")
			num("input-power latest-value", floor40(r.RxDbm), "%.2f")
			num("input-power-total latest-value", floor40(r.RxTotalDbm), "%.2f")
			num("optical-channel 1 statistics bit-error-rate", r.Ber, "%.3e")
			num("optical-channel 1 rx-quality-factor", r.QDb, "%.2f")
			num("optical-channel 1 osnr", r.OsnrDb, "%.2f")
			return b.String(), true
		},
	}
}

func star(dirty bool) string {
	if dirty {
		return "* "
	}
	return ""
}

// floor40 is how these optics show that there is no light.
func floor40(v float64) float64 {
	if math.IsNaN(v) || v < -40 {
		return -40
	}
	return v
}
