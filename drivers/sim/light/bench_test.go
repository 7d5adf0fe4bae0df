package light_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/waveplane/waveplane/drivers/sim/light"
)

// Turning one laser of a thousand links off and on again costs what one link
// costs.
func BenchmarkToggleOneOfThousandLinks(b *testing.B) {
	n := light.New(light.Config{Plant: &light.Plant{Exact: true}, Clock: func() time.Time { return start }})
	for i := range 1000 {
		a, z := light.End{Device: fmt.Sprintf("a%d", i), Port: "p"}, light.End{Device: fmt.Sprintf("z%d", i), Port: "p"}
		for _, e := range []light.End{a, z} {
			if err := n.AddTransceiver(e, light.TransceiverSpec{}); err != nil {
				b.Fatal(err)
			}
		}
		if err := n.AddLink(amplified(fmt.Sprintf("l%d", i), a, z)); err != nil {
			b.Fatal(err)
		}
		must(b, n.SetTuning(a, light.Tuning{FrequencyMHz: 193_100_000, PowerDbm: -10, Mode: zr()}))
	}
	a := light.End{Device: "a500", Port: "p"}
	b.ResetTimer()
	for i := range b.N {
		must(b, n.SetLaser(a, i%2 == 0))
	}
}
