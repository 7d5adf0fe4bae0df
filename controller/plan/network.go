package plan

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/waveplane/waveplane/controller/plan/qot"
	"github.com/waveplane/waveplane/controller/plan/route"
	"github.com/waveplane/waveplane/controller/plan/topo"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models/catalogue"
)

// Estimator predicts light; Path, Channel and Estimate are what it is asked
// and answers. They are defined in plan/qot.
type (
	Estimator = qot.Estimator
	Path      = qot.Path
	Channel   = qot.Channel
	Estimate  = qot.Estimate
)

// FullEstimator returns the estimator "gn" of plan/qot. One should live as long
// as the process.
func FullEstimator() (Estimator, error) { return qot.NewFull() }

// SimpleEstimator returns the estimator "estimate" of plan/qot.
func SimpleEstimator() Estimator { return qot.Simple{} }

// Network is the immutable picture that the planner works on. It remembers
// answers about itself and is safe for concurrent use.
type Network struct {
	topo        *topo.Network
	finder      *route.Finder
	topologyRev int64
	sites       map[string]*site
	direct      map[[2]string][]chain // by site and site: from line port to line port
	marks       map[string]marks      // link → everything it touches
	names       map[string]bool       // everything that via and avoid may name

	mu       sync.Mutex
	inCommon map[pairing][]offer
	// elements are shared by all light that is laid out bare.
	elements map[alike]*qot.Element
	meshes   meshes
}

// site is where light can start and end at one place.
type site struct {
	lines  []*topo.Port   // every line port, by device and port name
	groups []*attachment  // line ports behind wavelength switches
	roadms []*topo.Device // switches that the groups lead to
}

// attachment is a set of line ports that are alike to the planner: the same
// device and part, leading to the same bank of the same switch.
type attachment struct {
	roadm     *topo.Device
	bank      string
	device    *topo.Device
	pluggable string
	ports     []*topo.Port
}

// Kinds are the kinds of documents that describe a network.
func Kinds() []string {
	return []string{intents.KindSite, intents.KindDevice, intents.KindAmplifierType, intents.KindFiberType, intents.KindLink, intents.KindMode}
}

// NewNetwork builds the picture from documents of the kinds that describe a
// network; other kinds are passed over. The error joins one error per inconsistent
// document. The network is usable all the same, without those documents.
func NewNetwork(docs []intents.Document, base *catalogue.Catalogue, topologyRev int64) (*Network, error) {
	t, err := topo.Build(docs, base)
	finder, errFinder := route.NewFinder(t)
	n := &Network{
		topo: t, finder: finder, topologyRev: topologyRev,
		sites: map[string]*site{}, direct: map[[2]string][]chain{}, inCommon: map[pairing][]offer{}, elements: map[alike]*qot.Element{},
	}
	for name := range t.Sites {
		n.sites[name] = &site{}
	}
	for _, name := range slices.Sorted(maps.Keys(t.Devices)) {
		n.attach(t.Devices[name])
	}
	for _, name := range slices.Sorted(maps.Keys(t.Links)) {
		if l := t.Links[name]; l.Ends[0].Line() && l.Ends[1].Line() {
			n.addChain(route.Leg{Link: l, Direction: records.AZ})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.Devices)) {
		n.chainThrough(t.Devices[name])
	}
	for _, chains := range n.direct {
		slices.SortStableFunc(chains, func(a, b chain) int { return cmp.Compare(a.latencyMs, b.latencyMs) })
	}
	n.markLinks()
	return n, errors.Join(err, errFinder)
}

// Catalogue returns the catalogue with the modes that documents add. It is
// read-only.
func (n *Network) Catalogue() *catalogue.Catalogue { return n.topo.Catalogue }

// TopologyRev returns the revision that the network was built at.
func (n *Network) TopologyRev() int64 { return n.topologyRev }

// Device returns a device's document and profile, and whether the device is
// part of the network.
func (n *Network) Device(name string) (*intents.DeviceSpec, catalogue.Profile, bool) {
	d, ok := n.topo.Devices[name]
	if !ok {
		return nil, catalogue.Profile{}, false
	}
	return d.Spec, *d.Profile, true
}

// attach files the line ports of a terminal under its site.
func (n *Network) attach(d *topo.Device) {
	if !d.Terminal() {
		return
	}
	s := n.sites[d.Site]
	for _, name := range slices.Sorted(maps.Keys(d.Ports)) {
		p := d.Ports[name]
		if !p.Line() {
			continue
		}
		s.lines = append(s.lines, p)
		if p.Link == nil {
			continue
		}
		add := p.Link.Far(p)
		if !add.Device.Joins() || !add.AddDrop() {
			continue
		}
		s.group(p, add).ports = append(s.group(p, add).ports, p)
		if !slices.Contains(s.roadms, add.Device) {
			s.roadms = append(s.roadms, add.Device)
		}
	}
}

func (s *site) group(p, add *topo.Port) *attachment {
	for _, g := range s.groups {
		if g.roadm == add.Device && g.bank == add.Spec.Bank && g.device == p.Device && g.pluggable == p.Spec.Pluggable {
			return g
		}
	}
	g := &attachment{roadm: add.Device, bank: add.Spec.Bank, device: p.Device, pluggable: p.Spec.Pluggable}
	s.groups = append(s.groups, g)
	return g
}
