package pathrequest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/waveplane/waveplane/controller/plan/pathrequest"
)

// slots writes "N/M N/M", with * for what is free.
func slots(list []pathrequest.Slot) string {
	part := func(v *int) string {
		if v == nil {
			return "*"
		}
		return fmt.Sprint(*v)
	}
	var words []string
	for _, s := range list {
		words = append(words, part(s.N)+"/"+part(s.M))
	}
	return strings.Join(words, " ")
}

func slotsOf(t *testing.T, words string) []pathrequest.Slot {
	t.Helper()
	number := func(s string) *int {
		var v int
		if s == "*" {
			return nil
		}
		if _, err := fmt.Sscan(s, &v); err != nil {
			t.Fatal(err)
		}
		return &v
	}
	var list []pathrequest.Slot
	for _, word := range strings.Fields(words) {
		n, m, _ := strings.Cut(word, "/")
		list = append(list, pathrequest.Slot{N: number(n), M: number(m)})
	}
	return list
}

// TestSlots asks for slots on a route where -288 to -281 and 0 to 7 are taken
// by earlier requests. A channel of 100 Gbit/s takes M 4; usable is -288 to 480.
func TestSlots(t *testing.T) {
	for _, tt := range []struct {
		gbps   float64
		wanted string
		status pathrequest.Status
		got    string
	}{
		{100, "", "OK", "-276/4"},
		{100, "*/*", "OK", "-276/4"},
		{101, "*/*", "OK", "-272/8"},
		{100, "*/6", "OK", "-274/6"},
		{100, "-276/4", "OK", "-276/4"},
		{100, "-280/4", "NO_SPECTRUM", ""},
		{100, "-276/3", "NOT_ENOUGH_RESERVED_SPECTRUM", ""},
		{200, "100/4 200/4", "OK", "100/4 200/4"},
		{200, "100/7", "NOT_ENOUGH_RESERVED_SPECTRUM", ""},
		{300, "100/4 */*", "OK", "100/4 -272/8"},
		{200, "*/* 100/4", "OK", "-276/4 100/4"},
		{200, "*/4 */8", "OK", "-260/4 -272/8"}, // the wider one first
		{200, "-12/*", "OK", "-12/8"},
		{300, "-12/*", "OK", "-12/12"},
		{400, "-12/*", "NO_SPECTRUM", ""}, // 12 on either side, then 0 is taken
		{400, "-12/* */*", "OK", "-12/12 -276/4"},
		{100, "4/*", "NO_SPECTRUM", ""},
		{100, "-276/4 -272/4", "OK", "-276/4"}, // the second one overlaps, but is not needed
		{100, "477/4", "OK", "477/4"},
		{100, "478/4", "NO_SPECTRUM", ""},
		{100, "-289/4", "NO_SPECTRUM", ""},
		{100, "1000000/4", "NO_SPECTRUM", ""},
		{100, "*/1000000", "NO_SPECTRUM", ""},
		{20000, "*/*", "NO_SPECTRUM", ""},
		{1e12, "*/*", "NO_SPECTRUM", ""},
	} {
		t.Run(fmt.Sprintf("%g Gbps in %s", tt.gbps, tt.wanted), func(t *testing.T) {
			before := request("before", "Lannion_CAS", "Rennes_STA")
			before.Slots = slotsOf(t, "-284/4 4/4")
			before.BandwidthBps = 200e9
			r := request("r", "Brest_KLA", "Rennes_STA")
			r.BandwidthBps, r.Slots = tt.gbps*1e9, slotsOf(t, tt.wanted)
			got := serve(t, asked(t, before, r))[1]
			if got.Status != tt.status || slots(got.Slots) != tt.got {
				t.Errorf("%s in %q, want %s in %q", got.Status, slots(got.Slots), tt.status, tt.got)
			}
		})
	}
}

// TestOppositeDirectionsShareSlots serves requests against each other.
func TestOppositeDirectionsShareSlots(t *testing.T) {
	got := serve(t, asked(t, request("there", "Lannion_CAS", "Rennes_STA"), request("back", "Rennes_STA", "Lannion_CAS"), request("elsewhere", "Lorient_KMA", "Vannes_KBE")))
	if a, b, c := slots(got[0].Slots), slots(got[1].Slots), slots(got[2].Slots); a != "-284/4" || b != "-276/4" || c != "-284/4" {
		t.Errorf("there %s, back %s, elsewhere %s", a, b, c)
	}
}

// TestBandOfHop narrows one amplifier: its hop carries less, and the combs of
// routes that pass it have fewer channels.
func TestBandOfHop(t *testing.T) {
	c := asked(t, request("through", "Brest_KLA", "Rennes_STA"), request("beside", "Lorient_KMA", "Vannes_KBE"))
	narrow := c.Tables.AmplifierTypes["std_medium_gain"]
	narrow.LoHz, narrow.HiHz = 192e12, 195e12
	c.Tables.AmplifierTypes["narrow"] = narrow
	for i := range c.Elements {
		if c.Elements[i].UID == "east edfa in Lannion_CAS to Stbrieuc" {
			c.Elements[i].AmpType = "narrow"
		}
	}
	got := serve(t, c)
	// 192 THz is -176 on the grid; 59 slots of 50 GHz at 191.35 THz + i × 50 GHz
	// lie within 3 THz.
	if slots(got[0].Slots) != "-172/4" || got[0].Metrics.Channels != 59 {
		t.Errorf("through the narrow amplifier: %s with %d channels", slots(got[0].Slots), got[0].Metrics.Channels)
	}
	if slots(got[1].Slots) != "-284/4" || got[1].Metrics.Channels != 95 {
		t.Errorf("beside it: %s with %d channels", slots(got[1].Slots), got[1].Metrics.Channels)
	}
}
