package gnpy

import (
	"testing"

	"github.com/waveplane/waveplane/intents"
)

// FuzzImport: whatever the files hold, the answer is documents that decode
// again, or faults; and what was imported can be exported and imported again.
func FuzzImport(f *testing.F) {
	in := mesh(f)
	f.Add([]byte(small), []byte(smallEquipment), []byte(smallServices))
	f.Add(in.Topology.Data, in.Equipment.Data, in.Services.Data)
	f.Add([]byte(`{"elements": [{"uid": "a", "type": "Transceiver"}, {"uid": "b", "type": "Transceiver"}], "connections": [{"from_node": "a", "to_node": "b"}, {"from_node": "b", "to_node": "a"}]}`), []byte(`{}`), []byte(`{}`))
	f.Add([]byte(`{"elements": [null, {"uid": "\u0000", "type": 1}]}`), []byte(`{"Edfa": {}, "Fiber": [[]], "SI": [{"power_dbm": 1e400}]}`), []byte(`{"path-request": [{}]}`))
	cat := standard(f)
	extra := append(smallInput().Extra, in.Extra...)
	f.Fuzz(func(t *testing.T, topology, equipment, services []byte) {
		if len(topology)+len(equipment)+len(services) > 1<<16 {
			return
		}
		in := Input{Topology: intents.File{Name: "t", Data: topology}, Equipment: intents.File{Name: "e", Data: equipment}, Services: &intents.File{Name: "s", Data: services}, Extra: extra}
		docs, _, err := Import(in, cat)
		if err != nil {
			if docs != nil || err.Error() == "" {
				t.Errorf("documents beside an error, or an empty one: %v", err)
			}
			return
		}
		yaml, err := intents.EncodeYAML(docs...)
		if err != nil {
			t.Fatal(err)
		}
		if len(docs) > 0 {
			if _, err := intents.Decode(yaml, "again", intents.WithCatalogue(cat)); err != nil {
				t.Fatalf("what was imported does not decode: %v\n%s", err, yaml)
			}
		}
		out, _, err := Export(docs, cat)
		if err != nil {
			t.Fatalf("what was imported cannot be exported: %v", err)
		}
		in = Input{Topology: intents.File{Name: "t", Data: out.Topology}, Equipment: intents.File{Name: "e", Data: out.Equipment}, Extra: out.Extra}
		if out.Services != nil {
			in.Services = &intents.File{Name: "s", Data: out.Services}
		}
		if len(docs) == 0 {
			return
		}
		again, _, err := Import(in, cat)
		if err != nil {
			t.Fatalf("what was exported cannot be imported: %v\n%s", err, out.Topology)
		}
		if want, got := text(t, docs), text(t, again); want != got {
			t.Errorf("export and import change the documents:\n%s\n%s", want, got)
		}
	})
}
