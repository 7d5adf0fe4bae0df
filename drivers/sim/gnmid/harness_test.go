package gnmid

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	gpb "github.com/openconfig/gnmi/proto/gnmi"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/waveplane/waveplane/models/openconfig"
)

func TestMain(m *testing.M) {
	if role := os.Getenv(clientRole); role != "" {
		os.Exit(runClients(role))
	}
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

// patience bounds every wait of these tests.
const patience = 10 * time.Second

// fixture is what tests share without changing it.
type fixture struct {
	schema    *Schema
	authority *Authority
}

func newFixture(t testing.TB) fixture {
	t.Helper()
	index, err := openconfig.NewIndex()
	if err != nil {
		t.Fatal(err)
	}
	schema, err := NewSchema(index)
	if err != nil {
		t.Fatal(err)
	}
	authority, err := NewAuthority("test authority")
	if err != nil {
		t.Fatal(err)
	}
	return fixture{schema: schema, authority: authority}
}

// startup is a router with one interface and one pluggable.
func startup() map[string]string {
	return map[string]string{
		"/interfaces/interface[name=eth1/1]/config/name":                                 "eth1/1",
		"/interfaces/interface[name=eth1/1]/config/type":                                 "iana-if-type:ethernetCsmacd",
		"/interfaces/interface[name=eth1/1]/config/enabled":                              "false",
		"/interfaces/interface[name=eth1/1]/config/description":                          "do not touch",
		"/components/component[name=oc-1]/config/name":                                   "oc-1",
		"/components/component[name=oc-1]/optical-channel/config/frequency":              "193100000",
		"/components/component[name=oc-1]/optical-channel/config/target-output-power":    "-10.0",
		"/components/component[name=oc-1]/optical-channel/config/operational-mode":       "1",
		"/terminal-device/logical-channels/channel[index=1]/config/index":                "1",
		"/terminal-device/logical-channels/channel[index=1]/config/description":          "of somebody else",
		"/terminal-device/logical-channels/channel[index=1]/config/logical-channel-type": "openconfig-transport-types:PROT_OTN",
	}
}

const (
	testUser     = "lab"
	testPassword = "secret"
)

// serve starts a target with the start-up configuration above.
func (f fixture) serve(t testing.TB, adjust ...func(*Config)) *Target {
	t.Helper()
	cert, err := f.authority.Issue("r1", "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	c := Config{Name: "r1", Schema: f.schema, Certificate: cert, User: testUser, Password: testPassword, MinSample: 20 * time.Millisecond}
	for _, a := range adjust {
		a(&c)
	}
	target, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := target.LoadStartup(startup()); err != nil {
		t.Fatal(err)
	}
	if _, err := target.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(target.Stop)
	return target
}

// client is a plain gNMI client that shares no code with the server's reading
// and writing of payloads.
type client struct {
	gpb.GNMIClient
	ctx  context.Context
	conn *grpc.ClientConn
}

func (f fixture) dial(t testing.TB, target *Target) client {
	t.Helper()
	creds := credentials.NewTLS(&tls.Config{RootCAs: f.authority.Pool(), ServerName: "r1"})
	conn, err := grpc.NewClient("passthrough:///"+target.Addr(), grpc.WithTransportCredentials(creds))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	ctx = metadata.AppendToOutgoingContext(ctx, "username", testUser, "password", testPassword)
	return client{GNMIClient: gpb.NewGNMIClient(conn), ctx: ctx, conn: conn}
}

// wire reads a path such as /a/b[k=v]/c; values hold no brackets.
func wire(text string) *gpb.Path {
	out := &gpb.Path{}
	for rest := strings.TrimPrefix(text, "/"); rest != ""; {
		name, keys := rest, map[string]string(nil)
		depth, end := 0, len(rest)
		for i, c := range rest {
			if c == '[' {
				depth++
			}
			if c == ']' {
				depth--
			}
			if c == '/' && depth == 0 {
				end = i
				break
			}
		}
		name, rest = rest[:end], strings.TrimPrefix(rest[end:], "/")
		if i := strings.IndexByte(name, '['); i >= 0 {
			keys = map[string]string{}
			for _, kv := range strings.Split(strings.TrimSuffix(name[i+1:], "]"), "][") {
				k, v, _ := strings.Cut(kv, "=")
				keys[k] = v
			}
			name = name[:i]
		}
		out.Elem = append(out.Elem, &gpb.PathElem{Name: name, Key: keys})
	}
	return out
}

// spell is the reverse of wire, with sorted keys of at most two.
func spell(p *gpb.Path) string {
	var b strings.Builder
	for _, e := range p.GetElem() {
		b.WriteString("/" + e.GetName())
		for _, k := range []string{"index", "name", "lower-frequency", "upper-frequency"} {
			if v, ok := e.GetKey()[k]; ok {
				fmt.Fprintf(&b, "[%s=%s]", k, v)
			}
		}
	}
	return b.String()
}

func jsonValue(text string) *gpb.TypedValue {
	return &gpb.TypedValue{Value: &gpb.TypedValue_JsonIetfVal{JsonIetfVal: []byte(text)}}
}

func update(path, value string) *gpb.Update {
	return &gpb.Update{Path: wire(path), Val: jsonValue(value)}
}

func updates(u ...*gpb.Update) *gpb.SetRequest { return &gpb.SetRequest{Update: u} }

func replaces(u ...*gpb.Update) *gpb.SetRequest { return &gpb.SetRequest{Replace: u} }

func deletes(paths ...string) *gpb.SetRequest {
	req := &gpb.SetRequest{}
	for _, p := range paths {
		req.Delete = append(req.Delete, wire(p))
	}
	return req
}

func (c client) mustSet(t testing.TB, req *gpb.SetRequest) {
	t.Helper()
	if _, err := c.Set(c.ctx, req); err != nil {
		t.Fatalf("Set: %v", err)
	}
}

// get returns one path as decoded JSON.
func (c client) get(t testing.TB, path string, kind gpb.GetRequest_DataType) any {
	t.Helper()
	out, err := c.Get(c.ctx, &gpb.GetRequest{Path: []*gpb.Path{wire(path)}, Type: kind, Encoding: gpb.Encoding_JSON_IETF})
	if err != nil {
		t.Fatalf("Get %s: %v", path, err)
	}
	var v any
	if err := json.Unmarshal(out.GetNotification()[0].GetUpdate()[0].GetVal().GetJsonIetfVal(), &v); err != nil {
		t.Fatalf("Get %s: %v", path, err)
	}
	return v
}

func wantCode(t testing.TB, err error, want codes.Code, words ...string) {
	t.Helper()
	if got := status.Code(err); got != want {
		t.Fatalf("code %s, want %s (%v)", got, want, err)
	}
	for _, w := range words {
		if !strings.Contains(status.Convert(err).Message(), w) {
			t.Errorf("message %q, want %q in it", status.Convert(err).Message(), w)
		}
	}
}

func wantValue(t testing.TB, target *Target, path, want string) {
	t.Helper()
	if got, _ := target.Value(path); got != want {
		t.Errorf("%s is %q, want %q", path, got, want)
	}
}
