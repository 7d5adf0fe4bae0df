package pathrequest_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/waveplane/waveplane/controller/plan/pathrequest"
)

// run reads nothing: it compiles and serves a case.
func run(c *pathrequest.Case) error {
	network, err := pathrequest.Compile(c)
	if err != nil {
		return err
	}
	p, err := pathrequest.NewPlanner(network, pathrequest.Options{})
	if err != nil {
		return err
	}
	_, err = p.Serve(c.Requests, c.Disjunctions)
	return err
}

// element finds an element of a case by a part of its name.
func element(c *pathrequest.Case, part string) *pathrequest.Element {
	for i := range c.Elements {
		if strings.Contains(c.Elements[i].UID, part) {
			return &c.Elements[i]
		}
	}
	return nil
}

// TestBadInput spoils one figure of a good case at a time. The error must name
// where it is.
func TestBadInput(t *testing.T) {
	const span, amp, roadm = "fiber (Lannion_CAS → Corlay)-F061", "west edfa in Quimper", "roadm Brest_KLA"
	nan, inf := math.NaN(), math.Inf(1)
	one := "mode 1"
	for _, tt := range []struct {
		name  string
		spoil func(c *pathrequest.Case)
		want  string
	}{
		{"negative length", func(c *pathrequest.Case) { element(c, span).LengthM = -1 }, span},
		{"zero length", func(c *pathrequest.Case) { element(c, span).LengthM = 0 }, span},
		{"length no number", func(c *pathrequest.Case) { element(c, span).LengthM = nan }, span},
		{"infinite padding", func(c *pathrequest.Case) { element(c, span).PaddingDb = inf }, span},
		{"fibre type missing", func(c *pathrequest.Case) { element(c, span).FiberType = "" }, span},
		{"loss no number", func(c *pathrequest.Case) { c.Tables.FiberTypes["SSMF"].Loss.DbPerKm[0] = nan }, "SSMF"},
		{"amplifier type unknown", func(c *pathrequest.Case) { element(c, amp).AmpType = "x" }, amp},
		{"gain missing", func(c *pathrequest.Case) { element(c, amp).GainDb = nil }, amp},
		{"gain out of range", func(c *pathrequest.Case) { *element(c, amp).GainDb = 60 }, amp},
		{"gain no number", func(c *pathrequest.Case) { *element(c, amp).GainDb = nan }, amp},
		{"noise model unknown", func(c *pathrequest.Case) {
			a := c.Tables.AmplifierTypes["std_low_gain"]
			a.TypeDef = "magic"
			c.Tables.AmplifierTypes["std_low_gain"] = a
		}, "std_low_gain"},
		{"band missing", func(c *pathrequest.Case) {
			a := c.Tables.AmplifierTypes["std_low_gain"]
			a.LoHz, a.HiHz = 0, 0
			c.Tables.AmplifierTypes["std_low_gain"] = a
		}, "std_low_gain"},
		{"vector missing", func(c *pathrequest.Case) { delete(c.Tables.Vectors, "dgt") }, "dgt"},
		{"element type unknown", func(c *pathrequest.Case) { element(c, amp).Type = "teleporter" }, amp},
		{"element without a name", func(c *pathrequest.Case) { c.Elements[3].UID = "" }, "element 4"},
		{"two elements of one name", func(c *pathrequest.Case) { c.Elements[1].UID = c.Elements[0].UID }, "trx Lannion_CAS"},
		{"element missing", func(c *pathrequest.Case) { c.Elements = c.Elements[1:] }, "trx Lannion_CAS"},
		{"target missing", func(c *pathrequest.Case) { element(c, roadm).Target = nil }, roadm},
		{"target no number", func(c *pathrequest.Case) { element(c, roadm).Target.Value = nan }, roadm},
		{"target kind unknown", func(c *pathrequest.Case) { element(c, roadm).Target.Kind = "loud" }, roadm},
		{"impairments unknown", func(c *pathrequest.Case) { element(c, roadm).Impairments["add"] = "x" }, roadm},
		{"impairments for nothing", func(c *pathrequest.Case) { element(c, roadm).Impairments["loop"] = "imp0" }, roadm},
		{"weight no number", func(c *pathrequest.Case) { c.Links[7].Weight = nan }, "link from"},
		{"weight negative", func(c *pathrequest.Case) { c.Links[7].Weight = -1 }, "link from"},
		{"link to itself", func(c *pathrequest.Case) { c.Links[7].To = c.Links[7].From }, "link from"},
		{"two ways on", func(c *pathrequest.Case) {
			c.Links = append(c.Links, pathrequest.Link{From: span, To: roadm, Weight: 1})
		}, span},
		{"dead end", func(c *pathrequest.Case) {
			for i := range c.Links {
				if c.Links[i].From == span {
					c.Links = append(c.Links[:i:i], c.Links[i+1:]...)
					return
				}
			}
		}, span},
		{"transceiver type unknown", func(c *pathrequest.Case) { c.Requests[0].Transceiver = "x" }, `request "0"`},
		{"mode unknown", func(c *pathrequest.Case) { c.Requests[1].Mode = new(string) }, `request "1"`},
		{"spacing too small for mode", func(c *pathrequest.Case) { c.Requests[0].Mode, c.Requests[0].SpacingHz = &one, 25e9 }, `request "0"`},
		{"spacing no number", func(c *pathrequest.Case) { c.Requests[0].SpacingHz = nan }, `request "0"`},
		{"spacing zero", func(c *pathrequest.Case) { c.Requests[0].SpacingHz = 0 }, `request "0"`},
		{"bandwidth negative", func(c *pathrequest.Case) { c.Requests[0].BandwidthBps = -1 }, `request "0"`},
		{"comb upside down", func(c *pathrequest.Case) { c.Requests[0].CombHiHz = 1e12 }, `request "0"`},
		{"comb outside the band", func(c *pathrequest.Case) { c.Requests[0].CombLoHz, c.Requests[0].CombHiHz = 180e12, 185e12 }, `request "0"`},
		{"comb too large", func(c *pathrequest.Case) { c.Requests[0].CombHiHz = 900e12 }, `request "0"`},
		{"power missing", func(c *pathrequest.Case) { c.Requests[0].TxPowerDbm = nil }, `request "0"`},
		{"power out of range", func(c *pathrequest.Case) { *c.Requests[0].TxPowerDbm = 900 }, `request "0"`},
		{"source unknown", func(c *pathrequest.Case) { c.Requests[0].Source = "trx Atlantis" }, `request "0"`},
		{"source is a switch", func(c *pathrequest.Case) { c.Requests[0].Source = roadm }, `request "0"`},
		{"to itself", func(c *pathrequest.Case) { c.Requests[0].Destination = c.Requests[0].Source }, `request "0"`},
		{"id twice", func(c *pathrequest.Case) { c.Requests[1].ID = "0" }, "request 2"},
		{"include unknown", func(c *pathrequest.Case) { c.Requests[0].Include = []pathrequest.Include{{UID: "x", Hop: "STRICT"}} }, `request "0"`},
		{"hop unknown", func(c *pathrequest.Case) { c.Requests[0].Include = []pathrequest.Include{{UID: roadm, Hop: "MAYBE"}} }, `request "0"`},
		{"M zero", func(c *pathrequest.Case) { c.Requests[0].Slots = []pathrequest.Slot{{M: new(int)}} }, `request "0"`},
		{"disjunction unknown", func(c *pathrequest.Case) { c.Disjunctions[0].Requests[0] = "x" }, "disjunction"},
		{"bit rate zero", func(c *pathrequest.Case) { c.Transceivers["Voyager"].Modes[0].BitRate = 0 }, "mode 1"},
		{"required OSNR no number", func(c *pathrequest.Case) { c.Transceivers["Voyager"].Modes[0].RequiredOsnrDb = nan }, "mode 1"},
		{"two modes of one name", func(c *pathrequest.Case) { c.Transceivers["Voyager"].Modes[1].Format = "mode 1" }, "mode 1"},
		{"penalties for what is unknown", func(c *pathrequest.Case) {
			c.Transceivers["Voyager"].Modes[0].Penalties["mood"] = pathrequest.Penalty{UpTo: []float64{1}, Db: []float64{1}}
		}, "mood"},
		{"penalty table uneven", func(c *pathrequest.Case) {
			c.Transceivers["Voyager"].Modes[0].Penalties["pmd"] = pathrequest.Penalty{UpTo: []float64{1, 2}, Db: []float64{1}}
		}, "pmd"},
		{"method unknown", func(c *pathrequest.Case) { c.Model.NliMethod = "guess" }, "guess"},
		{"policy unknown", func(c *pathrequest.Case) { c.Defaults.Policy = "worst_fit" }, "worst_fit"},
		{"another grid", func(c *pathrequest.Case) { c.Defaults.SlotGridHz = 50e9 }, "defaults"},
		{"margin no number", func(c *pathrequest.Case) { c.Defaults.MarginDb = nan }, "defaults"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := readCase(t, meshCase)
			tt.spoil(c)
			err := run(c)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v does not name %q", err, tt.want)
			}
		})
	}
}

