package clid

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// junosApplications are the CMIS host and media codes of the modes that the
// optics have.
func junosApplications() map[string]string {
	return map[string]string{"1": "hostid 17 mediaid 70", "2": "hostid 17 mediaid 62"}
}

// junosNm finds the frequency on the 6.25 GHz raster of a wavelength as the
// command line takes it: nanometres of two decimals.
func junosNm(text string) (mhz int64, ok bool) {
	nm, err := strconv.ParseFloat(text, 64)
	if err != nil || len(text) != 7 {
		return 0, false
	}
	for f := int64(191_150_000); f <= 196_100_000; f += 6250 {
		if fmt.Sprintf("%.2f", 299_792_458_000.0/float64(f)) == fmt.Sprintf("%.2f", nm) {
			return f, true
		}
	}
	return 0, false
}

// junos plays the command line of a Juniper router.
func junos() manner {
	const invalid = "                        ^\nsyntax error.\n"
	return manner{
		exec:   func(host string, _ bool) string { return "waveplane@" + host + "> " },
		config: func(host string, _ bool) string { return "[edit]\r\nwaveplane@" + host + "# " },
		paging: "set cli screen-length 0", unknown: "          ^\nunknown command.\n",
		enter: "configure exclusive", entered: "warning: uncommitted changes will be discarded on exit\nEntering configuration mode\n", locked: "error: configuration database locked by:\n  root terminal p0 (pid 77)\n",
		discard: []string{"rollback 0"}, discarded: "load complete\n", leave: "exit",
		commit: "commit", committed: "commit complete\n",
		confirmed: func(f *flat, line string) time.Duration { return after(line, "commit confirmed ", f.face.cfg.Minute) },
		refused: func(words string, p Port, known bool) string {
			if known {
				return "[edit interfaces " + p.Name + " optics-options]\n  'optics-options'\n    " + words + "\nerror: configuration check-out failed for " + p.Name + ": " + words + "\n"
			}
			return "error: " + words + "\n"
		},
		set: func(f *flat, line string) string {
			del := strings.HasPrefix(line, "delete ")
			words := strings.Fields(strings.TrimPrefix(strings.TrimPrefix(line, "delete "), "set "))
			if len(words) < 4 || words[0] != "interfaces" || words[2] != "optics-options" {
				return invalid
			}
			p, known := f.port(words[1])
			if !known {
				return invalid
			}
			s := f.cand.at(p)
			switch leaf := words[3]; {
			case leaf == "wavelength" && del:
				s.mhz = 0
			case leaf == "wavelength" && len(words) == 5:
				mhz, ok := junosNm(words[4])
				if !ok {
					return invalid
				}
				s.mhz = mhz
			case leaf == "tx-power" && del:
				s.dbm = ""
			case leaf == "tx-power" && len(words) == 5:
				if v, err := strconv.ParseFloat(words[4], 64); err != nil || v < -30 || v > 5 {
					return invalid
				}
				s.dbm = words[4]
			case leaf == "application" && del:
				s.code = ""
			case leaf == "application":
				s.code = ""
				for code, app := range junosApplications() {
					if app == strings.Join(words[4:], " ") {
						s.code = code
					}
				}
				if s.code == "" {
					return invalid
				}
			case leaf == "laser-enable" && !del:
				s.on = true
			case leaf == "no-laser-enable" && !del:
				s.on = false
			default:
				return invalid
			}
			f.cand.put(p, s)
			return ""
		},
		ask: func(f *flat, line string) (string, bool) {
			run, ok := strings.CutPrefix(line, "run ")
			if !ok {
				return "", false
			}
			return f.manner.show(f, run)
		},
		show: func(f *flat, line string) (string, bool) {
			switch {
			case strings.HasPrefix(line, "set cli "):
				return "", true
			case line == "show version":
				return "Hostname: " + f.face.cfg.Name + "\nModel: ptx10001-36mr\nJunos: 23.4R2-S1-EVO\n", true
			case line == "show configuration | display set":
				var b strings.Builder
				b.WriteString("set system host-name " + f.face.cfg.Name + "\n")
				f.eachInterface(func(name, leaf, value string) {
					if leaf == "description" {
						value = `"` + value + `"`
					}
					b.WriteString("set interfaces " + name + " " + leaf + " " + value + "\n")
				})
				for _, p := range f.face.cfg.Ports {
					at, s := "set interfaces "+p.Name+" optics-options ", f.setting(p)
					if s.mhz != 0 {
						fmt.Fprintf(&b, "%swavelength %.2f\n", at, 299_792_458_000.0/float64(s.mhz))
					}
					if s.dbm != "" {
						v, _ := strconv.ParseFloat(s.dbm, 64)
						b.WriteString(at + "tx-power " + strconv.FormatFloat(v, 'f', -1, 64) + "\n")
					}
					if app := junosApplications()[s.code]; app != "" {
						b.WriteString(at + "application " + app + "\n")
					}
					b.WriteString(at + map[bool]string{true: "laser-enable", false: "no-laser-enable"}[s.on] + "\n")
				}
				return b.String(), true
			}
			name, ok := strings.CutPrefix(line, "show interfaces diagnostics optics ")
			p, known := f.port(name)
			if !ok || !known {
				return "", false
			}
			r := f.face.cfg.Optics(p.Name)
			var b strings.Builder
			b.WriteString("Physical interface: " + p.Name + "\n")
			say := func(name, value string) { fmt.Fprintf(&b, "    %-43s:  %s\n", name, value) }
			num := func(name string, v float64, format, unit string) {
				if !math.IsNaN(v) {
					say(name, fmt.Sprintf(format, v)+unit)
				}
			}
			say("Laser state", map[bool]string{true: "On", false: "Off"}[r.On])
			if r.FrequencyMHz > 0 {
				say("Carrier frequency", strconv.FormatFloat(float64(r.FrequencyMHz)/1e6, 'f', -1, 64)+" THz")
			}
			if app := junosApplications()[strconv.Itoa(int(r.ModeCode))]; app != "" {
				say("Active application", app)
			}
			say("Laser output power", junosPower(r.TxDbm))
			say("Receiver signal power", junosPower(r.RxDbm))
			say("Receiver total power", junosPower(r.RxTotalDbm))
			say("Carrier lock", map[bool]string{true: "Locked", false: "Loss"}[r.Locked])
			num("Pre-FEC BER", r.Ber, "%.3e", "")
			num("Q factor", r.QDb, "%.2f", " dB")
			num("OSNR", r.OsnrDb, "%.2f", " dB")
			return b.String(), true
		},
	}
}

// junosPower is a power as Junos shows it; none is minus infinity.
func junosPower(dbm float64) string {
	if math.IsNaN(dbm) || dbm <= -40 {
		return "0.0000 mW / - Inf dBm"
	}
	return fmt.Sprintf("%.4f mW / %.2f dBm", math.Pow(10, dbm/10), dbm)
}
