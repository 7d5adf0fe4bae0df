package openconfig_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/waveplane/waveplane/models/openconfig"
)

func TestCheckDocumentAcceptsTheSample(t *testing.T) {
	var doc any
	if err := json.Unmarshal(sample(t), &doc); err != nil {
		t.Fatal(err)
	}
	if err := newIndex(t).CheckDocument(doc); err != nil {
		t.Errorf("the sample is refused:\n%v", err)
	}
}

func TestCheckDocumentRefuses(t *testing.T) {
	index := newIndex(t)
	for _, c := range []struct {
		name, doc string
		kind      error
		want      string
	}{
		{"no object", `[]`, openconfig.ErrBadValue, "/: "},
		{"top level without module", `{"components":{}}`, openconfig.ErrNoNode, "openconfig-platform:components"},
		{"wrong module", `{"openconfig-interfaces:components":{}}`, openconfig.ErrNoNode, "/openconfig-interfaces:components"},
		{"augment without module", `{"openconfig-platform:components":{"component":[{"name":"a","optical-channel":{}}]}}`,
			openconfig.ErrNoNode, "openconfig-terminal-device:optical-channel"},
		{"unknown member", `{"openconfig-platform:components":{"part":[]}}`, openconfig.ErrNoNode, "/part"},
		{"list as object", `{"openconfig-platform:components":{"component":{"name":"a"}}}`, openconfig.ErrBadValue, "array"},
		{"missing key", `{"openconfig-platform:components":{"component":[{"config":{"name":"a"}}]}}`,
			openconfig.ErrBadValue, "component[0]: value does not fit its type: key name"},
		{"second key missing", `{"openconfig-channel-monitor:channel-monitors":{"channel-monitor":[{"name":"m",
			"channels":{"channel":[{"lower-frequency":"1"}]}}]}}`, openconfig.ErrBadValue, "key upper-frequency"},
		{"member twice", `{"openconfig-platform:components":{"component":[{"name":"a","openconfig-platform:name":"b"}]}}`,
			openconfig.ErrBadValue, "twice"},
		{"bad leaf", `{"openconfig-platform:components":{"component":[{"name":7}]}}`, openconfig.ErrBadValue, "component[0]/name"},
		{"entry is no object", `{"openconfig-platform:components":{"component":["a"]}}`, openconfig.ErrBadValue, "component[0]"},
		{"leaf-list without array", `{"openconfig-interfaces:interfaces":{"interface":[{"name":"a",
			"state":{"openconfig-platform-transceiver:physical-channel":0}}]}}`, openconfig.ErrBadValue, "leaf-list"},
		{"bad leaf-list entry", `{"openconfig-interfaces:interfaces":{"interface":[{"name":"a",
			"state":{"openconfig-platform-transceiver:physical-channel":[0,"1"]}}]}}`, openconfig.ErrBadValue, "physical-channel[1]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var doc any
			if err := json.Unmarshal([]byte(c.doc), &doc); err != nil {
				t.Fatal(err)
			}
			err := index.CheckDocument(doc)
			if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %v with %q", err, c.kind, c.want)
			}
		})
	}
}

func TestCheckSubtree(t *testing.T) {
	index := newIndex(t)
	for _, c := range []struct {
		path, doc string
		want      error
	}{
		{"/components/component/optical-channel/config", `{"frequency":"193100000","operational-mode":1}`, nil},
		{"/components/component/optical-channel/config", `{"frequency":193100000}`, openconfig.ErrBadValue},
		{"/components/component", `{"name":"a"}`, nil},
		{"/components/component", `[{"name":"a"},{"name":"b"}]`, nil},
		{"/components/component", `{}`, openconfig.ErrBadValue},
		{"/interfaces/interface/config/enabled", `true`, nil},
		{"/interfaces/interface/config/enabled", `"true"`, openconfig.ErrBadValue},
		{"/interfaces/interface/config/enabled", `{}`, openconfig.ErrBadValue},
		{"/interfaces/nothing", `{}`, openconfig.ErrNoNode},
	} {
		var doc any
		if err := json.Unmarshal([]byte(c.doc), &doc); err != nil {
			t.Fatal(err)
		}
		if err := index.CheckSubtree(openconfig.SplitPath(c.path), doc); !errors.Is(err, c.want) {
			t.Errorf("CheckSubtree(%s, %s) = %v, want %v", c.path, c.doc, err, c.want)
		}
	}
}
