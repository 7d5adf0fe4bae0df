// Package documents reads stored documents. A document is decoded once per
// revision, whoever asks first: the API, which checks new documents against those
// that are stored, and the stages, which plan with them.
package documents

import (
	"fmt"
	"sync"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/intents"
)

// Cache keeps what was decoded, by key. The zero value is ready; it is safe for
// concurrent use.
type Cache struct {
	mu      sync.Mutex
	decoded map[string]decoded
}

type decoded struct {
	revision int64
	doc      intents.Document
}

// Of returns the document of a record, with defaults and with its uid and
// generation. Its spec is shared: nobody may change it. It fails when the record
// holds no document that the decoder takes.
func (c *Cache) Of(e *store.Entry[records.Intent]) (intents.Document, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d, ok := c.decoded[e.Key]; ok && d.revision == e.Revision {
		return d.doc, nil
	}
	docs, err := intents.Decode(e.Value.Document, e.Key)
	if err != nil {
		return intents.Document{}, fmt.Errorf("stored document %s cannot be read: %w", e.Key, err)
	}
	if len(docs) != 1 {
		return intents.Document{}, fmt.Errorf("stored document %s: %d documents in one record", e.Key, len(docs))
	}
	doc := docs[0]
	intents.Default(&doc)
	doc.Metadata.UID, doc.Metadata.Generation = e.Value.UID, e.Value.Generation
	// An older revision is asked for by somebody who is behind: the newer one stays.
	if c.decoded[e.Key].revision < e.Revision {
		if c.decoded == nil {
			c.decoded = map[string]decoded{}
		}
		c.decoded[e.Key] = decoded{e.Revision, doc}
	}
	return doc, nil
}

// Forget drops what was decoded of a document that is gone.
func (c *Cache) Forget(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.decoded, key)
}
