package records

import "github.com/waveplane/waveplane/models"

// SpectrumReport tells how full a link is, or the routes between two sites, and
// what still fits.
type SpectrumReport struct {
	Link    string   `json:"link,omitempty"`    // asked about
	Between []string `json:"between,omitempty"` // two sites, asked about
	// Links are the link asked about, or all links of the routes, by name.
	Links  []LinkSpectrum  `json:"links"`
	Routes []RouteSpectrum `json:"routes,omitempty"` // quickest first
	// MoreRoutes means that there are more routes than were looked at.
	MoreRoutes bool        `json:"moreRoutes,omitempty"`
	Ports      []SitePorts `json:"ports,omitempty"` // of both sites
	// Capacity is what still fits in all: on the link, or over the routes
	// together, taken as the planner would, quickest route first.
	Capacity  []Placements `json:"capacity"`
	Estimator string       `json:"estimator,omitempty"` // said which modes reach over the routes
}

// LinkSpectrum is one link. Every edge lies on the 6.25 GHz grid.
type LinkSpectrum struct {
	Name      string          `json:"name"`
	Ends      [2]string       `json:"ends"` // device/port
	LengthKm  float64         `json:"lengthKm"`
	LatencyMs float64         `json:"latencyMs"`
	Bands     []SpectrumRange `json:"bands"` // usable: what everything on the link passes
	Reserved  []SpectrumRange `json:"reserved"`
	Occupied  []OccupiedSlot  `json:"occupied"`
	UsableGHz float64         `json:"usableGHz"` // of all bands, without what is reserved
	FreeGHz   float64         `json:"freeGHz"`
	// LongestGHz is the longest free piece. Free spectrum divided by a width is
	// no capacity: see Placements.
	LongestGHz float64 `json:"longestGHz"`
}

// SpectrumRange is a range of the spectrum.
type SpectrumRange struct {
	Band     string  `json:"band,omitempty"` // C, L, C+L or S
	LowerGHz float64 `json:"lowerGHz"`
	UpperGHz float64 `json:"upperGHz"`
}

// OccupiedSlot is a slot that somebody has.
type OccupiedSlot struct {
	Owner string `json:"owner"`
	// Name and what follows are of the wavelength, where the owner is one.
	Name         string  `json:"name,omitempty"`
	Intent       string  `json:"intent,omitempty"` // Circuit/NAMESPACE/NAME
	Mode         string  `json:"mode,omitempty"`
	CapacityGbps int     `json:"capacityGbps,omitempty"`
	CentreGHz    float64 `json:"centreGHz"`
	WidthGHz     float64 `json:"widthGHz"`
	Direction    string  `json:"direction"` // both | az | za
}

// RouteSpectrum is one route between two sites, patch cords left out.
type RouteSpectrum struct {
	Links      []string     `json:"links"`
	LengthKm   float64      `json:"lengthKm"`
	LatencyMs  float64      `json:"latencyMs"`
	FreeGHz    float64      `json:"freeGHz"`    // the same on every link, in both directions
	LongestGHz float64      `json:"longestGHz"` // the longest free piece of it
	Capacity   []Placements `json:"capacity"`
}

// SitePorts counts the line ports of a site.
type SitePorts struct {
	Site string `json:"site"`
	Free int    `json:"free"`
	All  int    `json:"all"`
}

// Placements is how many more wavelengths of one mode fit side by side.
type Placements struct {
	Mode       string  `json:"mode"`
	RateGbps   int     `json:"rateGbps"`
	SlotGHz    float64 `json:"slotGHz"`
	Placements int     `json:"placements"`
	WhenEmpty  int     `json:"whenEmpty"` // as many if nothing were taken
	// Reason and Message say why none fits: NoSpectrum is too little,
	// SpectrumFragmented is enough in the wrong shape, NoPort that an end is
	// taken; others say why the light would not arrive.
	Reason  models.Reason `json:"reason,omitempty"`
	Message string        `json:"message,omitempty"`
}
