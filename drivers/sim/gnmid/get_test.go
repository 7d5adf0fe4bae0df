package gnmid

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	gpb "github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc/codes"
)

func TestCapabilities(t *testing.T) {
	f := newFixture(t)
	c := f.dial(t, f.serve(t))
	got, err := c.Capabilities(c.ctx, &gpb.CapabilityRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]gpb.Encoding{gpb.Encoding_JSON_IETF, gpb.Encoding_PROTO}, got.GetSupportedEncodings()); diff != "" {
		t.Errorf("encodings (-want +got):\n%s", diff)
	}
	models := map[string]bool{}
	for _, m := range got.GetSupportedModels() {
		models[m.GetName()] = m.GetVersion() != ""
	}
	for _, name := range []string{"openconfig-platform", "openconfig-terminal-device", "openconfig-wavelength-router", "openconfig-optical-amplifier"} {
		if !models[name] {
			t.Errorf("model %s is missing or has no version", name)
		}
	}
}

func TestGetTypes(t *testing.T) {
	f := newFixture(t)
	target := f.serve(t)
	c := f.dial(t, target)
	if err := target.SetState(map[string]string{och + "/state/output-power/instant": "-9.5", och + "/state/laser-bias-current/instant": "80"}); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		kind gpb.GetRequest_DataType
		want any
	}{
		{gpb.GetRequest_CONFIG, map[string]any{"openconfig-terminal-device:config": map[string]any{
			"frequency": "193100000", "operational-mode": 1.0, "target-output-power": "-10.0"}}},
		{gpb.GetRequest_STATE, map[string]any{"openconfig-terminal-device:state": map[string]any{
			"frequency": "193100000", "operational-mode": 1.0, "target-output-power": "-10.0",
			"output-power":       map[string]any{"instant": "-9.5"},
			"laser-bias-current": map[string]any{"instant": "80.0"}}}},
		{gpb.GetRequest_OPERATIONAL, map[string]any{"openconfig-terminal-device:state": map[string]any{
			"output-power":       map[string]any{"instant": "-9.5"},
			"laser-bias-current": map[string]any{"instant": "80.0"}}}},
	}
	for _, tt := range tests {
		t.Run(tt.kind.String(), func(t *testing.T) {
			if diff := cmp.Diff(tt.want, c.get(t, och, tt.kind)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestGetPlaces(t *testing.T) {
	f := newFixture(t)
	target := f.serve(t)
	c := f.dial(t, target)
	c.mustSet(t, updates(update(channels+"/channel[index=2]/config", `{"index":2,"admin-state":"MAINT","test-signal":true}`),
		update(channels+"/channel[index=2]/ingress/config", `{"physical-channel":[1,2]}`)))
	tests := []struct {
		path string
		want map[string]string
	}{
		{och + "/config/frequency", map[string]string{och + "/config/frequency": `"193100000"`}},
		{och + "/config/operational-mode", map[string]string{och + "/config/operational-mode": `1`}},
		{channel1 + "/index", map[string]string{channel1 + "/index": `1`}},
		{channels + "/channel[index=*]/config/index", map[string]string{
			channel1 + "/config/index":                  `1`,
			channels + "/channel[index=2]/config/index": `2`}},
		{channels + "/channel[index=2]/config", map[string]string{channels + "/channel[index=2]/config": `{"openconfig-terminal-device:admin-state":"MAINT","openconfig-terminal-device:index":2,"openconfig-terminal-device:test-signal":true}`}},
		{channels + "/channel[index=2]/ingress/config/physical-channel", map[string]string{channels + "/channel[index=2]/ingress/config/physical-channel": `[1,2]`}},
		{"/terminal-device/logical-channels/channel/config/admin-state", map[string]string{channels + "/channel[index=2]/config/admin-state": `"MAINT"`}},
		{"/components/component[name=oc-1]/*/config", map[string]string{och + "/config": `{"openconfig-terminal-device:frequency":"193100000","openconfig-terminal-device:operational-mode":1,"openconfig-terminal-device:target-output-power":"-10.0"}`}},
		{"/components/component[name=absent*]/config", nil},
		{"/wavelength-router/media-channels/channel[index=*]/config/name", map[string]string{}},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			out, err := c.Get(c.ctx, &gpb.GetRequest{
				Prefix: &gpb.Path{Target: "r1"}, Path: []*gpb.Path{wire(tt.path)}, Encoding: gpb.Encoding_JSON_IETF})
			if tt.want == nil {
				wantCode(t, err, codes.NotFound)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			for _, u := range out.GetNotification()[0].GetUpdate() {
				got[spell(u.GetPath())] = string(u.GetVal().GetJsonIetfVal())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if p := out.GetNotification()[0].GetPrefix(); p.GetTarget() != "r1" || p.GetOrigin() != "openconfig" {
				t.Errorf("prefix is %v, want origin openconfig and target r1", p)
			}
		})
	}
}

func TestGetRefuses(t *testing.T) {
	f := newFixture(t)
	c := f.dial(t, f.serve(t))
	one := func(path string) []*gpb.Path { return []*gpb.Path{wire(path)} }
	tests := []struct {
		name string
		req  *gpb.GetRequest
		code codes.Code
	}{
		{"not in the schema", &gpb.GetRequest{Path: one("/components/fan"), Encoding: gpb.Encoding_JSON_IETF}, codes.NotFound},
		{"valid but absent", &gpb.GetRequest{Path: one("/components/component[name=oc-7]"), Encoding: gpb.Encoding_JSON_IETF}, codes.NotFound},
		{"absent leaf", &gpb.GetRequest{Path: one(och + "/config/line-port"), Encoding: gpb.Encoding_JSON_IETF}, codes.NotFound},
		{"plain JSON", &gpb.GetRequest{Path: one(och), Encoding: gpb.Encoding_JSON}, codes.Unimplemented},
		{"ASCII", &gpb.GetRequest{Path: one(och), Encoding: gpb.Encoding_ASCII}, codes.Unimplemented},
		{"unknown model", &gpb.GetRequest{Path: one(och), Encoding: gpb.Encoding_JSON_IETF, UseModels: []*gpb.ModelData{{Name: "acme-optics"}}}, codes.InvalidArgument},
		{"foreign origin", &gpb.GetRequest{Path: []*gpb.Path{{Origin: "srl_native"}}, Encoding: gpb.Encoding_JSON_IETF}, codes.InvalidArgument},
		{"many levels", &gpb.GetRequest{Path: one("/components/.../config"), Encoding: gpb.Encoding_JSON_IETF}, codes.Unimplemented},
		{"obsolete form", &gpb.GetRequest{Path: []*gpb.Path{{Element: []string{"components"}}}, Encoding: gpb.Encoding_JSON_IETF}, codes.InvalidArgument},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := c.Get(c.ctx, tt.req)
			wantCode(t, err, tt.code)
		})
	}
}

func TestGetProto(t *testing.T) {
	f := newFixture(t)
	c := f.dial(t, f.serve(t))
	out, err := c.Get(c.ctx, &gpb.GetRequest{Path: []*gpb.Path{wire(och + "/config")}, Encoding: gpb.Encoding_PROTO})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, u := range out.GetNotification()[0].GetUpdate() {
		got[spell(u.GetPath())] = u.GetVal().String()
	}
	if len(got) != 3 {
		t.Errorf("%d leaves, want 3: %v", len(got), got)
	}
	for _, u := range out.GetNotification()[0].GetUpdate() {
		if spell(u.GetPath()) == och+"/config/target-output-power" && u.GetVal().GetDoubleVal() != -10 {
			t.Errorf("power is %v, want the double -10", u.GetVal())
		}
	}
}
