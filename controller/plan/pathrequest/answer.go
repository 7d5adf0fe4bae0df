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

// kinds are the impairments of a channel that penalties depend on, as penalty
// tables name them, in the order in which penalties are taken off.
func kinds() [3]string { return [...]string{"chromatic_dispersion", "pmd", "pdl"} }

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
	var tables [3]Penalty
	for i, kind := range kinds() {
		tables[i] = m.Penalties[kind]
	}
	var sums [3]float64
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
		for i, x := range [...]float64{a.DispersionPsNm, a.PmdPs, a.PdlDb} {
			if len(tables[i].UpTo) > 0 {
				penalty := tables[i].at(x)
				sums[i] += penalty
				gsnr -= penalty
			}
		}
		worst = min(worst, gsnr)
	}
	k.WorstDb = figure(worst)
	k.settle()
	for i, kind := range kinds() {
		if len(tables[i].UpTo) > 0 {
			if k.PenaltiesDb == nil {
				k.PenaltiesDb = map[string]*float64{}
			}
			k.PenaltiesDb[kind] = figure(sums[i] / float64(k.Channels))
		}
	}
	return k, nil
}

// settle turns sums over the comb into means.
func (k *Metrics) settle() {
	for _, sum := range []*float64{&k.GsnrIn01nmDb.Mean, &k.GsnrDb.Mean, &k.OsnrIn01nmDb.Mean, &k.DispersionPsNm, &k.PmdPs, &k.PdlDb, &k.LatencyMs} {
		*sum /= float64(k.Channels)
	}
}

// figure is nil for what is beyond all bounds.
func figure(v float64) *float64 {
	if math.IsInf(v, 0) {
		return nil
	}
	return &v
}
