package clid

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// show answers "show …".
func (x *sonic) show(line string) string {
	switch line {
	case "version":
		return "\nSONiC Software Version: SONiC.202405.1\nSONiC OS Version: 12\nDistribution: Debian 12.5\n\nPlatform: x86_64-kvm_x86_64-r0\n" +
			"HwSKU: SIM-32x400G\nASIC: vs\nASIC Count: 1\nSerial Number: SIM12345\nModel Number: SIM-32D\n\n"
	case "runningconfiguration all":
		return x.database()
	}
	words := strings.Fields(line)
	if len(words) < 3 || words[0] != "interfaces" {
		return usage("show", "No such command.")
	}
	p, ok := x.port(words[len(words)-1])
	if !ok {
		return usage("show interfaces", "Interface name is invalid. Please enter a valid interface name!!")
	}
	switch strings.Join(words[1:len(words)-1], " ") {
	case "status":
		return x.status(p)
	case "transceiver dom":
		return x.dom(p)
	case "transceiver pm":
		return x.pm(p)
	case "transceiver status":
		return x.optics(p)
	}
	return usage("show interfaces", "No such command.")
}

// fields are an entry of a table of the database.
type fields map[string]string

// database prints the configuration as Python prints a dictionary: sorted, four
// blanks a level, nothing but ASCII.
func (x *sonic) database() string {
	ports, others := map[string]fields{}, map[string]fields{}
	for i, p := range x.face.cfg.Ports {
		s := x.setting(p)
		f := fields{
			"admin_status": map[bool]string{true: "up", false: "down"}[s.on], "alias": "etp" + strconv.Itoa(i+1), "index": strconv.Itoa(i + 1),
			"lanes": lanes(i), "mtu": "9100", "speed": sonicSpeeds()[s.code],
		}
		if s.mhz != 0 {
			f["laser_freq"] = strconv.FormatInt(s.mhz/1000, 10)
		}
		if v, err := strconv.ParseFloat(s.dbm, 64); err == nil {
			f["tx_power"] = pythonFloat(v)
		}
		ports[p.Name] = f
	}
	for _, keys := range x.face.cfg.Target.Entries("/interfaces/interface") {
		f, isPort := ports[keys[0]]
		if !isPort {
			f = fields{"admin_status": "up"}
			others[keys[0]] = f
		}
		for _, leaf := range []string{"description", "mtu"} {
			if v := x.value(interfaceLeaf(keys[0], leaf)); v != "" {
				f[leaf] = v
			}
		}
	}
	tables := []string{
		table("DEVICE_METADATA", map[string]fields{"localhost": {"hostname": x.face.cfg.Name, "hwsku": "SIM-32x400G", "type": "LeafRouter"}}),
		table("MGMT_PORT", others),
		table("PORT", ports),
	}
	return "{\n" + strings.Join(tables, ",\n") + "\n}\n"
}

func table(name string, entries map[string]fields) string {
	var list []string
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		var inside []string
		for _, f := range slices.Sorted(maps.Keys(entries[key])) {
			inside = append(inside, "            "+asciiJSON(f)+": "+asciiJSON(entries[key][f]))
		}
		list = append(list, "        "+asciiJSON(key)+": {\n"+strings.Join(inside, ",\n")+"\n        }")
	}
	if len(list) == 0 {
		return "    " + asciiJSON(name) + ": {}"
	}
	return "    " + asciiJSON(name) + ": {\n" + strings.Join(list, ",\n") + "\n    }"
}

// asciiJSON quotes a text for JSON without a letter beyond ASCII.
func asciiJSON(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r >= ' ' && r <= '~':
			b.WriteRune(r)
		default:
			for _, u := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, `\u%04x`, u)
			}
		}
	}
	return b.String() + `"`
}

func lanes(i int) string {
	all := make([]string, 8)
	for k := range all {
		all[k] = strconv.Itoa(8*i + k + 1)
	}
	return strings.Join(all, ",")
}

