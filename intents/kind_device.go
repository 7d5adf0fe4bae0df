package intents

import (
	"encoding/base64"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/waveplane/waveplane/models/catalogue"
)

func deviceKind() Kind {
	return kindOf(KindDevice, "devices", []string{"dev"}, false, checkDevice, func(s *DeviceSpec) {
		if s.Mode == "" {
			s.Mode = "observe"
		}
	})
}

func checkDevice(c *checker, s *DeviceSpec) {
	c.checkName(s.Site, "spec", "site")
	role := catalogue.Role("")
	if c.cat != nil {
		profile, err := c.cat.Profile(s.Profile)
		c.known(err, "spec", "profile")
		role = profile.Role
	}
	switch problem := addressProblem(s.Address); {
	case role == catalogue.RoleFilter:
		checkPassive(c, s)
	case s.Address == "" && c.cat == nil: // a stored one, which may be a filter's
	case s.Address == "":
		c.fault("is required: the profile is of a device with an address", "write host:port", "spec", "address")
	case problem != "":
		c.fault(problem, "write host:port", "spec", "address")
	}
	if s.Credentials != nil {
		checkCredentials(c, s.Credentials.Ref)
	}
	if s.TLS != nil {
		checkTLS(c, s.TLS)
	}
	if s.SSH != nil && !fingerprint(s.SSH.HostKey) {
		c.fault("found "+quoted(s.SSH.HostKey)+", want the fingerprint of a host key", "write what ssh-keygen -lf prints: SHA256: and 43 letters", "spec", "ssh", "hostKey")
	}
	c.oneOf(s.Mode, []string{"observe", "manage"}, "spec", "mode")
	if s.OwnsInterface && role != "" && role != catalogue.RoleRouter {
		c.fault("only routers have interfaces to own; the profile is of a "+string(role), "leave it out", "spec", "ownsInterface")
	}
	clients := map[string]string{}
	for _, name := range sortedKeys(s.Ports) {
		checkDevicePort(c, s, role, name, clients)
	}
	for _, name := range sortedKeys(s.Banks) {
		checkBank(c, s, role, name)
	}
	switch role {
	case catalogue.RoleSwitch:
		checkFibres(c, s)
	case catalogue.RoleFilter:
		checkCommon(c, s)
	}
	if s.Switch != nil {
		checkSwitch(c, s, role)
	}
}

// checkPassive refuses what only a device that can be spoken to has.
func checkPassive(c *checker, s *DeviceSpec) {
	for _, f := range []struct {
		field string
		given bool
	}{
		{"address", s.Address != ""}, {"credentials", s.Credentials != nil}, {"tls", s.TLS != nil}, {"ssh", s.SSH != nil}, {"mode", s.Mode == "manage"},
	} {
		if f.given {
			c.fault("a filter is passive: there is nothing to talk to", "leave it out", "spec", f.field)
		}
	}
}

func checkCredentials(c *checker, ref string) {
	at := []any{"spec", "credentials", "ref"}
	const remedy = "write env:NAME or file:PATH; the secret itself never stands in a document"
	env, isEnv := strings.CutPrefix(ref, "env:")
	file, isFile := strings.CutPrefix(ref, "file:")
	switch {
	case isEnv && !envName(env):
		c.fault("what follows env: is not the name of a variable", remedy, at...)
	case isFile && (file == "" || strings.ContainsAny(file, "\n\t")):
		c.fault("what follows file: is not a path", remedy, at...)
	case isFile && climbs(file):
		c.fault("the path leaves its directory", remedy, at...)
	case !isEnv && !isFile:
		c.fault("the reference is neither env: nor file:", remedy, at...)
	}
}

