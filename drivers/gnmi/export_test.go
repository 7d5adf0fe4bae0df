package gnmi

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	gnmipb "github.com/openconfig/gnmi/proto/gnmi"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/internal/ocmap"
	"github.com/waveplane/waveplane/models/catalogue"
)

// Request is what tests see of a SetRequest before it is sent.
type Request struct {
	edits   []ocmap.Edit
	request *gnmipb.SetRequest
}

// RequestOf builds the request that a pass makes on a device that is as the
// changes' Before says, and the text that people get.
func RequestOf(p drivers.Pass, profile catalogue.Profile) (Request, string, error) {
	s := &Session{device: drivers.Device{Name: "device", Profile: profile, Manage: true}}
	text, err := s.Preview(p)
	if err != nil {
		return Request{}, "", err
	}
	edits := ocmap.EditsOf(p, p.Before(), s.device.Profile)
	return Request{edits: edits, request: setRequest(edits)}, text, nil
}

// Operations lists verbs and paths in the order in which they are sent.
func (r Request) Operations() []string {
	var out []string
	for _, p := range r.request.Delete {
		out = append(out, "delete "+textOf(p))
	}
	for _, u := range r.request.Replace {
		out = append(out, "replace "+textOf(u.Path))
	}
	for _, u := range r.request.Update {
		out = append(out, "update "+textOf(u.Path))
	}
	return out
}

func textOf(p *gnmipb.Path) string {
	var at ocmap.Place
	at.Reset()
	walk(&at, p)
	return at.Text()
}

// walk descends along the elements of a path.
func walk(at *ocmap.Place, path *gnmipb.Path) {
	for _, elem := range path.GetElem() {
		at.Enter(elem.GetName())
		for _, key := range at.Keys() {
			value, ok := elem.GetKey()[key]
			at.Key(value, ok)
		}
	}
}

// JSON writes the request with payloads as JSON and paths as text.
func (r Request) JSON() string {
	type operation struct {
		Path  string          `json:"path"`
		Value json.RawMessage `json:"val"`
	}
	out := struct {
		Origin  string      `json:"origin"`
		Delete  []string    `json:"delete,omitempty"`
		Replace []operation `json:"replace,omitempty"`
		Update  []operation `json:"update,omitempty"`
	}{Origin: r.request.Prefix.Origin}
	for _, p := range r.request.Delete {
		out.Delete = append(out.Delete, textOf(p))
	}
	for _, u := range r.request.Replace {
		out.Replace = append(out.Replace, operation{textOf(u.Path), u.Val.GetJsonIetfVal()})
	}
	for _, u := range r.request.Update {
		out.Update = append(out.Update, operation{textOf(u.Path), u.Val.GetJsonIetfVal()})
	}
	text, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return err.Error()
	}
	return string(text) + "\n"
}

// Documents wraps each payload into the containers and list entries above it,
// so that it can be linted as a part of a configuration.
func (r Request) Documents(t *testing.T) [][]byte {
	t.Helper()
	var out [][]byte
	for _, e := range r.edits {
		if e.Operation != ocmap.Deletion {
			out = append(out, []byte(wrap(e)))
		}
	}
	return out
}

// modules names where the module changes on the way down.
var modules = map[string]string{
	"components": ocmap.PlatformModule, ocmap.OpticalPath: ocmap.TerminalModule, ocmap.ComponentPath + "/transceiver": ocmap.TransceiverModule,
	"terminal-device": ocmap.TerminalModule, "wavelength-router": ocmap.RouterModule, "interfaces": ocmap.InterfaceModule,
	"optical-amplifier": ocmap.AmplifierModule, "optical-attenuator": ocmap.AttenuatorModule,
}

func wrap(e ocmap.Edit) string {
	document, keys := e.Payload, e.Keys
	schema := e.Schema
	for schema != "" {
		parent, name := "", schema
		if i := strings.LastIndexByte(schema, '/'); i >= 0 {
			parent, name = schema[:i], schema[i+1:]
		}
		if names := ocmap.ListKeys[schema]; names != nil {
			own := keys[len(keys)-len(names):]
			keys = keys[:len(keys)-len(names)]
			document = "[" + withKeys(document, schema, names, own) + "]"
		}
		if module := modules[schema]; module != "" {
			name = module + ":" + name
		}
		document = `{"` + name + `":` + document + `}`
		schema = parent
	}
	return document
}

// withKeys adds the keys of a list entry to what is inside it, unless the
// payload is the entry itself and has them.
func withKeys(document, schema string, names, keys []string) string {
	members := map[string]json.RawMessage{}
	if json.Unmarshal([]byte(document), &members) != nil {
		return document
	}
	for i, name := range names {
		for member := range members {
			if ocmap.WithoutModule(member) == name {
				return document
			}
		}
		value := `"` + keys[i] + `"`
		if name == "index" {
			value = keys[i]
		}
		members[name] = json.RawMessage(value)
	}
	out, err := json.Marshal(members)
	if err != nil {
		return document
	}
	return string(out)
}

// Subscriptions is what a watch of a device with all models subscribes to.
func Subscriptions(interval time.Duration) []*gnmipb.Subscription {
	c := capabilities{paths: ocmap.PathsOf(catalogue.Profile{})}
	return c.subscribe(gnmipb.SubscriptionList_STREAM, interval, false).GetSubscribe().GetSubscription()
}
