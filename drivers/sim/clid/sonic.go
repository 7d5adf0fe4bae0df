package clid

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/waveplane/waveplane/drivers/sim/gnmid"
)

// sonic plays a switch with SONiC: a bash in which "config" writes one setting at
// a time into a database that is in force at once, and "show" prints from it.
// There is no candidate; what is typed has happened.
type sonic struct{ *session }

func newSonic(s *session) dialect {
	s.pageLines = 0 // nothing here pages by itself
	return &sonic{s}
}

func (x *sonic) prompt() string { return x.user + "@" + x.face.cfg.Name + ":~$ " }

func (x *sonic) gone() {}

// configures counts all but a plain "show": in a shell anything may stand behind it.
func (x *sonic) configures(line string) bool {
	return !begins(line, "show", "exit", "logout") || strings.ContainsAny(line, ";&|<>$`")
}

func (x *sonic) handle(ctx context.Context, line string) (string, error) {
	words := strings.Fields(line)
	root := false
	if len(words) > 0 && words[0] == "sudo" {
		if root, words = true, words[1:]; len(words) > 0 && words[0] == "-n" {
			words = words[1:]
		}
	}
	switch {
	case len(words) == 0:
		return "", nil
	case words[0] == "exit" || words[0] == "logout":
		return "logout\n", errBye
	case words[0] == "show":
		if err := x.face.cfg.Target.Read(ctx); err != nil {
			return "", err
		}
		return x.show(strings.Join(words[1:], " ")), nil
	case words[0] == "config" && !root:
		return "Root privileges are required for this operation\n", nil
	case words[0] == "config":
		return x.config(ctx, words[1:])
	case words[0] == "sonic-db-cli" && len(words) == 5 && words[1] == "CONFIG_DB" && words[2] == "HDEL":
		return x.forget(ctx, strings.Trim(words[3], `'"`), words[4])
	}
	return "-bash: " + words[0] + ": command not found\n", nil
}

// usage is what the command line's own parser says.
func usage(command, words string) string {
	return "Usage: " + command + " [OPTIONS]\nTry \"" + command + " -h\" for help.\n\nError: " + words + "\n"
}

// config answers "config …": one setting, in force when the prompt is back.
func (x *sonic) config(ctx context.Context, words []string) (string, error) {
	line := strings.Join(words, " ")
	switch {
	case line == "save -y":
		if words := x.save(); words != "" {
			return words + "\n", nil
		}
		return "Running command: /usr/local/bin/sonic-cfggen -d --print-data > /etc/sonic/config_db.json\n", nil
	case len(words) == 3 && words[0] == "interface" && (words[1] == "startup" || words[1] == "shutdown"):
		return x.admin(ctx, words[2], words[1] == "startup")
	case len(words) == 4 && words[0] == "interface" && words[1] == "speed":
		return x.speed(ctx, words[2], words[3])
	case len(words) >= 5 && words[0] == "interface" && words[1] == "transceiver" && words[2] == "frequency":
		return x.frequency(ctx, words[3], words[4])
	case len(words) >= 5 && words[0] == "interface" && words[1] == "transceiver" && words[2] == "tx_power":
		return x.power(ctx, words[3], words[4:])
	}
	return usage("config", "No such command."), nil
}

// write puts a port's settings into force, or says why not.
func (x *sonic) write(ctx context.Context, p Port, ack string, edits ...gnmid.Edit) (string, error) {
	err := x.face.cfg.Target.Write(ctx, x.user, edits...)
	switch {
	case errors.Is(err, gnmid.ErrDropped):
		return "", err
	case err != nil:
		return "Error: " + p.Name + ": " + err.Error() + "\n", nil
	}
	return ack, nil
}

func (x *sonic) admin(ctx context.Context, name string, up bool) (string, error) {
	p, ok := x.port(name)
	if !ok {
		return usage("config interface", "Interface name is invalid. Please enter a valid interface name!!"), nil
	}
	return x.write(ctx, p, "", gnmid.Edit{Path: p.laser(), Value: strconv.FormatBool(up)})
}

