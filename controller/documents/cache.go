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
	c.keep(e.Key, decoded{e.Revision, doc})
	return doc, nil
}

// Put gives the document of a record that has just been stored, so that nobody has to
// decode it. It must be what Of would return, and belongs to the cache from now on.
func (c *Cache) Put(key string, revision int64, doc intents.Document) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keep(key, decoded{revision, doc})
}

// keep keeps what is newer than what is there: somebody who is behind does not take
// it away.
func (c *Cache) keep(key string, d decoded) {
	if c.decoded[key].revision >= d.revision {
		return
	}
	if c.decoded == nil {
		c.decoded = map[string]decoded{}
	}
	c.decoded[key] = d
}

// Forget drops what was decoded of a document that is gone.
func (c *Cache) Forget(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.decoded, key)
}
