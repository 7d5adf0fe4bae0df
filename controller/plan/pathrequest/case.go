package pathrequest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Schema is what a case file says it is.
const Schema = "gnpy-rmsa-case/1"

// MaxCaseBytes is the largest case that Read accepts.
const MaxCaseBytes = 256 << 20

// Case is a designed network, a list of requests, and the answers expected to
// them. Units are Hz, m, s, dB, dBm and bit/s unless a name says otherwise.
type Case struct {
	Schema       string                 `json:"schema"`
	ID           string                 `json:"id"`
	Title        string                 `json:"title"`
	Notes        string                 `json:"notes"`
	Origin       string                 `json:"origin"`
	Source       map[string]string      `json:"source"`
	Model        Model                  `json:"model"`
	Defaults     Defaults               `json:"defaults"`
	Tables       Tables                 `json:"tables"`
	Transceivers map[string]Transceiver `json:"transceivers"`
	Elements     []Element              `json:"elements"`
	Links        []Link                 `json:"links"`
	Requests     []Request              `json:"requests"`
	Disjunctions []Disjunction          `json:"disjunctions"`
	Expected     []Answer               `json:"expected"`
}

// Defaults holds for all requests of a case.
type Defaults struct {
	MarginDb          float64 `json:"sys_margins_db"`     // added to what every mode requires
	AutoRollOff       float64 `json:"auto_mode_roll_off"` // while the mode is being chosen
	SlotGridHz        float64 `json:"slot_grid_hz"`       // 6.25 GHz
	WidthUnitHz       float64 `json:"m_unit_hz"`          // 12.5 GHz
	GuardHz           float64 `json:"guardband_hz"`       // kept free at both ends of the network's band
	Policy            string  `json:"policy"`             // "first_fit"
	ReferenceBaudRate float64 `json:"reference_baud_rate_hz"`
	ReferenceSpacing  float64 `json:"reference_spacing_hz"`
}

// Request asks for capacity between two transceivers.
type Request struct {
	ID            string    `json:"id"`
	Source        string    `json:"source"`
	Destination   string    `json:"destination"`
	Bidirectional bool      `json:"bidirectional"`
	Transceiver   string    `json:"trx_type"`
	Mode          *string   `json:"mode"` // nil: the planner chooses
	SpacingHz     float64   `json:"spacing_hz"`
	BandwidthBps  float64   `json:"path_bandwidth_bps"`
	CombLoHz      float64   `json:"comb_f_min_hz"`
	CombHiHz      float64   `json:"comb_f_max_hz"`
	TxPowerDbm    *float64  `json:"tx_power_dbm"`
	PowerDbm      float64   `json:"power_dbm"` // what the network was designed for; counts in merging only
	Include       []Include `json:"include"`
	Slots         []Slot    `json:"slots"` // none is one free slot
}

// Include is an element that a route must pass. The order counts.
type Include struct {
	UID string `json:"uid"`
	Hop string `json:"hop"` // "LOOSE" or "STRICT"
}

// Slot is a slot of the flexible grid: centre at 193.1 THz + N × 6.25 GHz,
// width M × 12.5 GHz. In a request nil is for the planner to choose.
type Slot struct {
	N *int `json:"N"`
	M *int `json:"M"`
}

// Disjunction names requests whose routes must not share a hop between two
// wavelength switches, in either direction. That is the whole of it; what the
// flags ask for beyond is not looked at, as in the reference tool.
type Disjunction struct {
	ID          string   `json:"id"`
	Requests    []string `json:"requests"`
	LinkDiverse bool     `json:"link_diverse"`
	NodeDiverse bool     `json:"node_diverse"`
	Relaxable   bool     `json:"relaxable"`
}

// Link leads from one element to another. The routes looked for are those of
// least total weight.
type Link struct {
	From, To string
	Weight   float64
}

// UnmarshalJSON reads [from, to, weight].
func (l *Link) UnmarshalJSON(b []byte) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(b, &parts); err != nil {
		return err
	}
	if len(parts) != 3 {
		return fmt.Errorf("a link has %d parts; give [from, to, weight]", len(parts))
	}
	for i, to := range []any{&l.From, &l.To, &l.Weight} {
		if string(bytes.TrimSpace(parts[i])) == "null" {
			return fmt.Errorf("part %d of a link is null; give [from, to, weight]", i+1)
		}
		if err := json.Unmarshal(parts[i], to); err != nil {
			return fmt.Errorf("part %d of a link: %w", i+1, err)
		}
	}
	return nil
}

// MarshalJSON writes [from, to, weight].
func (l Link) MarshalJSON() ([]byte, error) { return json.Marshal([]any{l.From, l.To, l.Weight}) }

// Read reads a case. It is strict: a field that it does not know is an error,
// because the answers could depend on it. What the figures say is checked by
// Compile and Serve.
func Read(r io.Reader) (*Case, error) {
	limited := &io.LimitedReader{R: r, N: MaxCaseBytes + 1}
	dec := json.NewDecoder(limited)
	dec.DisallowUnknownFields()
	c := &Case{}
	if err := dec.Decode(c); err != nil {
		if limited.N <= 0 {
			return nil, fmt.Errorf("read case: it is larger than %d MiB; split it", MaxCaseBytes>>20)
		}
		return nil, fmt.Errorf("read case: at byte %d: %w", dec.InputOffset(), err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read case: something follows the case at byte %d; remove it", dec.InputOffset())
	}
	if c.Schema != Schema {
		return nil, fmt.Errorf("read case: schema is %q; only %q is read here", c.Schema, Schema)
	}
	return c, nil
}
