package netconf

import (
	"slices"

	"github.com/waveplane/waveplane/drivers/internal/ocmap"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// filter asks for all paths that are wanted, of everything.
func (s *schema) filter(profile catalogue.Profile, wanted func(ocmap.Subscribed) bool) (*element, error) {
	root := newFilter()
	for _, p := range ocmap.PathsOf(profile) {
		if !wanted(p) {
			continue
		}
		if _, _, err := s.place(root, p.Schema, nil); err != nil {
			return nil, err
		}
	}
	return root, nil
}

// filterOf asks for the paths that are wanted of the named objects; nil if there
// are none.
func (s *schema) filterOf(profile catalogue.Profile, ids []models.ObjectID, wanted func(ocmap.Subscribed) bool) (*element, error) {
	root := newFilter()
	for _, id := range ids {
		at, known := ocmap.ObjectPaths[id.Kind]
		if !known {
			continue
		}
		for _, p := range ocmap.PathsOf(profile) {
			if !wanted(p) || !ocmap.Covers(at.Schema, p.Schema) {
				continue
			}
			if _, _, err := s.place(root, p.Schema, ocmap.ObjectKeys(id)); err != nil {
				return nil, err
			}
		}
	}
	if len(root.kids) == 0 {
		return nil, nil
	}
	return root, nil
}

func newFilter() *element {
	f := base("filter")
	f.subtree = true
	return f
}

// file hands a tree of data to a view, leaf by leaf.
func file(v *ocmap.View, data *element) {
	v.At().Reset()
	for _, k := range data.kids {
		fileElement(v, k)
	}
}

func fileElement(v *ocmap.View, e *element) {
	at := v.At()
	m := at.Mark()
	defer at.Back(m)
	at.Enter(e.name)
	keys := at.Keys()
	for _, key := range keys {
		k := e.child(key)
		if k == nil {
			at.Key("", false)
			continue
		}
		at.Key(k.text, true)
	}
	if len(e.kids) > 0 {
		for _, k := range e.kids {
			if !slices.Contains(keys, k.name) { // the copy in config speaks for a key
				fileElement(v, k)
			}
		}
		return
	}
	if e.text != "" { // an empty container says nothing
		v.Leaf(ocmap.PlainScalar(e.text))
	}
}
