package gnpy

import (
	"strings"
	"testing"

	"github.com/waveplane/waveplane/intents"
)

// small is a network of two switches with something of everything on the line
// between them. It is made for this test.
const small = `{
 "network_name": "small",
 "elements": [
  {"uid": "trx A", "type": "Transceiver", "metadata": {"location": {"city": "A", "region": "", "latitude": 48.1, "longitude": 11.5}}},
  {"uid": "trx Z", "type": "Transceiver", "metadata": {"location": {"city": "Z", "region": "", "latitude": 48.9, "longitude": 2.3}}},
  {"uid": "roadm A", "type": "Roadm", "type_variety": "detailed", "metadata": {"location": {"city": "A"}},
   "params": {"target_pch_out_db": -20, "per_degree_pch_out_db": {"boost A": -18.5},
    "per_degree_impairments": [{"from_degree": "trx A", "to_degree": "boost A", "impairment_id": 3}]}},
  {"uid": "roadm Z", "type": "Roadm", "metadata": {"location": {"city": "Z"}}, "params": {"target_out_mWperSlotWidth": 2e-4, "add_drop_osnr": 36, "pmd": 3e-12, "pdl": 0.5}},
  {"uid": "boost A", "type": "Edfa", "type_variety": "std", "metadata": {"location": {"city": "A"}},
   "operational": {"gain_target": 17.25, "delta_p": 0, "tilt_target": -0.5, "out_voa": 1.5, "in_voa": 0.25}},
  {"uid": "f1", "type": "Fiber", "type_variety": "SSMF", "params": {"length": 61250, "length_units": "m", "loss_coef": 0.2137, "att_in": 0.5, "con_in": 0.4, "con_out": null,
    "lumped_losses": [{"position": 10, "loss": 0.7}]}},
  {"uid": "panel", "type": "Fused", "params": {"loss": 0.8}, "metadata": {"location": {"city": "Hut"}}},
  {"uid": "f2", "type": "RamanFiber", "type_variety": "SSMF", "params": {"length": 80, "loss_coef": {"value": [0.205, 0.196, 0.21], "frequency": [190.5e12, 193.2e12, 206e12]}},
   "operational": {"temperature": 283, "raman_pumps": [{"power": 0.224403, "frequency": 205e12, "propagation_direction": "counterprop"}]}},
  {"uid": "pre Z", "type": "Multiband_amplifier", "type_variety": "both", "metadata": {"location": {"city": "Z"}}, "amplifiers": [
    {"type_variety": "std", "operational": {"gain_target": 21, "out_voa": 1}}, {"type_variety": "l band", "operational": {"gain_target": 19.5}}]},
  {"uid": "boost Z", "type": "Edfa", "type_variety": "shaped", "metadata": {"location": {"city": "Z"}}, "operational": {"gain_target": 16}},
  {"uid": "b2", "type": "Fiber", "type_variety": "SSMF", "params": {"length": 80, "loss_coef": 0.2, "dispersion_slope": 58}},
  {"uid": "panel back", "type": "Fused", "params": {"loss": 0.8}, "metadata": {"location": {"city": "Hut"}}},
  {"uid": "b1", "type": "Fiber", "type_variety": "SSMF", "params": {"length": 61.25, "loss_coef": 0.22, "con_in": 0.3, "con_out": 0.6, "lumped_losses": [{"position": 51.25, "loss": 0.7}]}},
  {"uid": "pre A", "type": "Edfa", "type_variety": "two", "metadata": {"location": {"city": "A"}}, "operational": {"gain_target": 26}}
 ],
 "connections": [
  {"from_node": "trx A", "to_node": "roadm A"}, {"from_node": "roadm A", "to_node": "trx A"},
  {"from_node": "trx Z", "to_node": "roadm Z"}, {"from_node": "roadm Z", "to_node": "trx Z"},
  {"from_node": "roadm A", "to_node": "boost A"}, {"from_node": "boost A", "to_node": "f1"}, {"from_node": "f1", "to_node": "panel"},
  {"from_node": "panel", "to_node": "f2"}, {"from_node": "f2", "to_node": "pre Z"}, {"from_node": "pre Z", "to_node": "roadm Z"},
  {"from_node": "roadm Z", "to_node": "boost Z"}, {"from_node": "boost Z", "to_node": "b2"}, {"from_node": "b2", "to_node": "panel back"},
  {"from_node": "panel back", "to_node": "b1"}, {"from_node": "b1", "to_node": "pre A"}, {"from_node": "pre A", "to_node": "roadm A"}
 ]
}`

