package intents

import "time"

// APIVersion is the only version of the documents.
const APIVersion = "waveplane.dev/v1alpha1"

// Kinds of documents that are built.
const (
	KindSite          = "Site"
	KindDevice        = "Device"
	KindAmplifierType = "AmplifierType"
	KindFiberType     = "FiberType"
	KindLink          = "Link"
	KindMode          = "Mode"
	KindCircuit       = "Circuit"
	KindWavelength    = "Wavelength"
)

// Document is one intent. Spec is a pointer to the kind's spec type
// (*SiteSpec, *DeviceSpec, ...).
type Document struct {
	APIVersion string   `json:"apiVersion"`
	Kind       string   `json:"kind"`
	Metadata   Metadata `json:"metadata"`
	Spec       any      `json:"spec"`

	// Origin is where the document was read ("file.yaml:12"); it is not part of it.
	Origin string `json:"-"`
	// Places knows where its fields stand in what was read; nil when that is
	// not known. All Places compare equal.
	Places *Places `json:"-"`
}

// FaultAt starts a fault at the field that a path of names and indices leads to: where
// it was written, or the nearest above it that was, or where the document begins when
// no more is known.
func (d *Document) FaultAt(path ...any) Fault {
	file, line, column := d.Places.find(path)
	if line == 0 {
		file, line = splitOrigin(d.Origin)
		column = min(line, 1)
	}
	return Fault{File: file, Line: line, Column: column, Field: fieldName(path)}
}

