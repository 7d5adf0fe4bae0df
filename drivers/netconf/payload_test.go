package netconf_test

import (
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/drivertest/devices"
	"github.com/waveplane/waveplane/drivers/drivertest/golden"
	"github.com/waveplane/waveplane/drivers/netconf"
)

var update = flag.Bool("update", false, "write the golden payloads anew")

// TestGoldenPayloads compares, for each kind of change, what an engineer reads of
// it and the configuration that is sent, below each other. Run with -update after
// a change that is meant.
func TestGoldenPayloads(t *testing.T) {
	l := newLab(t)
	for _, k := range devices.ChangeKinds() {
		t.Run(k.Name, func(t *testing.T) {
			profile, err := l.catalogue.Profile(k.Device.Profile)
			if err != nil {
				t.Fatal(err)
			}
			text, err := netconf.PreviewOf(drivers.Pass{ID: k.Name, Changes: k.Changes}, profile)
			if err != nil {
				t.Fatal(err)
			}
			golden.Check(t, filepath.Join("testdata", "payloads", k.Name+".txt"), text, *update)
			wellFormed(t, text)
		})
	}
}

// wellFormed reads the XML below the comments with a parser that is not ours.
func wellFormed(t *testing.T, text string) {
	t.Helper()
	_, document, ok := strings.Cut(text, "\n<config")
	if !ok {
		t.Fatalf("no configuration in\n%s", text)
	}
	d := xml.NewDecoder(strings.NewReader("<config" + document))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Space == "" {
			t.Errorf("<%s> is in no namespace", start.Name.Local)
		}
	}
}
