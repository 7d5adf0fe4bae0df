package tl1_test

import (
	"testing"

	"github.com/waveplane/waveplane/drivers/drivertest"
	"github.com/waveplane/waveplane/drivers/tl1"
)

func TestConformance(t *testing.T) {
	for _, f := range fixtures() {
		t.Run(f.dialect, func(t *testing.T) {
			drivertest.Run(t, drivertest.Harness{
				Driver: &tl1.Driver{},
				Start:  func(t *testing.T) drivertest.Target { return start(t, f).conformance() },
			})
		})
	}
}
