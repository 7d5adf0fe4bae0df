package clid

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// gxModes are the carrier modes of the codes that the target keeps.
func gxModes() map[string]string {
	return map[string]string{"1": "Q16-400G-63", "2": "Q16-400G-60"}
}

const gxInvalid = "Error: invalid command or parameter\n"

// gx plays the command line of a Nokia (Infinera) 1830 GX.
func gx() manner {
	const invalid = gxInvalid
	return manner{
		exec:   func(host string, _ bool) string { return host + "> " },
		config: func(host string, _ bool) string { return host + "(config)> " },
		paging: "set cli-config paging disabled", unknown: invalid,
		enter: "configure exclusive", locked: "Error: the candidate configuration is locked by another session\n",
		discard: []string{"discard-changes"}, leave: "exit",
		commit: "commit", committed: "Commit complete.\n",
		confirmed: func(f *flat, line string) time.Duration {
			return after(line, "commit confirmed confirm-timeout=", time.Second)
		},
		persist: "commit persist",
		refused: func(words string, p Port, known bool) string {
			if _, after, media := strings.Cut(words, mediaChannels+"[index="); media {
				n, _, _ := strings.Cut(after, "]")
				return "Error: oxcon-" + n + ": " + words + "\n"
			}
			if known {
				return "Error: optical-carrier-" + p.Name + ": " + words + "\n"
			}
			return "Error: " + words + "\n"
		},
		set: func(f *flat, line string) string {
			words := strings.Fields(line)
			if len(words) > 0 && (words[0] == "add" || words[0] == "delete" || words[0] == "set" && len(words) > 1 && gxWords(words[1]) != nil) {
				if f.cand.line == nil {
					f.cand.line = f.gxRunning()
				}
				return gxSet(f.cand.line, line)
			}
			name, ok := "", len(words) == 4 && words[0] == "set"
			if ok {
				name, ok = strings.CutPrefix(words[1], "optical-carrier-")
			}
			p, known := f.port(name)
			if !ok || !known {
				return invalid
			}
			s := f.cand.at(p)
			switch leaf, v := words[2], words[3]; leaf {
			case "frequency":
				mhz, err := strconv.ParseInt(v, 10, 64)
				if err != nil || mhz != 0 && (mhz < 190_650_000 || mhz > 196_700_000) {
					return invalid
				}
				s.mhz = mhz
			case "tx-power":
				if v == "default" {
					s.dbm = ""
					break
				}
				if n, err := strconv.ParseFloat(v, 64); err != nil || n < -55 || n > 55 {
					return invalid
				}
				s.dbm = v
			case "carrier-mode":
				s.code = ""
				for code, mode := range gxModes() {
					if mode == v {
						s.code = code
					}
				}
				if s.code == "" && v != "not-set" {
					return invalid
				}
			case "admin-state":
				s.on = v == "unlock"
			default:
				return invalid
			}
			f.cand.put(p, s)
			return ""
		},
		wrong: func(f *flat) string { return f.cand.line.wrong(f.face.cfg.Facilities) },
		ask:   func(f *flat, line string) (string, bool) { return f.manner.show(f, line) },
		show: func(f *flat, line string) (string, bool) {
			switch line {
			case "show ne":
				return "ne-name " + f.face.cfg.Name + "\nne-type G42\nsw-version R9.1\n", true
			case "show config":
				var b strings.Builder
				f.eachInterface(func(name, leaf, value string) { fmt.Fprintf(&b, "set interface-%s %s %q\n", name, leaf, value) })
				for _, p := range f.face.cfg.Ports {
					at, s := "set optical-carrier-"+p.Name+" ", f.setting(p)
					if s.mhz != 0 {
						fmt.Fprintf(&b, "%sfrequency %d\n", at, s.mhz)
					}
					if s.dbm != "" {
						v, _ := strconv.ParseFloat(s.dbm, 64)
						fmt.Fprintf(&b, "%stx-power %.2f\n", at, v)
					}
					if m := gxModes()[s.code]; m != "" {
						b.WriteString(at + "carrier-mode " + m + "\n")
					}
					b.WriteString(at + "admin-state " + map[bool]string{true: "unlock", false: "lock"}[s.on] + "\n")
				}
				b.WriteString(f.gxRunning().show())
				return b.String(), true
			}
			if n, ok := strings.CutPrefix(line, "show oxcon-"); ok {
				return f.gxMedia(n)
			}
			name, ok := strings.CutPrefix(line, "show optical-carrier-")
			p, known := f.port(name)
			if !ok || !known {
				return "", false
			}
			r := f.face.cfg.Optics(p.Name)
			var b strings.Builder
			num := func(leaf string, v float64, format string) {
				if math.IsNaN(v) {
					v, format = -99, "%.2f"
				}
				fmt.Fprintf(&b, "%s "+format+"\n", leaf, v)
			}
			power := func(v float64) float64 {
				if v < -40 {
					return math.NaN()
				}
				return v
			}
			fmt.Fprintf(&b, "transmit-state %s\nactual-frequency %d\nactual-carrier-mode %s\n", map[bool]string{true: "on", false: "off"}[r.On], r.FrequencyMHz, gxModes()[strconv.Itoa(int(r.ModeCode))])
			num("actual-tx-power", power(r.TxDbm), "%.2f")
			num("rx-power", power(r.RxDbm), "%.2f")
			num("total-rx-power", power(r.RxTotalDbm), "%.2f")
			fmt.Fprintf(&b, "oper-state %s\n", map[bool]string{true: "enabled", false: "disabled"}[r.Locked])
			num("pre-fec-ber", r.Ber, "%.3e")
			num("q-factor", r.QDb, "%.2f")
			num("osnr", r.OsnrDb, "%.2f")
			return b.String(), true
		},
	}
}