const smallEquipment = `{
 "Edfa": [
  {"type_variety": "std", "type_def": "variable_gain", "gain_flatmax": 26, "gain_min": 15, "p_max": 23, "nf_min": 6, "nf_max": 10, "f_min": 191.25e12, "f_max": 196.15e12},
  {"type_variety": "l band", "type_def": "fixed_gain", "gain_flatmax": 21, "gain_min": 20, "p_max": 21, "nf0": 5.5, "f_min": 186.5e12, "f_max": 190.1e12},
  {"type_variety": "both", "type_def": "multi_band", "amplifiers": ["std", "l band"]},
  {"type_variety": "shaped", "type_def": "openroadm", "gain_flatmax": 27, "gain_min": 12, "p_max": 22, "nf_coef": [-8.104e-4, -6.221e-2, -5.889e-1, 37.62], "pmd": 1e-13, "pdl": 0.3,
   "default_config_from_json": "shape.json"},
  {"type_variety": "two", "type_def": "dual_stage", "gain_min": 25, "preamp_variety": "l band", "booster_variety": "std"},
  {"type_variety": "pre", "type_def": "openroadm_preamp", "gain_flatmax": 27, "gain_min": 0, "p_max": 22},
  {"type_variety": "post", "type_def": "openroadm_booster", "gain_flatmax": 32, "gain_min": 0, "p_max": 22}
 ],
 "Fiber": [{"type_variety": "SSMF", "dispersion": 1.67e-05, "effective_area": 83e-12, "pmd_coef": 1.265e-15,
   "raman_coefficient": {"reference_frequency": 206.184634e12, "frequency_offset": [0, 13.2e12, 42e12], "g0": [0, 4e-4, 1e-7]}},
  {"type_variety": "table", "dispersion_per_frequency": {"value": [1.83e-5, 1.5e-5], "frequency": [190e12, 197e12]}, "gamma": 0.00127, "pmd_coef": 0}],
 "RamanFiber": [{"type_variety": "SSMF", "dispersion": 1.67e-05, "effective_area": 83e-12, "pmd_coef": 1.265e-15}],
 "Span": [{"con_in": 0.25, "con_out": 0.35, "EOL": 0.5, "padding": 10}],
 "Roadm": [{"target_pch_out_db": -20, "add_drop_osnr": 38, "pmd": 0, "pdl": 0},
  {"type_variety": "detailed", "target_pch_out_db": -20, "add_drop_osnr": 38, "pmd": 0, "pdl": 0, "roadm-path-impairments": [
   {"roadm-path-impairments-id": 0, "roadm-express-path": [{"frequency-range": {"lower-frequency": 191.3e12, "upper-frequency": 196.1e12}, "roadm-maxloss": 16.5}]},
   {"roadm-path-impairments-id": 1, "roadm-add-path": [{"roadm-maxloss": 11.5, "roadm-osnr": 41, "roadm-pmax": 2.5}]},
   {"roadm-path-impairments-id": 2, "roadm-drop-path": [{"roadm-maxloss": 11.5, "roadm-osnr": 41, "roadm-pmd": 1e-12, "roadm-pdl": 0.1}]},
   {"roadm-path-impairments-id": 3, "roadm-add-path": [{"roadm-maxloss": 11.5, "roadm-osnr": 20}]}]}],
 "SI": [{"f_min": 191.3e12, "f_max": 196.1e12, "baud_rate": 32e9, "spacing": 50e9, "power_dbm": 1, "sys_margins": 1.5}],
 "Transceiver": [{"type_variety": "trx", "frequency": {"min": 191.35e12, "max": 196.1e12}, "mode": [
  {"format": "100G", "baud_rate": 31.57e9, "OSNR": 12, "bit_rate": 100e9, "roll_off": 0.15, "tx_osnr": 36, "min_spacing": 50e9, "equalization_offset_db": 0.5,
   "penalties": [{"chromatic_dispersion": 4e3, "penalty_value": 0}, {"chromatic_dispersion": 48e3, "penalty_value": 0.5}, {"pmd": 10, "penalty_value": 0}, {"pmd": 30, "penalty_value": 0.5}, {"pdl": 1, "penalty_value": 0.5}]}]}]
}`

const smallServices = `{"path-request": [
 {"request-id": "gold", "source": "trx A", "destination": "trx Z", "bidirectional": true,
  "path-constraints": {"te-bandwidth": {"technology": "flexi-grid", "trx_type": "trx", "trx_mode": "100G", "spacing": 50e9, "path_bandwidth": 150e9, "effective-freq-slot": [{"N": -8, "M": 4}]}},
  "explicit-route-objects": {"route-object-include-exclude": [{"index": 0, "explicit-route-usage": "route-include-ero", "num-unnum-hop": {"node-id": "f2", "hop-type": "STRICT"}}]}}]}`

func smallInput() Input {
	return Input{Topology: intents.File{Name: "topology.json", Data: []byte(small)}, Equipment: intents.File{Name: "equipment.json", Data: []byte(smallEquipment)},
		Services: &intents.File{Name: "services.json", Data: []byte(smallServices)},
		Extra:    []intents.File{{Name: "dir/shape.json", Data: []byte(`{"f_min": 191.3e12, "f_max": 196.1e12, "gain_ripple": [0.1, -0.1, 0.05], "nf_ripple": [0.2], "dgt": [1, 1.5, 3]}`)}}}
}

