package plan_test

import (
	"strings"
	"testing"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/models"
)

// TestViaFarAway: places that none of the quickest ways touches are passed all
// the same, in whichever order is quickest; that there is no way is said only
// when there is none.
func TestViaFarAway(t *testing.T) {
	fibres := append(grid(4, 5), fibre{name: "spur", a: "s0304", b: "end", km: 40})
	n := network(t, smallDocs(2, fibres...))
	ask := func(via ...string) plan.Outcome {
		req := circuit("c", "s0000", "s0001", 400)
		req.Circuit.Via = via
		return one(n, plan.NewLedger(), req)
	}
	out := ask("s0304", "s0200")
	if out.Refusal != nil && out.Refusal.Reason == models.NoRoute {
		t.Fatalf("refused: %+v", out.Refusal)
	}
	// A spur is touched by no way without a loop, and that is proven.
	out = ask("end")
	if out.Refusal == nil || out.Refusal.Reason != models.NoRoute || strings.Contains(out.Refusal.Message, "not proven") {
		t.Fatalf("%+v", out.Refusal)
	}
	// More places than are tried in every order.
	out = ask("s0304", "end", "s0200", "s0102", "s0300")
	if out.Refusal == nil || out.Refusal.Reason != models.NoRoute || !strings.Contains(out.Refusal.Message, "not proven") {
		t.Fatalf("%+v", out.Refusal)
	}
}
