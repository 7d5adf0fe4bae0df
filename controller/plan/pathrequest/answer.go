package pathrequest

import "math"

// Status says whether a request is served and, if not, what blocks it. The
// words are those of the reference tool.
type Status string

// The statuses.
const (
	OK                            Status = "OK"
	NoPath                        Status = "NO_PATH"
	NoPathWithConstraint          Status = "NO_PATH_WITH_CONSTRAINT"
	NoFeasibleBaudRateWithSpacing Status = "NO_FEASIBLE_BAUDRATE_WITH_SPACING"
	NoFeasibleMode                Status = "NO_FEASIBLE_MODE"
	ModeNotFeasible               Status = "MODE_NOT_FEASIBLE"
	NotEnoughReservedSpectrum     Status = "NOT_ENOUGH_RESERVED_SPECTRUM"
	NoSpectrum                    Status = "NO_SPECTRUM"
)

// Answer is what becomes of a request, or of several merged into one. What was
// not reached is left out: without a route or a mode that fits the spacing
// there is nothing but the status, without light good enough no slots.
type Answer struct {
	ID             string   `json:"id"` // merged requests are joined by " | ", the one whose place they take first
	Status         Status   `json:"status"`
	BandwidthBps   float64  `json:"aggregated_bandwidth_bps"`
	RoadmPath      []string `json:"roadm_path,omitempty"`
	Path           []string `json:"path,omitempty"` // all elements
	Elements       int      `json:"n_elements,omitempty"`
	FibreKm        float64  `json:"fibre_km,omitempty"`
	Mode           string   `json:"mode,omitempty"`
	BaudRate       float64  `json:"baud_rate_hz,omitempty"`
	RequiredOsnrDb float64  `json:"required_osnr_with_margin_db,omitempty"`
	Metrics        *Metrics `json:"metrics,omitempty"`
	Reverse        *Metrics `json:"reverse_metrics,omitempty"` // of the way back, for bidirectional requests
	Slots          []Slot   `json:"slots,omitempty"`
	Pairs          int      `json:"transponder_pairs,omitempty"`
}

// Metrics is the quality at the receiver over a full comb of channels of the
// mode. GSNR and OSNR contain the noise of the transmitter and of add and drop
// stages, but no penalties.
type Metrics struct {
	GsnrIn01nmDb   Spread  `json:"gsnr_01nm_db"`
	GsnrDb         Spread  `json:"gsnr_bw_db"` // in the bandwidth of the symbol rate
	OsnrIn01nmDb   Spread  `json:"osnr_ase_01nm_db"`
	DispersionPsNm float64 `json:"cd_ps_per_nm"` // this and the next three are means over the comb
	PmdPs          float64 `json:"pmd_ps"`
	PdlDb          float64 `json:"pdl_db"`
	LatencyMs      float64 `json:"latency_ms"`
	Channels       int     `json:"n_channels"`
	// PenaltiesDb holds the mean of each kind that the mode has a table for;
	// nil where a channel is outside the table.
	PenaltiesDb map[string]*float64 `json:"penalties_db,omitempty"`
	// WorstDb is the least GSNR in 0.1 nm with all penalties taken off; nil
	// where a channel is outside a table.
	WorstDb *float64 `json:"worst_gsnr_minus_penalty_01nm_db"`
}

// Spread is mean, least and greatest value over a comb.
type Spread struct {
	Mean float64 `json:"mean"`
	Min  float64 `json:"min"`
	Max  float64 `json:"max"`
}

func (s *Spread) begin() { *s = Spread{0, math.Inf(1), math.Inf(-1)} }

func (s *Spread) add(v float64) {
	s.Mean += v
	s.Min = min(s.Min, v)
	s.Max = max(s.Max, v)
}

// figures are the impairments of a channel that penalties depend on.
type figures struct{ dispersion, pmd, pdl float64 }

// of finds an impairment by the name that penalty tables have in a case.
func (f figures) of(what string) (float64, bool) {
	switch what {
	case "chromatic_dispersion":
		return f.dispersion, true
	case "pmd":
		return f.pmd, true
	case "pdl":
		return f.pdl, true
	}
	return 0, false
}

// judge is the quality of a mode on a way, as the receiver of it sees it.
func (p *Planner) judge(r *Request, m *Mode, rollOff float64, w *way) (*Metrics, error) {
	light, err := p.light.shine(w, comb{lo: r.CombLoHz, hi: r.CombHiHz, spacing: r.SpacingHz, rate: m.BaudRate, rollOff: rollOff, launch: *r.TxPowerDbm, offset: m.OffsetDb})
	if err != nil {
		return nil, err
	}
	k := &Metrics{Channels: len(light)}
	k.GsnrIn01nmDb.begin()
	k.GsnrDb.begin()
	k.OsnrIn01nmDb.begin()
	var sums map[string]float64
	if len(m.Penalties) > 0 {
		sums = make(map[string]float64, len(m.Penalties))
	}
	worst := math.Inf(1)
	for i := range light {
		a, err := light[i].Arrive(m.BaudRate, m.TxOsnrDb)
		if err != nil {
			return nil, err
		}
		gsnr := a.FinalGsnrDb + a.Per01nmDb
		k.GsnrIn01nmDb.add(gsnr)
		k.GsnrDb.add(a.FinalGsnrDb)
		k.OsnrIn01nmDb.add(a.FinalOsnrDb + a.Per01nmDb)
		k.DispersionPsNm += a.DispersionPsNm
		k.PmdPs += a.PmdPs
		k.PdlDb += a.PdlDb
		k.LatencyMs += a.LatencyMs
		for what, table := range m.Penalties {
			x, _ := figures{a.DispersionPsNm, a.PmdPs, a.PdlDb}.of(what)
			penalty := table.at(x)
			sums[what] += penalty
			gsnr -= penalty
		}
		worst = min(worst, gsnr)
	}
	k.settle(sums, worst)
	return k, nil
}

// settle turns sums over the comb into means.
func (k *Metrics) settle(penalties map[string]float64, worst float64) {
	n := float64(k.Channels)
	for _, sum := range []*float64{&k.GsnrIn01nmDb.Mean, &k.GsnrDb.Mean, &k.OsnrIn01nmDb.Mean, &k.DispersionPsNm, &k.PmdPs, &k.PdlDb, &k.LatencyMs} {
		*sum /= n
	}
	if len(penalties) > 0 {
		k.PenaltiesDb = make(map[string]*float64, len(penalties))
	}
	for what, sum := range penalties {
		k.PenaltiesDb[what] = figure(sum / n)
	}
	k.WorstDb = figure(worst)
}

// figure is nil for what is beyond all bounds.
func figure(v float64) *float64 {
	if math.IsInf(v, 0) {
		return nil
	}
	return &v
}
