package sim_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gpb "github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"

	"github.com/waveplane/waveplane/drivers/sim"
	"github.com/waveplane/waveplane/intents"
)

// client speaks plain gNMI to one device, with the credentials that the
// laboratory wrote into its documents.
type client struct {
	gpb.GNMIClient
	t    testing.TB
	ctx  context.Context
	name string
}

func dial(t testing.TB, dir string, lab *sim.Lab, name string) *client {
	t.Helper()
	for _, d := range lab.Documents() {
		spec, ok := d.Spec.(*intents.DeviceSpec)
		if !ok || d.Metadata.Name != name {
			continue
		}
		pem, err := os.ReadFile(filepath.Join(dir, spec.TLS.CAFile))
		must(t, err)
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(pem)
		secret, err := os.ReadFile(filepath.Join(dir, strings.TrimPrefix(spec.Credentials.Ref, "file:")))
		must(t, err)
		user, password, _ := strings.Cut(strings.TrimSpace(string(secret)), ":")
		conn, err := grpc.NewClient(spec.Address, grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{RootCAs: pool, ServerName: spec.TLS.ServerName})))
		must(t, err)
		t.Cleanup(func() { conn.Close() })
		ctx := metadata.AppendToOutgoingContext(t.Context(), "username", user, "password", password)
		return &client{gpb.NewGNMIClient(conn), t, ctx, name}
	}
	t.Fatalf("no device %s in the documents", name)
	return nil
}

// at reads a path written as text.
func at(path string) *gpb.Path {
	p := &gpb.Path{Origin: "openconfig"}
	for _, step := range splitPath(path) {
		name, rest, keyed := strings.Cut(step, "[")
		e := &gpb.PathElem{Name: name}
		if keyed {
			e.Key = map[string]string{}
			for _, kv := range strings.Split(strings.TrimSuffix(rest, "]"), "][") {
				k, v, _ := strings.Cut(kv, "=")
				e.Key[k] = v
			}
		}
		p.Elem = append(p.Elem, e)
	}
	return p
}

func splitPath(path string) []string {
	var out []string
	depth, start := 0, 1
	for i := 1; i <= len(path); i++ {
		switch {
		case i == len(path) || path[i] == '/' && depth == 0:
			out = append(out, path[start:i])
			start = i + 1
		case path[i] == '[':
			depth++
		case path[i] == ']':
			depth--
		}
	}
	return out
}

// set updates paths with JSON values.
func (c *client) set(updates map[string]any) error {
	req := &gpb.SetRequest{}
	for path, v := range updates {
		raw, err := json.Marshal(v)
		must(c.t, err)
		req.Update = append(req.Update, &gpb.Update{Path: at(path), Val: &gpb.TypedValue{Value: &gpb.TypedValue_JsonIetfVal{JsonIetfVal: raw}}})
	}
	_, err := c.Set(c.ctx, req)
	return err
}

func (c *client) must(updates map[string]any) {
	c.t.Helper()
	if err := c.set(updates); err != nil {
		c.t.Fatalf("%s: %v", c.name, err)
	}
}

func (c *client) remove(path string) {
	c.t.Helper()
	if _, err := c.Set(c.ctx, &gpb.SetRequest{Delete: []*gpb.Path{at(path)}}); err != nil {
		c.t.Fatalf("%s: delete %s: %v", c.name, path, err)
	}
}

// leaf reads one leaf as text; "" when it is not there.
func (c *client) leaf(path string) string {
	c.t.Helper()
	r, err := c.Get(c.ctx, &gpb.GetRequest{Path: []*gpb.Path{at(path)}, Encoding: gpb.Encoding_JSON_IETF})
	if err != nil || len(r.Notification) == 0 || len(r.Notification[0].Update) == 0 {
		return ""
	}
	return strings.Trim(string(r.Notification[0].Update[0].Val.GetJsonIetfVal()), `"`)
}

// number reads one leaf as a number.
func (c *client) number(path string) float64 {
	c.t.Helper()
	var v float64
	if text := c.leaf(path); text != "" {
		if _, err := fmt.Sscan(text, &v); err != nil {
			c.t.Fatalf("%s: %s: %v", c.name, path, err)
		}
	}
	return v
}

// until waits for a condition, 10 s at most.
func until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for tick := time.NewTicker(10 * time.Millisecond); ; {
		if holds() {
			tick.Stop()
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("after 10 s still not: %s", what)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// sample subscribes and waits for the first answer.
func (c *client) sample(path string, interval time.Duration) error {
	c.t.Helper()
	stream, err := c.Subscribe(c.ctx)
	must(c.t, err)
	must(c.t, stream.Send(&gpb.SubscribeRequest{Request: &gpb.SubscribeRequest_Subscribe{Subscribe: &gpb.SubscriptionList{
		Encoding:     gpb.Encoding_PROTO,
		Subscription: []*gpb.Subscription{{Path: at(path), Mode: gpb.SubscriptionMode_SAMPLE, SampleInterval: uint64(interval)}},
	}}}))
	_, err = stream.Recv()
	return err
}