// sonicSpeeds are the speeds of a port in Mbit/s, by the code of the mode that the
// part runs at it; at the other speed it runs none that the laboratory knows.
func sonicSpeeds() map[string]string { return map[string]string{"400": "400000", "": "100000"} }

func (x *sonic) speed(ctx context.Context, name, mbits string) (string, error) {
	p, ok := x.port(name)
	if !ok {
		return "Invalid port " + name + "\n", nil
	}
	for code, speed := range sonicSpeeds() {
		if speed != mbits {
			continue
		}
		if code == "" {
			return x.write(ctx, p, "", gnmid.Edit{Path: p.config("operational-mode"), Delete: true})
		}
		return x.write(ctx, p, "", gnmid.Edit{Path: p.config("operational-mode"), Value: code})
	}
	return "Invalid speed specified: " + mbits + "\nValid speeds:100000,400000\n", nil
}

func (x *sonic) frequency(ctx context.Context, name, ghz string) (string, error) {
	const command = "config interface transceiver frequency"
	n, err := strconv.ParseInt(ghz, 10, 64)
	if err != nil {
		return usage(command, "Invalid value for '<frequency>': '"+ghz+"' is not a valid integer."), nil
	}
	p, ok := x.port(name)
	switch {
	case !ok:
		return "Invalid port " + name + "\n", nil
	case n < 0:
		return "Error: Frequency must be > 0\n", nil
	case n == 0: // as good as not given
		return "usage: portconfig [-h] -p PORT\n", nil
	}
	ack := fmt.Sprintf("Setting laser frequency to %d GHz on port %s\n", n, name)
	return x.write(ctx, p, ack, gnmid.Edit{Path: p.config("frequency"), Value: strconv.FormatInt(n*1000, 10)})
}

func (x *sonic) power(ctx context.Context, name string, rest []string) (string, error) {
	const command = "config interface transceiver tx_power"
	text := rest[len(rest)-1]
	switch {
	case len(rest) == 1 && strings.HasPrefix(text, "-"): // a number below zero looks like an option
		return usage(command, "No such option: "+text[:min(2, len(text))]), nil
	case len(rest) > 2 || len(rest) == 2 && rest[0] != "--":
		return usage(command, "Got unexpected extra argument ("+text+")"), nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return usage(command, "Invalid value for '<tx_power>': '"+text+"' is not a valid float."), nil
	}
	p, ok := x.port(name)
	switch {
	case !ok:
		return "Invalid port " + name + "\n", nil
	case v == 0: // as good as not given
		return "usage: portconfig [-h] -p PORT\n", nil
	}
	short := pythonFloat(v)
	if _, decimals, _ := strings.Cut(short, "."); len(decimals) > 1 {
		return "Error: tx power must be with single decimal place\n", nil
	}
	ack := fmt.Sprintf("Setting target Tx output power to %s dBm on port %s\n", short, name)
	return x.write(ctx, p, ack, gnmid.Edit{Path: p.config("target-output-power"), Value: strconv.FormatFloat(v, 'f', 2, 64)})
}

// pythonFloat writes a number as Python does: with a point, and no more digits
// than it takes.
func pythonFloat(v float64) string {
	text := strconv.FormatFloat(v, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

// forget takes a field of a port out of the database, and answers how many it were.
func (x *sonic) forget(ctx context.Context, key, field string) (string, error) {
	name, _ := strings.CutPrefix(key, "PORT|")
	leaf := map[string]string{"laser_freq": "frequency", "tx_power": "target-output-power"}[field]
	p, ok := x.port(name)
	if !ok || leaf == "" || x.value(p.config(leaf)) == "" {
		return "0\n", nil
	}
	return x.write(ctx, p, "1\n", gnmid.Edit{Path: p.config(leaf), Delete: true})
}
