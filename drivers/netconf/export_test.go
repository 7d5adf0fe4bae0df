package netconf

import (
	"context"
	"strings"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models/catalogue"
)

// PreviewOf is what Preview shows of a pass on a device of a profile.
func PreviewOf(p drivers.Pass, profile catalogue.Profile) (string, error) {
	names, err := newSchema()
	if err != nil {
		return "", err
	}
	s := &Session{device: drivers.Device{Name: "device", Profile: profile, Manage: true}, schema: names}
	return s.Preview(p)
}

// Raw sends a request that is written by hand.
func Raw(ctx context.Context, session drivers.Session, request string) (string, error) {
	s, ok := session.(*Session)
	if !ok {
		s = session.(*WatchingSession).Session
	}
	root, err := parse([]byte(`<rpc xmlns="` + baseNS + `">` + request + "</rpc>"))
	if err != nil {
		return "", err
	}
	// Prefixes are resolved by the parser; an identity keeps its own.
	for _, e := range root.kids {
		keepPrefixes(e)
	}
	var reply *element
	err = s.change(ctx, "raw", s.timeout, func() (bool, error) {
		var err error
		reply, err = s.client.call(root.kids[0])
		return false, err
	})
	if err != nil {
		return "", err
	}
	return reply.String(), nil
}

func keepPrefixes(e *element) {
	for _, a := range e.attributes {
		if a.Name.Space == "xmlns" {
			if _, name, ok := strings.Cut(e.text, a.Name.Local+":"); ok {
				e.prefixed, e.text = a.Value, "i:"+name
			}
		}
	}
	for _, k := range e.kids {
		keepPrefixes(k)
	}
}