// status is the port as a switch sees it.
func (x *sonic) status(p Port) string {
	r := x.face.cfg.Optics(p.Name)
	speed := map[bool]string{true: "400G", false: "100G"}[r.ModeCode == 400]
	state := map[bool]string{true: "up", false: "down"}
	return "  Interface            Lanes    Speed    MTU    FEC    Alias    Vlan    Oper    Admin                                             Type    Asym PFC\n" +
		"-----------  ---------------  -------  -----  -----  -------  ------  ------  -------  -----------------------------------------------  ----------\n" +
		fmt.Sprintf("%11s  %15s  %7s  %5s  %5s  %7s  %6s  %6s  %7s  %47s  %10s\n", p.Name, "1,2,3,4,5,6,7,8", speed, "9100", "rs", "etp1", "routed",
			state[r.Locked], state[x.setting(p).on], "QSFP-DD Double Density 8X Pluggable Transceiver", "N/A")
}

// sonicNumber writes what is measured; nothing is "N/A".
func sonicNumber(v float64, format string) string {
	if math.IsNaN(v) {
		return "N/A"
	}
	return fmt.Sprintf(format, v)
}

// sonicDbm writes a power; no light is minus infinity.
func sonicDbm(v float64) string {
	if math.IsNaN(v) || v < -40 {
		return "-inf"
	}
	return fmt.Sprintf("%.2f", v)
}

// dom is the state of the module now.
func (x *sonic) dom(p Port) string {
	r, s := x.face.cfg.Optics(p.Name), x.setting(p)
	row := func(name, value string) string {
		return fmt.Sprintf("    %-28s  %-12s  %-10s  %-9s  %-8s  %s\n", name, value, "N/A", "N/A", "N/A", "N/A")
	}
	ghz := func(mhz int64) string {
		if mhz == 0 {
			return "N/A"
		}
		return strconv.FormatFloat(float64(mhz)/1000, 'f', -1, 64)
	}
	target := "N/A"
	if v, err := strconv.ParseFloat(s.dbm, 64); err == nil {
		target = pythonFloat(v)
	}
	return p.Name + ":\n" +
		"                                  Live          High Alarm  High Warn  Low Warn  Low Alarm\n" +
		"    Sensor Type                   Measurement   Threshold   Threshold  Threshold Threshold\n" +
		"    ----------------------------  ------------  ----------  ---------  --------  ---------\n" +
		row("Laser config frequency [GHz]", ghz(s.mhz)) + row("Laser current frequency [GHz]", ghz(r.FrequencyMHz)) + row("Tx config power [dBm]", target) +
		row("Case Temperature [C]", "47.0")
}

// pm is what the module measured of late: least, mean and greatest.
func (x *sonic) pm(p Port) string {
	r := x.face.cfg.Optics(p.Name)
	row := func(name, unit, v string) string {
		return fmt.Sprintf("    %-15s  %-6s  %-8s  %-8s  %-8s  %-11s  %-11s  %s\n", name, unit, v, v, v, "N/A", "N/A", "N/A")
	}
	return p.Name + ":\n" +
		"    Parameter        Unit    Min       Avg       Max       Threshold    Threshold    Threshold\n" +
		"                                                           High         High         Crossing\n" +
		"                                                           Alarm        Warning      Alert-High\n" +
		"    ---------------  ------  --------  --------  --------  -----------  -----------  ------------\n" +
		row("Tx Power", "dBm", sonicDbm(r.TxDbm)) + row("Rx Total Power", "dBm", sonicDbm(r.RxTotalDbm)) + row("Rx Signal Power", "dBm", sonicDbm(r.RxDbm)) +
		row("OSNR", "dB", sonicNumber(r.OsnrDb, "%.1f")) + row("eSNR", "dB", sonicNumber(r.EsnrDb, "%.1f")) + row("Pre-FEC BER", "N/A", sonicNumber(r.Ber, "%.2E"))
}

// optics are the flags of the module.
func (x *sonic) optics(p Port) string {
	r := x.face.cfg.Optics(p.Name)
	flag := map[bool]string{true: "True", false: "False"}
	return p.Name + ":\n        CMIS State (SW): READY\n        Tx fault flag on media lane 1: False\n        Rx loss of signal flag on media lane 1: " + flag[!r.Locked] +
		"\n        TX disable status on lane 1: " + flag[!r.On] + "\n        Current module state: ModuleReady\n        Tx output status on media lane 1: " + flag[r.On] +
		"\n        Tuning in progress status: False\n        Tuning complete flag: False\n"
}
