package gnpy

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/waveplane/waveplane/intents"
)

// TestBadInput breaks the small network in one place at a time. What stands
// there is named, with its place.
func TestBadInput(t *testing.T) {
	cat := standard(t)
	const topology, equipment, services = "topology", "equipment", "services"
	tests := []struct{ name, file, old, new, place, says string }{
		{"negative length", topology, `"length": 61250`, `"length": -61250`, `topology.json: elements[5] (Fiber f1).params.length`, "-61.25 km is no length"},
		{"zero length", topology, `"length": 61250`, `"length": 0`, `(Fiber f1).params.length`, "0 km is no length"},
		{"length as text", topology, `"length": 61250`, `"length": "61250"`, `(Fiber f1).params.length`, `found text "61250", want a number`},
		{"no length", topology, `"length": 61250, `, ``, `(Fiber f1).params.length`, "is required"},
		{"miles", topology, `"length_units": "m"`, `"length_units": "mi"`, `(Fiber f1).params.length_units`, "write km or m"},
		{"NaN", topology, `"length": 61250`, `"length": NaN`, `topology.json:12`, "NaN is no number of JSON"},
		{"infinite", topology, `"loss_coef": 0.2137`, `"loss_coef": -Infinity`, `topology.json:12`, "Infinity is no number of JSON"},
		{"overflow", topology, `"loss_coef": 0.2137`, `"loss_coef": 1e999`, `(Fiber f1).params.loss_coef`, "out of range"},
		{"negative loss", topology, `"loss_coef": 0.2137`, `"loss_coef": -0.2137`, `Link a--z`, "no loss of a fibre"},
		{"unknown fibre", topology, `"uid": "f1", "type": "Fiber", "type_variety": "SSMF"`, `"uid": "f1", "type": "Fiber", "type_variety": "SMF"`, `(Fiber f1).type_variety`, `did you mean "SSMF"?`},
		{"fibre without a type", topology, `"uid": "f1", "type": "Fiber", "type_variety": "SSMF"`, `"uid": "f1", "type": "Fiber"`, `(Fiber f1).type_variety`, "is required"},
		{"unknown amplifier", topology, `"type": "Edfa", "type_variety": "std"`, `"type": "Edfa", "type_variety": "sdt"`, `(Edfa boost A).type_variety`, "no amplifier type of the equipment"},
		{"amplifier without a type", topology, `"type": "Edfa", "type_variety": "std"`, `"type": "Edfa", "type_variety": ""`, `(Edfa boost A).type_variety`, "save the network after the design step"},
		{"gain out of range", topology, `"gain_target": 17.25`, `"gain_target": 60`, `Link a--z`, "60 dB az is no gain of std"},
		{"unknown element type", topology, `"type": "Fused", "params"`, `"type": "Splitter", "params"`, `(Splitter panel)`, "unknown type of element Splitter"},
		{"uid twice", topology, `"uid": "f2"`, `"uid": "f1"`, `elements[7]`, "the uid stands twice"},
		{"no uid", topology, `"uid": "f2", `, ``, `elements[7].uid`, "is required"},
		{"key twice", topology, `"gain_target": 17.25`, `"gain_target": 17.25, "gain_target": 18`, `elements[4].operational.gain_target`, "stands twice"},
		{"dangling connection", topology, `"from_node": "f1", "to_node": "panel"`, `"from_node": "f1", "to_node": "pannel"`, `connections[6].to_node`, `did you mean "panel"?`},
		{"open end", topology, `{"from_node": "f1", "to_node": "panel"},`, ``, `(Fiber f1)`, "1 connections lead to it and 0 from it"},
		{"a branch", topology, `{"from_node": "f1", "to_node": "panel"},`, `{"from_node": "f1", "to_node": "panel"}, {"from_node": "f1", "to_node": "f2"},`, `(Fiber f1)`, "1 connections lead to it and 2 from it"},
		{"connection twice", topology, `{"from_node": "f1", "to_node": "panel"},`, `{"from_node": "f1", "to_node": "panel"}, {"from_node": "f1", "to_node": "panel"},`, `connections[7]`, "stands twice"},
		{"to itself", topology, `{"from_node": "f1", "to_node": "panel"},`, `{"from_node": "f1", "to_node": "panel"}, {"from_node": "roadm A", "to_node": "roadm A"},`, `connections[7]`, "to itself"},
		{"one way only", topology, `{"from_node": "pre A", "to_node": "roadm A"}`, `{"from_node": "pre A", "to_node": "roadm Z"}`, `Roadm roadm Z`, "leads from it to itself"},
		{"a ring of its own", topology, `"connections": [`, `"connections": [{"from_node": "x", "to_node": "y"}, {"from_node": "y", "to_node": "x"},`, `(Fused x)`, "is on no way between two"},
		{"end without connections", topology, `{"uid": "x", "type": "Fused"}, {"uid": "y", "type": "Fused"},`, `{"uid": "x", "type": "Roadm"},`, `(Roadm x)`, "0 connections lead to it"},
		{"target twice", topology, `"target_pch_out_db": -20, "per`, `"target_pch_out_db": -20, "target_psd_out_mWperGHz": 1e-4, "per`, `target_psd_out_mWperGHz`, "given twice"},
		{"target for nobody", topology, `{"boost A": -18.5}`, `{"f2": -18.5}`, `(Roadm roadm A)`, "a target is given for f2"},
		{"negative density", topology, `"target_out_mWperSlotWidth": 2e-4`, `"target_out_mWperSlotWidth": -2e-4`, `target_out_mWperSlotWidth`, "no density"},
		{"impairments of nobody", topology, `"impairment_id": 3`, `"impairment_id": 9`, `impairment_id`, "no impairments with id 9"},
		{"add figures for express", topology, `"from_degree": "trx A"`, `"from_degree": "pre A"`, `Device roadm-a`, "is a degree"},
		{"lumped loss off the fibre", topology, `"position": 10`, `"position": 70`, `lumped_losses[0].position`, "70 km is not on the fibre"},
		{"pump direction", topology, `counterprop`, `backwards`, `propagation_direction`, "write coprop or counterprop"},
		{"no elements", topology, small, `{"elements": [], "connections": []}`, `topology.json`, "no elements"},
		{"a list", topology, small, `[]`, `topology.json`, "found a list, want an object"},
		{"empty file", topology, small, ``, `topology.json:1`, "ends too early"},
		{"cut off", topology, small, small[:len(small)/2], `topology.json`, "ends too early"},
		{"two objects", topology, small, small + `{}`, `topology.json`, "behind the end"},
		{"deep", topology, small, strings.Repeat(`{"a":`, 1000), `topology.json`, "more than 32 objects and lists inside each other"},
		{"files swapped", topology, small, smallEquipment, `topology.json`, "no elements"},
		{"unknown noise model", equipment, `"variable_gain"`, `"variable"`, `Edfa[0].type_def`, "unknown noise model"},
		{"no noise figure", equipment, `"nf_min": 6, `, ``, `Edfa[0].nf_min`, "is required"},
		{"noise that cannot be", equipment, `"nf_max": 10`, `"nf_max": 5`, `AmplifierType std`, "more gain must mean less noise"},
		{"missing file", equipment, `shape.json`, `shapes.json`, `default_config_from_json`, "give it with --extra FILE"},
		{"unknown stage", equipment, `"preamp_variety": "l band"`, `"preamp_variety": "s band"`, `preamp_variety`, "no amplifier type of one stage"},
		{"type twice", equipment, `"type_variety": "l band"`, `"type_variety": "std"`, `Edfa[1].type_variety`, "stands twice"},
		{"fibres that disagree", equipment, `"RamanFiber": [{"type_variety": "SSMF", "dispersion": 1.67e-05`, `"RamanFiber": [{"type_variety": "SSMF", "dispersion": 1.8e-05`, `RamanFiber[0]`, "different figures"},
		{"table of two lengths", equipment, `"frequency": [190e12, 197e12]`, `"frequency": [190e12]`, `dispersion_per_frequency`, "a table of 1 frequencies and 2 values"},
		{"half a bit rate", equipment, `"bit_rate": 100e9`, `"bit_rate": 100.5e9`, `mode[0].bit_rate`, "cannot be the capacity"},
		{"no spacing", equipment, `"min_spacing": 50e9`, `"min_spacing": 0`, `mode[0].min_spacing`, "no spacing"},
		{"penalty of something", equipment, `{"pdl": 1,`, `{"pol": 1,`, `penalties[4]`, "no impairment that documents know"},
		{"penalties of one sign", equipment, `{"chromatic_dispersion": 4e3, "penalty_value": 0}`, `{"chromatic_dispersion": -4e3, "penalty_value": 0}`, `penalties`, "differ for negative and positive"},
		{"unknown end", services, `"source": "trx A"`, `"source": "trx B"`, `path-request[0] (gold).source`, `did you mean "trx A"?`},
		{"end that is no transceiver", services, `"source": "trx A"`, `"source": "roadm A"`, `source`, "name a Transceiver"},
		{"no bandwidth", services, `"path_bandwidth": 150e9`, `"path_bandwidth": 0`, `path_bandwidth`, "no capacity"},
		{"unknown transceiver", services, `"trx_type": "trx"`, `"trx_type": "trk"`, `trx_type`, `did you mean "trx"?`},
		{"unknown mode", services, `"trx_mode": "100G"`, `"trx_mode": "200G"`, `trx_mode`, "has no mode 200G"},
		{"too narrow", services, `"spacing": 50e9`, `"spacing": 37.5e9`, `spacing`, "too narrow for mode 100G"},
		{"unknown hop", services, `"node-id": "f2"`, `"node-id": "f9"`, `node-id`, "no element is named f9"},
		{"unknown request", services, `"path-request": [`, `"synchronization": [{"svec": {"request-id-number": ["x"]}}], "path-request": [`, `request-id-number[0]`, `no request is text "x"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := smallInput()
			if strings.Contains(tt.name, "ring of its own") || strings.Contains(tt.name, "end without") {
				in.Topology.Data = []byte(strings.Replace(small, `"elements": [`, `"elements": [{"uid": "x", "type": "Fused"}, {"uid": "y", "type": "Fused"},`, 1))
			}
			f := map[string]*intents.File{topology: &in.Topology, equipment: &in.Equipment, services: in.Services}[tt.file]
			before := string(f.Data)
			f.Data = []byte(strings.Replace(before, tt.old, tt.new, 1))
			if string(f.Data) == before {
				t.Fatal("nothing was replaced")
			}
			docs, _, err := Import(in, cat)
			var faults Faults
			if !errors.As(err, &faults) || docs != nil {
				t.Fatalf("accepted, or no Faults: %v", err)
			}
			for _, fault := range faults {
				if strings.Contains(fault.Place, tt.place) && strings.Contains(fault.Error(), tt.says) {
					return
				}
			}
			t.Errorf("nothing at %s says %q:\n%v", tt.place, tt.says, err)
		})
	}
}

// TestHugeFiles: what is too large is refused before it is read, and what is
// only large is read in time.
func TestHugeFiles(t *testing.T) {
	in := smallInput()
	in.Topology.Data = make([]byte, maxFile+1)
	if _, _, err := Import(in, standard(t)); err == nil || !strings.Contains(err.Error(), "more than 32 MiB") {
		t.Errorf("a file over the limit: %v", err)
	}
	var b strings.Builder
	b.WriteString(`{"elements": [{"uid": "a", "type": "Roadm"}, {"uid": "z", "type": "Roadm"}`)
	const n = 20_000
	for i := range n {
		fmt.Fprintf(&b, `,{"uid": "f%d", "type": "Fiber", "type_variety": "SSMF", "params": {"length": %d, "loss_coef": 0.2}},{"uid": "b%d", "type": "Fiber", "type_variety": "SSMF", "params": {"length": %d, "loss_coef": 0.2}}`, i, 1+i%90, i, 1+i%89)
	}
	b.WriteString(`], "connections": [{"from_node": "a", "to_node": "f0"}, {"from_node": "z", "to_node": "b0"}`)
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, `,{"from_node": "f%d", "to_node": "f%d"},{"from_node": "b%d", "to_node": "b%d"}`, i-1, i, i-1, i)
	}
	fmt.Fprintf(&b, `,{"from_node": "f%d", "to_node": "z"},{"from_node": "b%d", "to_node": "a"}]}`, n-1, n-1)
	in.Topology.Data, in.Services = []byte(b.String()), nil
	start := time.Now()
	docs, _, err := Import(in, standard(t))
	if err != nil {
		t.Fatal(err)
	}
	if spans := len(named[*intents.LinkSpec](t, docs, "Link", "a--z").Spans); spans < n {
		t.Errorf("%d spans", spans)
	}
	t.Logf("%d elements in %v", 2*n, time.Since(start))
}

// TestStar: a switch with very many neighbours, all of one name, is read in time.
func TestStar(t *testing.T) {
	const n = 10_000
	var elements, connections []string
	for i := range n {
		elements = append(elements, fmt.Sprintf(`{"uid": "Same %s", "type": "Roadm"}`, strings.Repeat("-", i%7)+fmt.Sprint(i)))
		elements = append(elements, fmt.Sprintf(`{"uid": "f%d", "type": "Fiber", "type_variety": "SSMF", "params": {"length": 80, "loss_coef": 0.2}}, {"uid": "b%d", "type": "Fiber", "type_variety": "SSMF", "params": {"length": 80, "loss_coef": 0.2}}`, i, i))
		leaf := fmt.Sprintf("Same %s", strings.Repeat("-", i%7)+fmt.Sprint(i))
		for _, c := range [][2]string{{"hub", fmt.Sprintf("f%d", i)}, {fmt.Sprintf("f%d", i), leaf}, {leaf, fmt.Sprintf("b%d", i)}, {fmt.Sprintf("b%d", i), "hub"}} {
			connections = append(connections, fmt.Sprintf(`{"from_node": %q, "to_node": %q}`, c[0], c[1]))
		}
	}
	in := smallInput()
	in.Services = nil
	in.Topology.Data = []byte(`{"elements": [{"uid": "hub", "type": "Roadm"}, ` + strings.Join(elements, ",") + `], "connections": [` + strings.Join(connections, ",") + `]}`)
	start := time.Now()
	docs, _ := imported(t, in)
	if hub := named[*intents.DeviceSpec](t, docs, "Device", "hub"); len(hub.Ports) != n {
		t.Errorf("%d ports", len(hub.Ports))
	}
	t.Logf("%d switches in %v", n, time.Since(start))
}

// TestDisconnected: two networks that do not meet are two networks.
func TestDisconnected(t *testing.T) {
	second := strings.NewReplacer(`"trx A"`, `"trx B"`, `"trx Z"`, `"trx Y"`, `"roadm A"`, `"roadm B"`, `"roadm Z"`, `"roadm Y"`, `"boost A"`, `"boost B"`, `"boost Z"`, `"boost Y"`,
		`"pre A"`, `"pre B"`, `"pre Z"`, `"pre Y"`, `"f1"`, `"g1"`, `"f2"`, `"g2"`, `"b1"`, `"c1"`, `"b2"`, `"c2"`, `"panel"`, `"case"`, `"panel back"`, `"case back"`,
		`"city": "A"`, `"city": "B"`, `"city": "Z"`, `"city": "Y"`).Replace(small)
	between := func(s, from, to string) string {
		i := strings.Index(s, from) + len(from)
		return s[i : i+strings.Index(s[i:], to)]
	}
	both := strings.Replace(small, "\n ],\n \"conn", ","+between(second, `"elements": [`, "\n ],\n \"conn")+"\n ],\n \"conn", 1)
	both = strings.Replace(both, "}\n ]\n}", "},"+between(second, `"connections": [`, "\n ]\n}")+"\n ]\n}", 1)
	in := smallInput()
	in.Topology.Data = []byte(both)
	docs, _ := imported(t, in)
	named[*intents.LinkSpec](t, docs, "Link", "a--z")
	named[*intents.LinkSpec](t, docs, "Link", "b--y")
	fixed(t, docs)
}
