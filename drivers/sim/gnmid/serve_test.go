package gnmid

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	gpb "github.com/openconfig/gnmi/proto/gnmi"
	"github.com/openconfig/gnmi/proto/gnmi_ext"
	"golang.org/x/net/http2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
)

func TestAuthentication(t *testing.T) {
	f := newFixture(t)
	c := f.dial(t, f.serve(t))
	for _, md := range []metadata.MD{
		nil,
		metadata.Pairs("username", testUser),
		metadata.Pairs("username", testUser, "password", "wrong"),
		metadata.Pairs("username", "root", "password", testPassword),
	} {
		ctx := metadata.NewOutgoingContext(t.Context(), md)
		_, err := c.Capabilities(ctx, &gpb.CapabilityRequest{})
		wantCode(t, err, codes.Unauthenticated)
		_, err = c.Set(ctx, retune())
		wantCode(t, err, codes.Unauthenticated)
		rpc, err := c.Subscribe(ctx)
		if err != nil {
			t.Fatal(err)
		}
		_, err = rpc.Recv()
		wantCode(t, err, codes.Unauthenticated)
	}
}

func TestCertificates(t *testing.T) {
	f := newFixture(t)
	stranger, err := NewAuthority("stranger")
	if err != nil {
		t.Fatal(err)
	}
	target := f.serve(t, func(c *Config) {
		c.ClientAuth = tls.RequireAndVerifyClientCert
		c.ClientCAs = f.authority.Pool()
	})
	own, err := f.authority.Issue("client")
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := stranger.Issue("client")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		tls  *tls.Config
		want codes.Code
	}{
		{"all right", &tls.Config{RootCAs: f.authority.Pool(), ServerName: "r1", Certificates: []tls.Certificate{own}}, codes.OK},
		{"by address", &tls.Config{RootCAs: f.authority.Pool(), ServerName: "127.0.0.1", Certificates: []tls.Certificate{own}}, codes.OK},
		{"other name", &tls.Config{RootCAs: f.authority.Pool(), ServerName: "r2", Certificates: []tls.Certificate{own}}, codes.Unavailable},
		{"other authority", &tls.Config{RootCAs: stranger.Pool(), ServerName: "r1", Certificates: []tls.Certificate{own}}, codes.Unavailable},
		{"no client certificate", &tls.Config{RootCAs: f.authority.Pool(), ServerName: "r1"}, codes.Unavailable},
		{"foreign client certificate", &tls.Config{RootCAs: f.authority.Pool(), ServerName: "r1", Certificates: []tls.Certificate{foreign}}, codes.Unavailable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			conn, err := grpc.NewClient("passthrough:///"+target.Addr(), grpc.WithTransportCredentials(credentials.NewTLS(tt.tls)))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			ctx := metadata.AppendToOutgoingContext(t.Context(), "username", testUser, "password", testPassword)
			_, err = gpb.NewGNMIClient(conn).Capabilities(ctx, &gpb.CapabilityRequest{})
			wantCode(t, err, tt.want)
		})
	}
	cert, key, err := EncodePEM(own)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tls.X509KeyPair(cert, key); err != nil {
		t.Errorf("the PEM form cannot be read back: %v", err)
	}
}

func claiming(req *gpb.SetRequest, role string, high, low uint64) *gpb.SetRequest {
	m := &gnmi_ext.MasterArbitration{ElectionId: &gnmi_ext.Uint128{High: high, Low: low}}
	if role != "" {
		m.Role = &gnmi_ext.Role{Id: role}
	}
	req.Extension = append(req.Extension, &gnmi_ext.Extension{Ext: &gnmi_ext.Extension_MasterArbitration{MasterArbitration: m}})
	return req
}