func envName(s string) bool {
	for i, r := range s {
		letter := r == '_' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}

// fingerprint reports whether a text looks like what ssh-keygen -l prints.
func fingerprint(s string) bool {
	sum, ok := strings.CutPrefix(s, "SHA256:")
	raw, err := base64.RawStdEncoding.DecodeString(sum)
	return ok && err == nil && len(raw) == 32
}

func climbs(path string) bool { return slices.Contains(strings.Split(path, "/"), "..") }

func checkTLS(c *checker, t *TLSSpec) {
	if climbs(t.CAFile) {
		c.fault("the path leaves its directory", "write a path below the state directory, or an absolute one", "spec", "tls", "caFile")
	}
	c.checkText(t.CAFile, "spec", "tls", "caFile")
	if t.ServerName != "" && !hostName(t.ServerName) {
		c.fault("found "+quoted(t.ServerName)+", want a host name", "", "spec", "tls", "serverName")
	}
}

func checkDevicePort(c *checker, s *DeviceSpec, role catalogue.Role, name string, clients map[string]string) {
	p := s.Ports[name]
	at := func(field ...any) []any { return append([]any{"spec", "ports", name}, field...) }
	if problem := portProblem(name); problem != "" {
		c.fault(problem, "", at()...)
	}
	if p.Pluggable != "" && c.cat != nil {
		_, err := c.cat.Pluggable(p.Pluggable)
		c.known(err, at("pluggable")...)
	}
	packet := role == catalogue.RoleRouter || role == catalogue.RoleTerminal
	line := role == catalogue.RoleRoadm || role == catalogue.RoleAmplifier
	notHere := func(set bool, field string) {
		if set {
			c.fault("a port of a "+string(role)+" has no "+field, "leave it out", at(field)...)
		}
	}
	filter, fibre := role == catalogue.RoleFilter, role == catalogue.RoleSwitch
	if packet || filter {
		notHere(p.Tx != "", "tx")
		notHere(p.Rx != "", "rx")
	}
	if packet || filter || fibre {
		notHere(p.EgressDbmPer50GHz != nil, "egressDbmPer50GHz")
		notHere(p.Bank != "", "bank")
		notHere(p.AddDbm != nil, "addDbm")
	}
	if role != "" && role != catalogue.RoleRoadm {
		notHere(p.EgressDbm != nil, "egressDbm")
		notHere(p.EgressDbmPerGBd != nil, "egressDbmPerGBd")
		notHere(p.PassbandTHz != nil, "passbandTHz")
	}
	c.checkLineBand(p.PassbandTHz, at("passbandTHz")...)
	if role != "" && !filter {
		notHere(p.CentreGHz != nil, "centreGHz")
		notHere(p.WidthGHz != nil, "widthGHz")
	}
	checkChannelPort(c, p, at)
	if fibre && p.Tx == "" && p.Rx == "" {
		c.fault("the numbers of the fibres are not given", "give rx, the input that light comes in by, and tx, the output that it leaves by", at()...)
	}
	if line || filter || fibre {
		notHere(p.Pluggable != "", "pluggable")
		notHere(p.Clients != nil, "clients")
	}
	if role == catalogue.RoleAmplifier {
		notHere(p.Bank != "", "bank")
		notHere(p.AddDbm != nil, "addDbm")
	}
	for i, client := range p.Clients {
		if problem := portProblem(client); problem != "" {
			c.fault(problem, "", at("clients", i)...)
		}
		if other, taken := clients[client]; taken && client != "" {
			c.fault("client "+quoted(client)+" already belongs to port "+quoted(other), "name each client once", at("clients", i)...)
		}
		clients[client] = name
	}
	c.checkText(p.Tx, at("tx")...)
	c.checkText(p.Rx, at("rx")...)
	if (p.Tx == "") != (p.Rx == "") && c.read(at("tx")...) && c.read(at("rx")...) {
		c.fault("only one of tx and rx is given", "give both", at()...)
	}
	checkEgress(c, p, at)
	if p.AddDbm != nil {
		checkPowers(c, *p.AddDbm, at("addDbm")...)
	}
	if p.Bank != "" && c.read("spec", "banks") {
		if _, ok := s.Banks[p.Bank]; !ok {
			c.fault("unknown bank "+quoted(p.Bank), near(c, p.Bank, s.Banks, "give it under spec.banks"), at("bank")...)
		}
	}
	c.oneOf(p.State, []string{"spare", "reserved", "faulty"}, at("state")...)
}

// checkFibres finds fibres of a circuit switch that are given to two ports.
func checkFibres(c *checker, s *DeviceSpec) {
	inputs, outputs := map[string]string{}, map[string]string{}
	for _, name := range sortedKeys(s.Ports) {
		p := s.Ports[name]
		for _, f := range []struct {
			field, number string
			seen          map[string]string
		}{{"rx", p.Rx, inputs}, {"tx", p.Tx, outputs}} {
			if f.number == "" {
				continue
			}
			if other, twice := f.seen[f.number]; twice {
				c.fault("fibre "+quoted(f.number)+" already belongs to port "+quoted(other), "give each port fibres of its own", "spec", "ports", name, f.field)
			}
			f.seen[f.number] = name
		}
	}
}

// checkCommon refuses a filter with several common ports: which channel goes to which
// of them cannot be said.
func checkCommon(c *checker, s *DeviceSpec) {
	common := ""
	for _, name := range sortedKeys(s.Ports) {
		if s.Ports[name].CentreGHz != nil || s.Ports[name].WidthGHz != nil {
			continue
		}
		if common != "" {
			c.fault("a filter has one common port, and "+quoted(common)+" is one already", "give centreGHz and widthGHz, or make two filters of it", "spec", "ports", name)
		}
		common = name
	}
}

// checkChannelPort checks what a port of a fixed filter passes.
func checkChannelPort(c *checker, p Port, at func(...any) []any) {
	switch {
	case p.CentreGHz == nil && p.WidthGHz == nil:
		return
	case p.CentreGHz == nil || p.WidthGHz == nil:
		if c.read(at("centreGHz")...) && c.read(at("widthGHz")...) {
			c.fault("only one of centreGHz and widthGHz is given", "give both, or neither for the common port", at()...)
		}
		return
	}
	c.checkSlot(p.CentreGHz, p.WidthGHz, func(field string) []any {
		if field == "slotGHz" {
			field = "widthGHz"
		}
		return at(field)
	})
}

func checkBank(c *checker, s *DeviceSpec, role catalogue.Role, name string) {
	b := s.Banks[name]
	if problem := portProblem(name); problem != "" {
		c.fault(problem, "", "spec", "banks", name)
	}
	if role != "" && role != catalogue.RoleRoadm {
		c.fault("a "+string(role)+" has no add/drop banks", "leave it out", "spec", "banks", name)
		return
	}
	if len(b.Degrees) == 0 {
		c.fault("a bank without degrees", "name the ports that its light can leave by", "spec", "banks", name, "degrees")
	}
	seen := map[string]bool{}
	for i, d := range b.Degrees {
		p, ok := s.Ports[d]
		switch {
		case !ok && !c.read("spec", "ports"):
		case !ok:
			c.fault("unknown degree "+quoted(d), near(c, d, s.Ports, "give it under spec.ports"), "spec", "banks", name, "degrees", i)
		case p.Bank != "":
			c.fault(quoted(d)+" is an add/drop port, not a degree", "", "spec", "banks", name, "degrees", i)
		case seen[d]:
			c.fault("degree "+quoted(d)+" stands twice", "leave one out", "spec", "banks", name, "degrees", i)
		}
		seen[d] = true
	}
}

func addressProblem(address string) string {
	host, portText, err := net.SplitHostPort(address)
	if err != nil {
		return "found " + quoted(address) + ", want host:port"
	}
	if _, err := netip.ParseAddr(host); err != nil && !hostName(host) {
		return "host " + quoted(host) + " is neither an address nor a name"
	}
	if n, err := strconv.ParseUint(portText, 10, 16); err != nil || n == 0 || strconv.FormatUint(n, 10) != portText {
		return "port " + quoted(portText) + " is not a number from 1 to 65535"
	}
	return ""
}

func hostName(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	for _, label := range strings.Split(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, r := range label {
			if r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
				return false
			}
		}
	}
	return true
}

// manyFaults is when near misses are no longer looked for: whoever has so many
// faults is not helped by one more, and looking takes time.
const manyFaults = 50

// near offers the closest key of a map.
func near[V any](c *checker, name string, known map[string]V, otherwise string) string {
	if len(*c.faults) >= manyFaults {
		return otherwise
	}
	return nearRemedy(name, sortedKeys(known), otherwise)
}

// nearRemedy offers the closest known name, or else says what to do.
func nearRemedy(name string, known []string, otherwise string) string {
	if near := catalogue.Nearest(name, known); near != "" {
		return "did you mean " + quoted(near) + "?"
	}
	return otherwise
}
