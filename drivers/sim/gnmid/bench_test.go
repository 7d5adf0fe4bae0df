package gnmid

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	gpb "github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
)

// clientRole, when set, makes the test binary a crowd of clients, so that their
// memory isn't counted as the targets'.
const clientRole = "GNMID_TEST_CLIENTS"

// crowd is what the parent tells the clients.
type crowd struct {
	Addresses []string
	Authority []byte
}

// runClients keeps one connection with one stream to each address until its
// standard input ends.
func runClients(role string) int {
	var c crowd
	if err := json.Unmarshal([]byte(role), &c); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(c.Authority)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ctx = metadata.AppendToOutgoingContext(ctx, "username", testUser, "password", testPassword)
	for _, address := range c.Addresses {
		if err := watch(ctx, address, pool); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	fmt.Println("ready")
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n') // its end is the sign to go
	return 0
}

func watch(ctx context.Context, address string, pool *x509.CertPool) error {
	creds := credentials.NewTLS(&tls.Config{RootCAs: pool, ServerName: "r1"})
	conn, err := grpc.NewClient("passthrough:///"+address, grpc.WithTransportCredentials(creds))
	if err != nil {
		return err
	}
	rpc, err := gpb.NewGNMIClient(conn).Subscribe(ctx)
	if err != nil {
		return err
	}
	list := subscribeTo(gpb.SubscriptionList_STREAM, onChange("/components"), onChange("/terminal-device"),
		sample("/components/component[name=*]/optical-channel/state/output-power", 10*time.Second))
	if err := rpc.Send(&gpb.SubscribeRequest{Request: &gpb.SubscribeRequest_Subscribe{Subscribe: list}}); err != nil {
		return err
	}
	for {
		m, err := rpc.Recv()
		if err != nil || m.GetSyncResponse() {
			return err
		}
	}
}

// wellFilled is a device of a few hundred leaves: ten pluggables with readings.
func wellFilled(b *testing.B, target *Target) int {
	b.Helper()
	leaves, state := map[string]string{}, map[string]string{}
	for i := range 10 {
		och := fmt.Sprintf("/components/component[name=oc-%d]", i)
		port := fmt.Sprintf("/interfaces/interface[name=eth1/%d]", i)
		line := fmt.Sprintf("/terminal-device/logical-channels/channel[index=%d]", 40000+i)
		for path, value := range map[string]string{
			och + "/config/name":                                "oc-" + fmt.Sprint(i),
			och + "/optical-channel/config/frequency":           fmt.Sprint(191400000 + 75000*i),
			och + "/optical-channel/config/target-output-power": "-10.0",
			och + "/optical-channel/config/operational-mode":    "1",
			port + "/config/name":                               fmt.Sprintf("eth1/%d", i),
			port + "/config/type":                               "iana-if-type:ethernetCsmacd",
			port + "/config/enabled":                            "false",
			line + "/config/index":                              fmt.Sprint(40000 + i),
			line + "/config/logical-channel-type":               "openconfig-transport-types:PROT_OTN",
			line + "/config/admin-state":                        "DISABLED",
		} {
			leaves[path] = value
		}
		for path, value := range map[string]string{
			och + "/state/oper-status":                                "openconfig-platform-types:ACTIVE",
			och + "/optical-channel/state/output-power/instant":       "-10.02",
			och + "/optical-channel/state/input-power/instant":        "-12.41",
			och + "/optical-channel/state/laser-bias-current/instant": "81.20",
			line + "/state/link-state":                                "UP",
			line + "/otn/state/pre-fec-ber/instant":                   "0.000012",
			line + "/otn/state/q-value/instant":                       "9.1",
			line + "/otn/state/esnr/instant":                          "16.3",
		} {
			state[path] = value
		}
	}
	if err := target.LoadStartup(leaves); err != nil {
		b.Fatal(err)
	}
	if err := target.SetState(state); err != nil {
		b.Fatal(err)
	}
	n := 0
	if err := target.Walk("/", func(string, string) { n++ }); err != nil {
		b.Fatal(err)
	}
	return n
}

// inUse is what the process holds: live heap and stacks.
func inUse() (heap, stack float64) {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc), float64(m.StackInuse)
}

// BenchmarkMemory prints bytes per target: with its leaves, serving, and with
// one client that has one stream with three subscriptions.
func BenchmarkMemory(b *testing.B) {
	f := newFixture(b)
	const targets = 200
	for b.Loop() {
		var all []*Target
		heap0, stack0 := inUse()
		measure := func(what string) {
			heap, stack := inUse()
			b.ReportMetric((heap-heap0+stack-stack0)/targets, what)
			b.Logf("%s: heap %.0f, stacks %.0f", what, (heap-heap0)/targets, (stack-stack0)/targets)
		}
		leaves := 0
		for range targets {
			cert, err := f.authority.Issue("r1", "127.0.0.1")
			if err != nil {
				b.Fatal(err)
			}
			target, err := New(Config{Name: "r1", Schema: f.schema, Certificate: cert, User: testUser, Password: testPassword})
			if err != nil {
				b.Fatal(err)
			}
			leaves = wellFilled(b, target)
			all = append(all, target)
		}
		b.ReportMetric(float64(leaves), "leaves/target")
		measure("B/filled")
		crowd := crowd{Authority: f.authority.PEM()}
		for _, target := range all {
			addr, err := target.Start(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			crowd.Addresses = append(crowd.Addresses, addr)
		}
		measure("B/serving")
		leave := gather(b, crowd)
		measure("B/connected")
		leave()
		for _, target := range all {
			target.Stop()
		}
	}
}

// gather starts the crowd and returns when every client has its stream.
func gather(b *testing.B, c crowd) func() {
	b.Helper()
	role, err := json.Marshal(c)
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), clientRole+"="+string(role))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || strings.TrimSpace(line) != "ready" {
		b.Fatalf("the clients said %q, %v", line, err)
	}
	return func() {
		_ = in.Close()
		if err := cmd.Wait(); err != nil {
			b.Errorf("the clients ended badly: %v", err)
		}
	}
}

// BenchmarkPublish is one round of twenty readings, one subscriber watching.
func BenchmarkPublish(b *testing.B) {
	f := newFixture(b)
	target := f.serve(b)
	wellFilled(b, target)
	n := f.dial(b, target).subscribe(b, subscribeTo(gpb.SubscriptionList_STREAM, onChange(channels)))
	n.untilSync(b)
	var readings []Reading
	for i := range 10 {
		for _, leaf := range []string{"output-power", "input-power"} {
			ref, err := f.schema.Ref(fmt.Sprintf("/components/component[name=oc-%d]/optical-channel/state/%s/instant", i, leaf))
			if err != nil {
				b.Fatal(err)
			}
			readings = append(readings, Reading{Ref: ref})
		}
	}
	b.ReportAllocs()
	round := 0
	for b.Loop() {
		round++
		for i := range readings {
			readings[i].Value = fmt.Sprintf("-%d.%02d", i, round%100)
		}
		if err := target.Publish(readings); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSet is a channel tuned by one Set over the wire.
func BenchmarkSet(b *testing.B) {
	f := newFixture(b)
	target := f.serve(b)
	wellFilled(b, target)
	c := f.dial(b, target)
	ctx := metadata.AppendToOutgoingContext(b.Context(), "username", testUser, "password", testPassword)
	round := 0
	for b.Loop() {
		round++
		req := updates(update("/components/component[name=oc-1]/optical-channel/config", fmt.Sprintf(`{"frequency":"%d"}`, 191400000+round)))
		if _, err := c.Set(ctx, req); err != nil {
			b.Fatal(err)
		}
	}
}