func TestArbitration(t *testing.T) {
	f := newFixture(t)
	target := f.serve(t)
	c := f.dial(t, target)
	c.mustSet(t, claiming(&gpb.SetRequest{}, "", 1, 5))
	_, err := c.Set(c.ctx, claiming(retune(), "", 1, 4))
	wantCode(t, err, codes.PermissionDenied, "1/5")
	_, err = c.Set(c.ctx, claiming(retune(), "", 0, 9))
	wantCode(t, err, codes.PermissionDenied)
	wantValue(t, target, och+"/config/frequency", "193100000")
	c.mustSet(t, claiming(retune(), "", 1, 5))
	c.mustSet(t, claiming(retune(), "other", 0, 1))
	c.mustSet(t, retune()) // without a claim
	missing := retune()
	missing.Extension = []*gnmi_ext.Extension{{Ext: &gnmi_ext.Extension_MasterArbitration{MasterArbitration: &gnmi_ext.MasterArbitration{}}}}
	_, err = c.Set(c.ctx, missing)
	wantCode(t, err, codes.InvalidArgument)

	deaf := f.serve(t, func(c *Config) { c.IgnoreArbitration = true })
	c = f.dial(t, deaf)
	c.mustSet(t, claiming(retune(), "", 1, 5))
	c.mustSet(t, claiming(retune(), "", 1, 4))
}

func TestCommitExtension(t *testing.T) {
	f := newFixture(t)
	confirmed := func() *gpb.SetRequest {
		req := retune()
		req.Extension = []*gnmi_ext.Extension{{Ext: &gnmi_ext.Extension_Commit{Commit: &gnmi_ext.Commit{Id: "1"}}}}
		return req
	}
	target := f.serve(t)
	c := f.dial(t, target)
	c.mustSet(t, confirmed())
	wantValue(t, target, och+"/config/frequency", "196100000")

	target = f.serve(t, func(c *Config) { c.RefuseCommitConfirmed = true })
	c = f.dial(t, target)
	_, err := c.Set(c.ctx, confirmed())
	wantCode(t, err, codes.Unimplemented)
}

