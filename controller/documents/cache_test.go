package documents_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/waveplane/waveplane/controller/documents"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/intents"
)

func entry(revision int64, document string) *store.Entry[records.Intent] {
	return &store.Entry[records.Intent]{Key: "Site/_/a", Revision: revision, Value: records.Intent{Document: json.RawMessage(document), UID: "u1", Generation: revision}}
}

const site = `{"apiVersion":"waveplane.dev/v1alpha1","kind":"Site","metadata":{"name":"a"},"spec":{"role":"dc"}}`

func TestADocumentIsDecodedOncePerRevision(t *testing.T) {
	var c documents.Cache
	first, err := c.Of(entry(3, site))
	if err != nil {
		t.Fatal(err)
	}
	if first.Metadata.UID != "u1" || first.Metadata.Generation != 3 || first.Spec.(*intents.SiteSpec).Role != "dc" {
		t.Errorf("decoded %+v", first)
	}
	again, err := c.Of(entry(3, "not read"))
	if err != nil || again.Spec != first.Spec {
		t.Errorf("the same revision was decoded again: %v", err)
	}
	newer, err := c.Of(entry(5, strings.Replace(site, `"dc"`, `"hut"`, 1)))
	if err != nil || newer.Spec.(*intents.SiteSpec).Role != "hut" {
		t.Errorf("another revision gives %+v, %v", newer, err)
	}
	// Who is behind gets what it asks for, and does not take the newer one away.
	if older, err := c.Of(entry(4, site)); err != nil || older.Spec.(*intents.SiteSpec).Role != "dc" {
		t.Errorf("an older revision gives %+v, %v", older, err)
	}
	if kept, err := c.Of(entry(5, "not read")); err != nil || kept.Spec != newer.Spec {
		t.Errorf("the newer revision is gone: %v", err)
	}
	c.Forget("Site/_/a")
	if _, err := c.Of(entry(5, "{")); err == nil || !strings.Contains(err.Error(), "stored document Site/_/a cannot be read") {
		t.Errorf("what cannot be read gives %v", err)
	}
	if _, err := c.Of(entry(6, site+"\n---\n"+strings.Replace(site, `"a"`, `"b"`, 1))); err == nil || !strings.Contains(err.Error(), "documents in one record") {
		t.Errorf("two documents give %v", err)
	}
}

func TestManyReadAtOnce(t *testing.T) {
	var c documents.Cache
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for revision := int64(1); revision < 200; revision++ {
				if _, err := c.Of(entry(revision, site)); err != nil {
					t.Error(err)
				}
				if i == 0 && revision%50 == 0 {
					c.Forget("Site/_/a")
				}
			}
		})
	}
	wg.Wait()
}
