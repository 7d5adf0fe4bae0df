package ocmap

import (
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// line is a line-side logical channel that is assigned to an optical channel.
func line(clients string) models.Leaves {
	l := models.Leaves{
		models.LeafDescription: "ours", models.LeafLogicalType: "PROT_OTN", models.LeafAssignIndex: "1", models.LeafAssignOptical: "oc-1", models.LeafAllocation: "400",
	}
	if clients != "" {
		l[models.LeafAssignClients] = clients
	}
	return l
}

// told is what a view makes of an entry as a device tells it.
func told(profile catalogue.Profile, entry string) *View {
	v := NewView(profile)
	v.At().Reset()
	v.At().Enter("terminal-device")
	v.At().Enter("logical-channels")
	v.Document([]byte(`{"channel": [` + entry + `]}`))
	return v
}

// TestClientAssignmentsRoundTrip writes assignments to any number of clients and
// reads them back as a device that has the entry would tell it.
func TestClientAssignmentsRoundTrip(t *testing.T) {
	profile := catalogue.Profile{ClientAssignments: true}
	id := models.ObjectID{Kind: models.KindLogicalChannel, Key: "10000"}
	rapid.Check(t, func(t *rapid.T) {
		var list models.Assignments
		for i := range rapid.IntRange(0, 12).Draw(t, "clients") {
			list = append(list, models.Assignment{Channel: uint32(10001 + i), Gbps: strconv.Itoa(rapid.IntRange(1, 800).Draw(t, "Gbit/s"))})
		}
		want := line(list.String())
		p := drivers.Pass{Changes: []models.Change{{Owner: "o", Object: id, After: want}}}
		if kind, err := Check(p, profile); err != nil {
			t.Fatal(kind, err)
		}
		d := told(profile, EditsOf(p, nil, profile)[0].Payload).Take(true)
		if got := d.Objects[id]; !got.Equal(want) {
			t.Errorf("sent %v, found %v", want, got)
		}
		if d.Rest == nil || *d.Rest != "" {
			t.Error("some of it is taken for foreign")
		}
		if again := EditsOf(p, d.Objects, profile); len(again) != 0 {
			t.Errorf("once more: %s", Render(again))
		}
	})
}

// TestAssignmentsOfOthersAreForeign: where no assignments to clients are asked
// for, one behind the first is somebody else's and shows in the digest.
func TestAssignmentsOfOthersAreForeign(t *testing.T) {
	asks := catalogue.Profile{ClientAssignments: true}
	id := models.ObjectID{Kind: models.KindLogicalChannel, Key: "10000"}
	payload := entryPayload(id, line("10001:400"), asks)
	alone := told(catalogue.Profile{}, entryPayload(id, line(""), asks)).Take(true)
	d := told(catalogue.Profile{}, payload).Take(true)
	if got := d.Objects[id]; !got.Equal(line("")) {
		t.Errorf("found %v", got)
	}
	if *d.Rest == *alone.Rest {
		t.Error("the digest of the rest does not know of it")
	}
	// Nor is every one behind the first an assignment to a client where they are.
	optical := `{"index": 10000, "logical-channel-assignments": {"assignment": [
		{"index": 1, "config": {"index": 1, "optical-channel": "oc-1"}}, {"index": 2, "config": {"index": 2, "optical-channel": "oc-2"}}]}}`
	if d := told(asks, optical).Take(true); *d.Rest == "" || d.Objects[id][models.LeafAssignClients] != "" {
		t.Errorf("a second optical channel is taken for a client: %v", d.Objects[id])
	}
}

// TestClientAssignmentsAreChecked: what makes no sense is refused.
func TestClientAssignmentsAreChecked(t *testing.T) {
	id := models.ObjectID{Kind: models.KindLogicalChannel, Key: "10000"}
	unassigned := line("10001:400")
	delete(unassigned, models.LeafAssignOptical)
	delete(unassigned, models.LeafAllocation)
	for name, c := range map[string]struct {
		profile catalogue.Profile
		leaves  models.Leaves
		want    drivers.Kind
	}{
		"not asked for":           {catalogue.Profile{}, line("10001:400"), drivers.KindUnsupported},
		"no text of ours":         {catalogue.Profile{ClientAssignments: true}, line("10001:400,10002:400"), drivers.KindInvalid},
		"without optical channel": {catalogue.Profile{ClientAssignments: true}, unassigned, drivers.KindInvalid},
	} {
		kind, err := Check(drivers.Pass{Changes: []models.Change{{Owner: "o", Object: id, After: c.leaves}}}, c.profile)
		if err == nil || kind != c.want {
			t.Errorf("%s: %s %v, want %s", name, kind, err, c.want)
		}
	}
}