func TestReboot(t *testing.T) {
	f := newFixture(t)
	var sources []Source
	target := f.serve(t, func(c *Config) { c.Hooks.Commit = func(tx *Tx) { sources = append(sources, tx.Source) } })
	c := f.dial(t, target)
	addr := target.Addr()
	before := target.Snapshot(nil)
	c.mustSet(t, claiming(retune(), "", 7, 7))
	n := c.subscribe(t, subscribeTo(gpb.SubscriptionList_STREAM, onChange(och)))
	n.untilSync(t)

	back, err := target.Reboot(30 * time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := net.Dial("tcp", addr); err == nil {
		t.Error("the device took a connection while it was away")
	}
	if _, err := n.next(); err == nil {
		t.Error("the subscription outlived the reboot")
	}
	if _, err := target.Reboot(0); !errors.Is(err, ErrNotServing) {
		t.Errorf("a second reboot said %v, want ErrNotServing", err)
	}
	<-back
	if diff := snapshotDiff(before, target.Snapshot(nil)); diff != nil {
		t.Errorf("after the reboot the configuration differs: %q", diff)
	}
	wantValue(t, target, och+"/state/frequency", "193100000")
	if target.Addr() != addr {
		t.Errorf("came back on %s, want %s", target.Addr(), addr)
	}
	c = f.dial(t, target)
	c.mustSet(t, claiming(retune(), "", 1, 1)) // election ids are forgotten
	if got := fmt.Sprint(sources); got != "[set reboot set]" {
		t.Errorf("Commit was told of %s, want [set reboot set]", got)
	}
	target.SaveStartup()
	if back, err = target.Reboot(0); err != nil {
		t.Fatal(err)
	}
	<-back
	wantValue(t, target, och+"/config/frequency", "196100000")
}

func TestRebootAppliesWhatWasOnlyShown(t *testing.T) {
	f := newFixture(t)
	target := f.serve(t)
	c := f.dial(t, target)
	target.mustInject(t, Fault{Kind: FaultConfigOnly, Times: 1})
	c.mustSet(t, retune())
	target.SaveStartup()
	back, err := target.Reboot(0)
	if err != nil {
		t.Fatal(err)
	}
	<-back
	wantValue(t, target, och+"/state/frequency", "196100000")
	if got, _ := target.Applied(och + "/config/frequency"); got != "196100000" {
		t.Errorf("applied %s, want what the start-up configuration says", got)
	}
}

func TestUnreachable(t *testing.T) {
	f := newFixture(t)
	target := f.serve(t)
	c := f.dial(t, target)
	c.mustSet(t, retune())
	target.Unreachable()
	if _, err := net.Dial("tcp", target.Addr()); err == nil {
		t.Error("an unreachable device took a connection")
	}
	_, err := c.Set(c.ctx, retune())
	wantCode(t, err, codes.Unavailable)
	if err := target.Tamper(Edit{Path: och + "/config/line-port", Value: "port-1"}); err != nil {
		t.Fatal(err)
	}
	if err := target.Reachable(t.Context()); err != nil {
		t.Fatal(err)
	}
	c = f.dial(t, target)
	if got := c.get(t, och+"/config/line-port", gpb.GetRequest_ALL); got != "port-1" {
		t.Errorf("line-port is %v, want what was set meanwhile", got)
	}
}

func TestStopDuringReboot(t *testing.T) {
	f := newFixture(t)
	target := f.serve(t)
	back, err := target.Reboot(time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	target.Stop()
	<-back
	if _, err := target.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.dial(t, target).mustSet(t, retune())
}

// Pings faster than the server permits have to end the connection.
func TestTooManyPings(t *testing.T) {
	f := newFixture(t)
	target := f.serve(t)
	conn, err := tls.Dial("tcp", target.Addr(), &tls.Config{RootCAs: f.authority.Pool(), ServerName: "r1", NextProtos: []string{"h2"}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write([]byte(http2.ClientPreface)); err != nil {
		t.Fatal(err)
	}
	framer := http2.NewFramer(conn, conn)
	if err := framer.WriteSettings(); err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		if err := framer.WritePing(false, [8]byte{byte(i)}); err != nil {
			t.Fatal(err)
		}
	}
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			t.Fatalf("waiting for GOAWAY: %v", err)
		}
		if away, ok := frame.(*http2.GoAwayFrame); ok {
			if away.ErrCode != http2.ErrCodeEnhanceYourCalm || string(away.DebugData()) != "too_many_pings" {
				t.Errorf("GOAWAY %s %q, want ENHANCE_YOUR_CALM too_many_pings", away.ErrCode, away.DebugData())
			}
			return
		}
	}
}

func TestHundredTargets(t *testing.T) {
	f := newFixture(t)
	const targets = 100
	var all []*Target
	for range targets {
		all = append(all, f.serve(t))
	}
	var work sync.WaitGroup
	for i, target := range all {
		c := f.dial(t, target)
		work.Go(func() {
			ctx, cancel := context.WithCancel(c.ctx)
			defer cancel()
			rpc, err := c.Subscribe(ctx)
			if err != nil {
				t.Errorf("target %d: %v", i, err)
				return
			}
			list := subscribeTo(gpb.SubscriptionList_STREAM, onChange("/components"))
			if err := rpc.Send(&gpb.SubscribeRequest{Request: &gpb.SubscribeRequest_Subscribe{Subscribe: list}}); err != nil {
				t.Errorf("target %d: %v", i, err)
				return
			}
			n := &news{rpc: rpc, leaves: map[string]string{}}
			if _, err := c.Set(c.ctx, retune()); err != nil {
				t.Errorf("target %d: %v", i, err)
				return
			}
			for n.leaves[och+"/state/frequency"] != `"196100000"` {
				if _, err := n.next(); err != nil {
					t.Errorf("target %d: %v", i, err)
					return
				}
			}
		})
	}
	work.Wait()
	var stops sync.WaitGroup
	for _, target := range all {
		stops.Go(target.Stop)
	}
	stops.Wait()
	for _, target := range all {
		if c := target.Counters(); c.Connected != 0 || c.Streaming != 0 || c.Streams != 1 {
			t.Fatalf("after Stop %d connections and %d streams are open, %d were opened", c.Connected, c.Streaming, c.Streams)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	f := newFixture(t)
	cert, err := f.authority.Issue("x")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []Config{{}, {Name: "x"}, {Name: "x", Schema: f.schema}, {Schema: f.schema, Certificate: cert}} {
		if _, err := New(c); err == nil {
			t.Errorf("a target without all it needs was made: %+v", c.Name)
		}
	}
}
