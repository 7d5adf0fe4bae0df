package api

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/documents"
	"github.com/waveplane/waveplane/intents"
)

// TestWhatIsStoredIsWhatIsRead: the document that apply hands on is the one that
// whoever reads the record would decode, for every example, when it is made and when
// it is changed.
func TestWhatIsStoredIsWhatIsRead(t *testing.T) {
	networks, err := filepath.Glob("../../examples/*/network")
	if err != nil || len(networks) == 0 {
		t.Fatal("no examples", err)
	}
	for _, network := range networks {
		t.Run(filepath.Base(filepath.Dir(network)), func(t *testing.T) {
			b := newBench(t)
			read := func(change func(string) string) (files []wire.File) {
				for _, dir := range []string{network, filepath.Join(filepath.Dir(network), "intents")} {
					names, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
					if err != nil {
						t.Fatal(err)
					}
					for _, name := range names {
						raw, err := os.ReadFile(name)
						if err != nil {
							t.Fatal(err)
						}
						files = append(files, wire.File{Name: name, Content: change(string(raw))})
					}
				}
				return files
			}
			compare := func() {
				t.Helper()
				entries, _, err := b.store.Tables().Intents.List(b.ctx, "")
				if err != nil || len(entries) == 0 {
					t.Fatal(len(entries), err)
				}
				for _, e := range entries {
					var fresh documents.Cache
					want, err := fresh.Of(&e)
					if err != nil {
						t.Fatal(err)
					}
					broken := e
					broken.Value.Document = nil // it has to be known
					got, err := b.api.cfg.Documents.Of(&broken)
					if err != nil {
						t.Fatal(err)
					}
					if d := cmp.Diff(want, got, cmpopts.IgnoreFields(intents.Document{}, "Places")); d != "" {
						t.Errorf("%s (-read +handed on):\n%s", e.Key, d)
					}
				}
			}
			if _, err := b.client.Apply(b.ctx, read(func(text string) string { return text }), client.ChangeOptions{}); err != nil {
				t.Fatal(err)
			}
			compare()
			changed := strings.NewReplacer("lossDb: 0.5", "lossDb: 0.7", "km: 20", "km: 21", "capacityGbps: 400", "capacityGbps: 300", "role: dc", "role: pop")
			if _, err := b.client.Apply(b.ctx, read(changed.Replace), client.ChangeOptions{}); err != nil {
				t.Fatal(err)
			}
			compare()
		})
	}
}
