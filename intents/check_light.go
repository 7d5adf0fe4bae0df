package intents

import (
	"fmt"

	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

func (n *network) circuit(c *checker, s *CircuitSpec) {
	n.refer(c, KindSite, "", s.From, "spec", "from")
	n.refer(c, KindSite, "", s.To, "spec", "to")
	for i, mode := range s.Modes {
		n.mode(c, mode, "spec", "modes", i)
	}
	for i, name := range s.Via {
		n.waypoint(c, name, false, "spec", "via", i)
	}
	for i, name := range s.Avoid {
		n.waypoint(c, name, true, "spec", "avoid", i)
	}
	if s.Diversity != nil {
		for i, name := range s.Diversity.ApartFrom {
			n.refer(c, KindCircuit, c.doc.Metadata.Namespace, name, "spec", "diversity", "apartFrom", i)
		}
	}
	if s.Handoff == nil {
		return
	}
	for i, ref := range s.Handoff.From {
		n.client(c, ref, s.From, "spec", "handoff", "from", i)
	}
	for i, ref := range s.Handoff.To {
		n.client(c, ref, s.To, "spec", "handoff", "to", i)
	}
}

// waypoint checks a name that may be of a site, a link or a device, and where
// it is to be avoided of a shared risk.
func (n *network) waypoint(c *checker, name string, risk bool, path ...any) {
	kinds := []string{KindSite, KindLink, KindDevice}
	for _, kind := range kinds {
		if n.find(kind, "", name) != nil {
			return
		}
	}
	for _, docs := range [][]Document{n.set, n.stored} {
		for i := range docs {
			if s, ok := docs[i].Spec.(*LinkSpec); ok && risk && s.shares(name) {
				return
			}
		}
	}
	for _, kind := range kinds {
		if n.offline && !n.present[kind] {
			n.skip(c, kind, name)
			return
		}
	}
	what := "site, link or device"
	if risk {
		what = "site, link, device or shared risk"
	}
	c.fault("no "+what+" is named "+quoted(name), "", path...)
}

func (s *LinkSpec) shares(risk string) bool {
	for _, span := range s.Spans {
		for _, r := range span.SharedRisks {
			if r == risk {
				return true
			}
		}
	}
	return false
}

// client checks a port on the client side of a device at the circuit's end.
func (n *network) client(c *checker, ref, site string, path ...any) {
	p, ok := splitPort(ref)
	if !ok {
		return
	}
	doc := n.refer(c, KindDevice, "", p.device, path...)
	if doc == nil {
		return
	}
	device, ok := doc.Spec.(*DeviceSpec)
	if !ok {
		return
	}
	if device.Site != site {
		c.fault("device "+quoted(p.device)+" is at site "+quoted(device.Site)+", not "+quoted(site), "", path...)
	}
	known := map[string]bool{}
	for line, port := range device.Ports {
		known[line] = true
		for _, client := range port.Clients {
			known[client] = true
		}
	}
	if !known[p.name] {
		c.fault("device "+quoted(p.device)+" has no port "+quoted(p.name), near(c, p.name, known, "it has "+few(known)), path...)
	}
}

// mode finds a mode among the documents and in the catalogue.
func (n *network) mode(c *checker, name string, path ...any) (catalogue.Mode, bool) {
	m, ok := n.modes[name]
	if !ok {
		var err error
		if m, err = n.lookupMode(name); err != nil {
			if n.cat != nil {
				c.fault(err.Error(), "", path...)
			}
			return m, false
		}
		n.modes[name] = m
	}
	if !m.Usable() {
		c.fault("mode "+quoted(name)+" cannot be planned with: "+m.Unusable, "", path...)
		return m, false
	}
	return m, true
}

func (n *network) lookupMode(name string) (catalogue.Mode, error) {
	if doc := n.find(KindMode, "", name); doc != nil {
		if s, ok := doc.Spec.(*ModeSpec); ok {
			return s.Catalogue(name)
		}
	}
	if n.cat == nil {
		return catalogue.Mode{}, &catalogue.UnknownError{What: "mode", Name: name}
	}
	m, err := n.cat.Mode(name)
	if err != nil {
		if near := catalogue.Nearest(name, n.namesOf(KindMode)); near != "" {
			return m, &catalogue.UnknownError{What: "mode", Name: name, Near: near}
		}
	}
	return m, err
}

func (n *network) wavelength(c *checker, s *WavelengthSpec) {
	from, fromPort := n.port(c, s.From, "spec", "from")
	to, toPort := n.port(c, s.To, "spec", "to")
	if from != nil && to != nil && from.Site == to.Site {
		c.fault("both ends are at site "+quoted(from.Site), "light goes from one site to another", "spec", "to")
	}
	for i, link := range s.Route {
		n.refer(c, KindLink, "", link, "spec", "route", i)
	}
	if s.Mode == "" {
		n.offered(c, s, fromPort, toPort)
		return
	}
	m, ok := n.mode(c, s.Mode, "spec", "mode")
	if !ok {
		return
	}
	for _, p := range []*Port{fromPort, toPort} {
		if p == nil || p.Pluggable == "" || n.cat == nil {
			continue
		}
		if part, err := n.cat.Pluggable(p.Pluggable); err == nil && !part.Has(s.Mode) && n.find(KindMode, "", s.Mode) == nil {
			c.fault("mode "+quoted(s.Mode)+" is not offered by "+part.Name, "it offers "+join(part.Modes), "spec", "mode")
			break
		}
	}
	if s.SlotGHz != nil && *s.SlotGHz < m.SlotWidth.GHz() {
		c.fault(number(*s.SlotGHz)+" GHz is too narrow for mode "+quoted(s.Mode), "write "+number(m.SlotWidth.GHz())+" or more", "spec", "slotGHz")
	}
	if s.TxDbm != nil && m.Launch != nil && (*s.TxDbm < m.Launch.Min.Dbm() || *s.TxDbm > m.Launch.Max.Dbm()) {
		c.fault(number(*s.TxDbm)+" dBm is outside what mode "+quoted(s.Mode)+" launches", fmt.Sprintf("write a value from %v to %v", m.Launch.Min, m.Launch.Max), "spec", "txDbm")
	}
	if s.CentreGHz == nil {
		return
	}
	if f, err := models.FrequencyFromGHz(*s.CentreGHz); err == nil && (f < m.Tune.Lower || f > m.Tune.Upper) {
		c.fault(f.String()+" is outside what mode "+quoted(s.Mode)+" tunes to", fmt.Sprintf("write a value from %v to %v", m.Tune.Lower, m.Tune.Upper), "spec", "centreGHz")
	}
}

// offered checks a slot whose mode the planner chooses: some mode of the parts
// must fit it.
func (n *network) offered(c *checker, s *WavelengthSpec, ends ...*Port) {
	if s.SlotGHz == nil || n.cat == nil {
		return
	}
	for _, p := range ends {
		if p == nil || p.Pluggable == "" {
			continue
		}
		part, err := n.cat.Pluggable(p.Pluggable)
		if err != nil {
			continue
		}
		least := models.Frequency(0)
		for _, name := range part.Modes {
			if m, err := n.cat.Mode(name); err == nil && m.Usable() && (least == 0 || m.SlotWidth < least) {
				least = m.SlotWidth
			}
		}
		if least > 0 && *s.SlotGHz < least.GHz() {
			c.fault(number(*s.SlotGHz)+" GHz is too narrow for every mode of "+part.Name, "write "+number(least.GHz())+" or more", "spec", "slotGHz")
			return
		}
	}
}

// names finds hand-written wavelengths that take a port of another, or a name
// that a circuit gives.
func (n *network) names() {
	ports, waves := map[string]*Document{}, []*Document{}
	fresh := map[*Document]bool{}
	for k, docs := range [][]Document{n.stored, n.set} {
		for i := range docs {
			if docs[i].Kind == KindWavelength {
				waves = append(waves, &docs[i])
				fresh[&docs[i]] = k == 1
			}
		}
	}
	for _, doc := range waves {
		c := &checker{doc: doc, faults: &n.faults}
		id := identify(doc)
		if circuit, ok := generatedFor(id.name); ok && n.collides(fresh[doc], circuit, id.namespace) {
			c.generatedName(circuit)
		}
		s, ok := doc.Spec.(*WavelengthSpec)
		if !ok {
			continue
		}
		for _, end := range []struct{ field, ref string }{{"from", s.From}, {"to", s.To}} {
			if before, taken := ports[end.ref]; taken {
				c.fault("port "+quoted(end.ref)+" is already taken by wavelength "+quoted(before.Metadata.Name), "", "spec", end.field)
				continue
			}
			ports[end.ref] = doc
		}
	}
}

// collides reports whether a circuit owns a wavelength's name; of two stored
// documents that is not the set's fault.
func (n *network) collides(fresh bool, circuit, namespace string) bool {
	if fresh {
		return n.find(KindCircuit, namespace, circuit) != nil
	}
	for i := range n.set {
		if n.set[i].Kind == KindCircuit && identify(&n.set[i]) == (identity{KindCircuit, namespace, circuit}) {
			return true
		}
	}
	return false
}