// TestEmpty is about nothing: no network, no requests.
func TestEmpty(t *testing.T) {
	c := readCase(t, meshCase)
	c.Requests, c.Disjunctions = nil, nil
	if err := run(c); err != nil {
		t.Errorf("no requests: %v", err)
	}
	c.Elements, c.Links = nil, nil
	if err := run(c); err != nil {
		t.Errorf("no network: %v", err)
	}
	c = readCase(t, meshCase)
	c.Elements, c.Links = nil, nil
	if f := new(pathrequest.Fault); !errors.As(run(c), &f) {
		t.Errorf("requests without a network: %v", run(c))
	}
}

func TestStrictReader(t *testing.T) {
	good := string(content(t, meshCase))
	for _, tt := range []struct{ name, old, new, want string }{
		{"unknown field of an element", `"type":"roadm"`, `"type":"roadm","colour":"red"`, "colour"},
		{"unknown field of the case", `"schema"`, `"extra":1,"schema"`, "extra"},
		{"another schema", "gnpy-rmsa-case/1", "gnpy-rmsa-case/9", "gnpy-rmsa-case/9"},
		{"no number", `"length_m":20000`, `"length_m":NaN`, "invalid character"},
		{"too large a number", `"length_m":20000`, `"length_m":1e999`, "length_m"},
		{"a link of two", `["trx Lannion_CAS"`, `["x"],["trx Lannion_CAS"`, "link"},
		{"something behind", "", "", "follows"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := good + "{}"
			if tt.old != "" {
				if text = strings.Replace(good, tt.old, tt.new, 1); text == good {
					t.Fatalf("%q is not in the case", tt.old)
				}
			}
			if _, err := pathrequest.Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v does not name %q", err, tt.want)
			}
		})
	}
	if _, err := pathrequest.Read(strings.NewReader(good[:len(good)/2])); err == nil {
		t.Error("half a case is read")
	}
}

