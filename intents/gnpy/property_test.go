package gnpy

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/waveplane/waveplane/intents"
)

// drawn makes a topology: a few switches, each with a transceiver, in a chain
// of lines whose two directions need not be alike.
func drawn(t *rapid.T) []byte {
	var elements, connections []fields
	connect := func(from, to string) {
		connections = append(connections, fields{"from_node": from, "to_node": to})
	}
	db := rapid.Custom(func(t *rapid.T) float64 { return float64(rapid.IntRange(0, 300).Draw(t, "centibel")) / 100 })
	n := rapid.IntRange(2, 4).Draw(t, "switches")
	for i := range n {
		city := fmt.Sprintf("Site_%d", i)
		metadata := fields{"location": fields{"city": city, "region": rapid.SampledFrom([]string{"", "R"}).Draw(t, "region"), "latitude": i, "longitude": -i}}
		params := fields{rapid.SampledFrom([]string{"target_psd_out_mWperGHz", "target_out_mWperSlotWidth"}).Draw(t, "target"): rapid.Float64Range(5e-5, 1e-2).Draw(t, "density")}
		if rapid.Bool().Draw(t, "power") {
			params = fields{"target_pch_out_db": -rapid.Float64Range(5, 25).Draw(t, "dBm"), "add_drop_osnr": rapid.Float64Range(20, 45).Draw(t, "osnr")}
		}
		elements = append(elements, fields{"uid": "trx " + city, "type": "Transceiver", "metadata": metadata}, fields{"uid": "roadm " + city, "type": "Roadm", "metadata": metadata, "params": params})
		connect("trx "+city, "roadm "+city)
		connect("roadm "+city, "trx "+city)
	}
	line := func(from, to int, name string) {
		before := fmt.Sprintf("roadm Site_%d", from)
		for i, kind := range rapid.SliceOfN(rapid.SampledFrom([]string{"Fiber", "Edfa", "Fused", "RamanFiber"}), 1, 6).Draw(t, "line") {
			e := fields{"uid": fmt.Sprintf("%s %d", name, i), "type": kind}
			switch kind {
			case "Edfa":
				o := fields{"gain_target": nil, "tilt_target": db.Draw(t, "tilt"), "out_voa": db.Draw(t, "voa"), "delta_p": nil}
				if rapid.Bool().Draw(t, "set") {
					o["gain_target"] = rapid.Float64Range(1, 28).Draw(t, "gain")
				}
				e["type_variety"], e["operational"] = rapid.SampledFrom([]string{"std", "shaped", "pre"}).Draw(t, "type"), o
			case "Fused":
				e["params"] = fields{"loss": db.Draw(t, "loss")}
			default:
				length := rapid.Float64Range(0.5, 130).Draw(t, "km")
				p := fields{"length": length, "loss_coef": rapid.Float64Range(0.15, 0.4).Draw(t, "loss"), "length_units": "km", "att_in": db.Draw(t, "pad"), "con_in": db.Draw(t, "in"), "con_out": nil}
				if rapid.IntRange(0, 3).Draw(t, "own") == 0 {
					p["loss_coef"] = fields{"value": []float64{0.2, rapid.Float64Range(0.15, 0.4).Draw(t, "edge")}, "frequency": []float64{190e12, 198e12}}
				}
				if rapid.IntRange(0, 3).Draw(t, "splice") == 0 {
					p["lumped_losses"] = []fields{{"position": length * rapid.Float64Range(0, 1).Draw(t, "at"), "loss": 0.5}}
				}
				if rapid.IntRange(0, 5).Draw(t, "slope") == 0 {
					p["dispersion_slope"] = 58
				}
				e["type_variety"], e["params"] = "SSMF", p
				if kind == "RamanFiber" {
					e["operational"] = fields{"temperature": 283, "raman_pumps": []fields{{"power": rapid.Float64Range(0.01, 0.4).Draw(t, "W"), "frequency": 205e12, "propagation_direction": "counterprop"}}}
				}
			}
			elements = append(elements, e)
			connect(before, e["uid"].(string))
			before = e["uid"].(string)
		}
		connect(before, fmt.Sprintf("roadm Site_%d", to))
	}
	for i := range n - 1 {
		for k := range rapid.IntRange(1, 2).Draw(t, "parallel") {
			line(i, i+1, fmt.Sprintf("there %d-%d", i, k))
			line(i+1, i, fmt.Sprintf("back %d-%d", i, k))
		}
	}
	raw, err := json.Marshal(fields{"elements": rapid.Permutation(elements).Draw(t, "order"), "connections": connections})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestImportIsAFixedPoint: export and import give the same documents, whatever
// stands on the lines and in whatever order the file has it; and each line
// keeps its elements, in each direction.
func TestImportIsAFixedPoint(t *testing.T) {
	cat := standard(t)
	rapid.Check(t, func(r *rapid.T) {
		in := smallInput()
		in.Topology.Data, in.Services = drawn(r), nil
		docs, _, err := Import(in, cat)
		if err != nil {
			r.Fatal(err)
		}
		elements := 0
		for _, d := range docs {
			if s, ok := d.Spec.(*intents.LinkSpec); ok {
				for _, span := range s.Spans {
					for _, way := range []string{"az", "za"} {
						if span.Stands(way) {
							elements++
						}
					}
				}
			}
		}
		var file struct{ Elements []struct{ Type string } }
		if err := json.Unmarshal(in.Topology.Data, &file); err != nil {
			r.Fatal(err)
		}
		for _, e := range file.Elements {
			if e.Type != "Roadm" && e.Type != "Transceiver" {
				elements--
			}
		}
		if elements != 0 {
			r.Fatalf("%+d elements in links", elements)
		}
		if diff := cmp.Diff(strings.Split(text(t, docs), "\n"), strings.Split(text(t, around(t, docs)), "\n")); diff != "" {
			r.Fatalf("export and import change the documents:\n%s", diff)
		}
	})
}
