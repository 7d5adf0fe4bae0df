package all_test

import (
	"testing"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/all"
)

func TestRegistry(t *testing.T) {
	if _, err := all.Registry().Lookup("gnmi"); err != nil {
		t.Errorf("gnmi: %v", err)
	}
	if _, err := all.Registry().Lookup("carrier-pigeon"); drivers.KindOf(err) != drivers.KindUnsupported {
		t.Errorf("an unknown driver gives %v, want kind Unsupported", err)
	}
}