// TestManyLinks reads a ring of 25,000 switches, 100,000 links in all.
func TestManyLinks(t *testing.T) {
	const size = 25_000
	c := asked(t, request("r", "a", "z"))
	c.Requests[0].Source, c.Requests[0].Destination = "trx 0", fmt.Sprintf("trx %d", 20)
	roadm := *element(c, "roadm Brest_KLA")
	c.Elements, c.Links = nil, nil
	for i := range size {
		e := roadm
		e.UID = fmt.Sprintf("roadm %d", i)
		next := fmt.Sprintf("roadm %d", (i+1)%size)
		trx := fmt.Sprintf("trx %d", i)
		c.Elements = append(c.Elements, e, pathrequest.Element{UID: trx, Type: "transceiver"})
		for _, ends := range [][2]string{{e.UID, next}, {next, e.UID}, {trx, e.UID}, {e.UID, trx}} {
			c.Links = append(c.Links, pathrequest.Link{From: ends[0], To: ends[1], Weight: 0.01})
		}
	}
	got := serve(t, c)[0]
	if got.Status != pathrequest.OK || len(got.RoadmPath) != 21 {
		t.Errorf("%s over %d switches", got.Status, len(got.RoadmPath))
	}
}

// FuzzCase replaces one value of a small case by another one.
func FuzzCase(f *testing.F) {
	good := content(f, "testdata/rmsa/v06-mesh-fixed-slots.json")
	values := bytes.Count(good, []byte(`":`))
	for i := 0; i < values; i += 97 {
		f.Add(uint(i), "null")
	}
	for i, text := range []string{`0`, `-1`, `1e308`, `1e-308`, `""`, `[]`, `{}`, `"STRICT"`, `"roadm Brest_KLA"`, `[{"N":2147483647,"M":1}]`, `9007199254740993`} {
		f.Add(uint(i*53), text)
	}
	f.Fuzz(func(t *testing.T, which uint, value string) {
		text := replaced(good, int(which%uint(values)), value)
		c, err := pathrequest.Read(bytes.NewReader(text))
		if err != nil || c.Model.NliMethod != "gn_model_analytic" {
			return // numerical models take their time, rightly
		}
		if err := run(c); err != nil && err.Error() == "" {
			t.Error("an error without a word")
		}
	})
}

// replaced puts another value behind a key of JSON.
func replaced(text []byte, which int, value string) []byte {
	at := 0
	for range which + 1 {
		at += bytes.Index(text[at:], []byte(`":`)) + 2
	}
	end, depth, quoted := at, 0, false
	for ; end < len(text); end++ {
		switch b := text[end]; {
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '[' || b == '{':
			depth++
		case b == ']' || b == '}' || b == ',':
			if depth == 0 {
				return append(append(bytes.Clone(text[:at]), value...), text[end:]...)
			}
			if b != ',' {
				depth--
			}
		}
	}
	return text
}