// TestLine: each element of the line as a link says it.
func TestLine(t *testing.T) {
	docs, notes := imported(t, smallInput())
	raw, err := intents.Encode(intents.Document{Kind: "Link", Spec: named[*intents.LinkSpec](t, docs, "Link", "a--z")})
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{
		`{"way":"az","site":"a","amplifier":{"type":"std","gainDb":{"az":17.25,"za":17.25},"tiltDb":{"az":-0.5,"za":-0.5},"inVoaDb":{"az":0.25,"za":0.25},"outVoaDb":{"az":1.5,"za":1.5}}}`,
		`{"way":"za","site":"a","amplifier":{"type":"two","gainDb":{"az":26,"za":26}}}`,
		// 61.25 km: con_out of f1 is the default, and no end-of-life margin before a Fused; b1 ends at an amplifier, which adds 0.5 dB.
		`{"km":61.25,"fiber":"ssmf","lossDb":{"az":15.039125,"za":15.575},"padDb":{"az":0.5,"za":0},"connectorInDb":{"az":0.4,"za":0.3},"connectorOutDb":{"az":0.35,"za":1.1},"lumped":[{"atKm":10,"lossDb":0.7}]}`,
		`{"site":"hut","patchLossDb":{"az":0.8,"za":0.8}}`,
		`{"way":"az","km":80,"fiber":"ssmf-own","connectorInDb":{"az":0.25,"za":0.25},"connectorOutDb":{"az":0.85,"za":0.85},"raman":{"temperatureK":283,"pumps":[{"thz":205,"mw":224.403,"direction":"against"}]}}`,
		`{"way":"za","km":80,"fiber":"ssmf-own.2","lossDb":{"az":16.6,"za":16.6},"connectorInDb":{"az":0.25,"za":0.25},"connectorOutDb":{"az":0.35,"za":0.35}}`,
		`{"way":"az","site":"z","amplifier":{"bands":[{"type":"std","gainDb":{"az":21,"za":21},"outVoaDb":{"az":1,"za":1}},{"type":"l-band","gainDb":{"az":19.5,"za":19.5}}]}}`,
	} {
		if !strings.Contains(string(raw), part) {
			t.Errorf("%s\nis not in\n%s", part, raw)
		}
	}
	raw, err = intents.Encode(intents.Document{Kind: "Device", Spec: named[*intents.DeviceSpec](t, docs, "Device", "roadm-a")})
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`"deg1":{"egressDbm":-18.5}`, `"add1":{"egressDbm":-20,"bank":"bank"}`, `{"path":"express","bandTHz":[191.3,196.1],"insertionLossDb":16.5}`,
		`{"path":"add","insertionLossDb":11.5,"osnrDb":41}`, `{"path":"drop","insertionLossDb":11.5,"osnrDb":41,"pmdPs":1,"pdlDb":0.1}`, `{"path":"add","from":"add1","to":"deg1","insertionLossDb":11.5,"osnrDb":20}`} {
		if !strings.Contains(string(raw), part) {
			t.Errorf("%s\nis not in\n%s", part, raw)
		}
	}
	if p := named[*intents.ModeSpec](t, docs, "Mode", "trx-100g").Penalties; p == nil || len(p.CdPsPerNm) != 3 || p.PmdPs[2] != [2]float64{30, 0.5} || p.PdlDb[0] != [2]float64{0, 0} {
		t.Errorf("penalties: %+v", p)
	}
	if c := named[*intents.CircuitSpec](t, docs, "Circuit", "gold"); len(c.Via) != 1 || c.Via[0] != "a--z" || *c.MinMarginDb != 1.5 {
		t.Errorf("circuit: %+v", c)
	}
	for _, n := range notes {
		t.Log(n)
	}
}

func TestLineIsAFixedPoint(t *testing.T) {
	docs, _ := imported(t, smallInput())
	fixed(t, docs)
}

// TestExportOfOwnDocuments: documents made by hand come back with the same line,
// and what GNPy cannot say is told.
func TestExportOfOwnDocuments(t *testing.T) {
	raw := file(t, "hand.yaml")
	docs, err := intents.Decode(raw.Data, raw.Name, intents.WithCatalogue(standard(t)))
	if err != nil {
		t.Fatal(err)
	}
	for i := range docs {
		intents.Default(&docs[i])
	}
	if err := intents.Check(docs, nil, standard(t)); err != nil {
		t.Fatal(err)
	}
	_, notes, err := Export(docs, standard(t))
	if err != nil {
		t.Fatal(err)
	}
	told := ""
	for _, n := range notes {
		told += n.String() + "\n"
	}
	for _, want := range []string{"shared risks have no counterpart: left out (1): a-b", "managed amplifiers are written with the type of their profile and no gain", "reserved spectrum has no counterpart"} {
		if !strings.Contains(told, want) {
			t.Errorf("no note says %q:\n%s", want, told)
		}
	}
	again := around(t, docs)
	link := named[*intents.LinkSpec](t, again, "Link", "a--b")
	if f := link.Spans[1]; f.Km != 60 || f.LossDb.Az != 13.2 || f.LossDb.Za != 13.5 || *f.ConnectorInDb != (intents.PerWay{Az: 0.5, Za: 0.5}) {
		t.Errorf("fibre: %+v", f)
	}
	if a := link.Spans[0].Amplifier; a == nil || a.Type != "edfa-25.2" {
		t.Errorf("amplifier: %+v", a)
	}
	fixed(t, again)
}