// Metadata names a document. The fields from UID on are set by the server;
// a document that brings them back (get … | apply) is accepted, and only
// ResourceVersion and UID are compared.
type Metadata struct {
	Name        string            `json:"name" jsonschema:"maxLength=63"`
	Namespace   string            `json:"namespace,omitempty" jsonschema:"maxLength=63,default=default"`
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`

	UID               string     `json:"uid,omitempty"`
	Generation        int64      `json:"generation,omitempty"`
	ResourceVersion   string     `json:"resourceVersion,omitempty"`
	CreationTimestamp *time.Time `json:"creationTimestamp,omitempty"`
	DeletionTimestamp *time.Time `json:"deletionTimestamp,omitempty"`
}

// SiteSpec is a place. Lat and Lon are inventory: nothing acts on them.
type SiteSpec struct {
	Role string   `json:"role" jsonschema:"enum=dc,enum=pop,enum=hut"` // dc | pop | hut
	Lat  *float64 `json:"lat,omitempty" jsonschema:"minimum=-90,maximum=90"`
	Lon  *float64 `json:"lon,omitempty" jsonschema:"minimum=-180,maximum=180"`
}

// DeviceSpec is a box: where it is, how to reach it, what is in it.
type DeviceSpec struct {
	Site          string          `json:"site"`
	Profile       string          `json:"profile"`
	Address       string          `json:"address,omitempty"` // host:port
	Credentials   *CredentialsRef `json:"credentials,omitempty"`
	TLS           *TLSSpec        `json:"tls,omitempty"`
	SSH           *SSHSpec        `json:"ssh,omitempty"`
	Mode          string          `json:"mode,omitempty" jsonschema:"enum=observe,enum=manage,default=observe"` // observe (default) | manage
	OwnsInterface bool            `json:"ownsInterface,omitempty"`
	Ports         map[string]Port `json:"ports,omitempty"`
	Banks         map[string]Bank `json:"banks,omitempty"`
	Switch        *SwitchSpec     `json:"switch,omitempty"`
}

// CredentialsRef points to a secret: "env:NAME" or "file:PATH" holding
// user:password. The value itself never stands in a document.
type CredentialsRef struct {
	Ref string `json:"ref" jsonschema:"pattern=^(env|file):"`
}

// TLSSpec says whom to trust. Relative paths start at the state directory.
type TLSSpec struct {
	CAFile     string `json:"caFile,omitempty"`
	ServerName string `json:"serverName,omitempty"`
}

// SSHSpec says which host key a device must have. Without one, a device that is
// reached by SSH is not spoken to.
type SSHSpec struct {
	HostKey string `json:"hostKey" jsonschema:"pattern=^SHA256:"`
}

// Port is a port of a device. Which fields apply depends on the role:
// pluggable for router and terminal line ports; tx, rx and
// egressDbmPer50GHz for ROADM degrees and amplifier ports; egressDbm and
// egressDbmPerGBd for ROADM ports; bank and addDbm for add/drop ports; tx and rx
// for ports of optical circuit switches; centreGHz and widthGHz for the channel
// ports of fixed filters.
type Port struct {
	Pluggable         string      `json:"pluggable,omitempty"`
	Clients           []string    `json:"clients,omitempty"`
	Tx                string      `json:"tx,omitempty"` // component names of the two directions
	Rx                string      `json:"rx,omitempty"`
	EgressDbmPer50GHz *float64    `json:"egressDbmPer50GHz,omitempty"`
	EgressDbm         *float64    `json:"egressDbm,omitempty"`       // at most one of the three
	EgressDbmPerGBd   *float64    `json:"egressDbmPerGBd,omitempty"` //
	Bank              string      `json:"bank,omitempty"`
	PassbandTHz       *[2]float64 `json:"passbandTHz,omitempty"`                                             // of a fixed filter at a ROADM port
	CentreGHz         *float64    `json:"centreGHz,omitempty"`                                               // of a fixed filter's channel port
	WidthGHz          *float64    `json:"widthGHz,omitempty"`                                                //
	AddDbm            *[2]float64 `json:"addDbm,omitempty"`                                                  // power range at the add port
	State             string      `json:"state,omitempty" jsonschema:"enum=spare,enum=reserved,enum=faulty"` // spare | reserved | faulty
}

// Bank is an add/drop bank of a ROADM.
type Bank struct {
	Colourless     bool     `json:"colourless"`
	Degrees        []string `json:"degrees"`
	Contentionless bool     `json:"contentionless"`
}

// LinkSpec is one optical section between two ports: a fibre pair with what is
// on it, or a patch cord when it has no spans.
type LinkSpec struct {
	Ends          [2]string  `json:"ends"`                                                                       // device/port
	PowerControl  string     `json:"powerControl,omitempty" jsonschema:"enum=device,enum=manual,default=device"` // device (default) | manual | controller (not built)
	Reserved      []Reserved `json:"reserved,omitempty"`
	Spans         []Span     `json:"spans,omitempty"`
	LossDb        *float64   `json:"lossDb,omitempty" jsonschema:"minimum=0"` // of a patch cord; default 0.5
	MaxLoadStepDb *float64   `json:"maxLoadStepDb,omitempty"`                 // not built
	NoiseLoaded   bool       `json:"noiseLoaded,omitempty"`                   // not built
	Lease         *Lease     `json:"lease,omitempty"`
}

// Reserved is a range of spectrum that must not be used.
type Reserved struct {
	FromGHz float64 `json:"fromGHz"`
	ToGHz   float64 `json:"toGHz"`
	Reason  string  `json:"reason,omitempty"`
}

// Lease records whose fibre it is. It is inventory: nothing acts on it.
type Lease struct {
	Provider string `json:"provider,omitempty"`
	Contract string `json:"contract,omitempty"`
	Expires  string `json:"expires,omitempty" jsonschema:"format=date"` // YYYY-MM-DD
	Tenant   string `json:"tenant,omitempty"`
}

// ModeSpec is a transceiver mode of the user's own; it has the fields of
// catalogue.Mode with units in the names.
type ModeSpec struct {
	RateGbps       int               `json:"rateGbps" jsonschema:"minimum=1"`
	HostRates      []int             `json:"hostRates,omitempty"`
	BaudGBd        float64           `json:"baudGBd" jsonschema:"exclusiveMinimum=0"`
	Modulation     string            `json:"modulation,omitempty"`
	FEC            string            `json:"fec,omitempty"`
	SignalWidthGHz float64           `json:"signalWidthGHz,omitempty"`
	SlotGHz        float64           `json:"slotGHz" jsonschema:"exclusiveMinimum=0"`
	RequiredOsnrDb *float64          `json:"requiredOsnrDb,omitempty"`
	MinTxOsnrDb    *float64          `json:"minTxOsnrDb,omitempty"`
	TxDbm          *[2]float64       `json:"txDbm,omitempty"`
	RxDbm          []RxWindow        `json:"rxDbm,omitempty"`
	CentreStepGHz  float64           `json:"centreStepGHz,omitempty"`
	TuneTHz        *[2]float64       `json:"tuneTHz,omitempty"`
	Penalties      *Penalties        `json:"penalties,omitempty"`
	RollOff        *float64          `json:"rollOff,omitempty" jsonschema:"minimum=0,maximum=1,default=0.15"`
	EqualizationDb *float64          `json:"equalizationDb,omitempty"`
	Interop        string            `json:"interop,omitempty"`
	Roadm          bool              `json:"roadm,omitempty"`
	DeviceCodes    map[string]uint16 `json:"deviceCodes,omitempty"`
	Source         string            `json:"source,omitempty"`
}

// RxWindow is a receive power window that holds from an OSNR on.
type RxWindow struct {
	AtOsnrDb float64 `json:"atOsnrDb"`
	Min      float64 `json:"min"`
	Max      float64 `json:"max"`
}

// Penalties are tables of [impairment, dB] rows.
type Penalties struct {
	CdPsPerNm [][2]float64 `json:"cdPsPerNm,omitempty"`
	PmdPs     [][2]float64 `json:"pmdPs,omitempty"`
	PdlDb     [][2]float64 `json:"pdlDb,omitempty"`
}

// CircuitSpec asks for capacity between two sites.
type CircuitSpec struct {
	From            string      `json:"from"`
	To              string      `json:"to"`
	CapacityGbps    int         `json:"capacityGbps" jsonschema:"minimum=1"`
	MaxLatencyMs    *float64    `json:"maxLatencyMs,omitempty" jsonschema:"exclusiveMinimum=0"`
	MaxSkewMs       *float64    `json:"maxSkewMs,omitempty" jsonschema:"minimum=0"`
	Protection      *Protection `json:"protection,omitempty"`
	Diversity       *Diversity  `json:"diversity,omitempty"`
	Handoff         *Handoff    `json:"handoff,omitempty"`
	Modes           []string    `json:"modes,omitempty"`
	Via             []string    `json:"via,omitempty"`
	Avoid           []string    `json:"avoid,omitempty"`
	MinMarginDb     *float64    `json:"minMarginDb,omitempty" jsonschema:"minimum=0,default=2"` // default 2
	MaxWavelengths  int         `json:"maxWavelengths,omitempty" jsonschema:"minimum=0"`
	OnVerifyFailure string      `json:"onVerifyFailure,omitempty" jsonschema:"enum=hold,enum=undo,default=hold"` // hold (default) | undo
	Hold            bool        `json:"hold,omitempty"`                                                          // not built
}

// Protection of a circuit. Type 1+1 can be planned; it cannot be lit yet, see
// Lightable.
type Protection struct {
	Type     string `json:"type" jsonschema:"enum=none,enum=1+1,default=none"`
	At       string `json:"at,omitempty" jsonschema:"enum=client"`
	Disjoint string `json:"disjoint,omitempty" jsonschema:"enum=link,enum=sharedRisk,enum=site"` // of 1+1: default sharedRisk
}

// Diversity keeps the wavelengths of a circuit from failing together, and from
// failing together with other circuits.
type Diversity struct {
	// By says what counts as one thing that can fail: link, sharedRisk (links
	// too) or site (shared risks and links too, huts included). Default
	// sharedRisk.
	By string `json:"by,omitempty" jsonschema:"enum=link,enum=sharedRisk,enum=site,default=sharedRisk"`
	// MaxSharePercent is the greatest share of the capacity asked for that may
	// be lost with one of those.
	MaxSharePercent *int `json:"maxSharePercent,omitempty" jsonschema:"minimum=1,maximum=99"`
	// ApartFrom names circuits of the same namespace to share nothing with.
	ApartFrom []string `json:"apartFrom,omitempty"`
}

// Handoff pins the client side.
type Handoff struct {
	RateGbps int      `json:"rateGbps,omitempty"`
	From     []string `json:"from,omitempty"` // device/port
	To       []string `json:"to,omitempty"`
}

// WavelengthSpec pins light by hand. All but the ends may be left out.
type WavelengthSpec struct {
	From        string   `json:"from"` // device/port
	To          string   `json:"to"`
	Route       []string `json:"route,omitempty"` // link names in order
	CentreGHz   *float64 `json:"centreGHz,omitempty" jsonschema:"minimum=191250,maximum=196150"`
	SlotGHz     *float64 `json:"slotGHz,omitempty" jsonschema:"exclusiveMinimum=0"`
	Mode        string   `json:"mode,omitempty"`
	TxDbm       *float64 `json:"txDbm,omitempty"`
	MinMarginDb *float64 `json:"minMarginDb,omitempty" jsonschema:"minimum=0,default=2"`
}
