package api

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/controller/api/endpoint"
	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/models"
)

func readyCondition() models.Condition {
	return models.Condition{Type: models.Ready, Status: "True", Reason: models.LightVerified, ObservedGeneration: 1}
}

// dial opens a plain connection to the API.
func (b *bench) dial() net.Conn {
	b.t.Helper()
	path, err := endpoint.Locate(b.dir)
	if err != nil {
		b.t.Fatal(err)
	}
	c, err := net.Dial("unix", path)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		b.t.Fatal(err)
	}
	return c
}

func TestBadRequests(t *testing.T) {
	b := newBench(t)
	b.apply(document(twoSites))
	big := strings.Repeat("a", wire.MaxBody+1)
	for _, c := range []struct {
		name, method, path, header, body string
		code                             int
		reason                           wire.FailureReason
	}{
		{"empty body", "POST", "/apply", "", "", 400, wire.BadRequest},
		{"only comments", "POST", "/apply", "", "# nothing\n", 422, wire.Invalid},
		{"not documents", "POST", "/apply", "", "[1, 2]", 422, wire.Invalid},
		{"binary", "POST", "/apply", "", "\x00\xff", 422, wire.Invalid},
		{"body over the limit", "POST", "/apply", "", big, 413, wire.TooLarge},
		{"compressed body", "POST", "/apply", "Content-Encoding: gzip", "x", 415, wire.BadRequest},
		{"file set that is none", "POST", "/apply", "Content-Type: " + wire.FileSetType, "[]", 400, wire.BadRequest},
		{"unknown dry run", "POST", "/apply?dryRun=Some", "", circuit("c", 400), 422, wire.BadRequest},
		{"permission without reason", "POST", "/apply?allowOutage=true", "", circuit("c", 400), 400, wire.BadRequest},
		{"permission in the past", "POST", "/apply?allowOutage=true&reason=x&until=2001-01-01T00:00:00Z", "", circuit("c", 400), 400, wire.BadRequest},
		{"permission without end", "POST", "/apply?allowOutage=true&reason=x&until=9999-01-01T00:00:00Z", "", circuit("c", 400), 400, wire.BadRequest},
		{"no such path", "GET", "/nothing", "", "", 404, wire.NotFound},
		{"no such kind", "GET", "/namespaces/default/things", "", "", 404, wire.NotFound},
		{"method that is not taken", "PATCH", "/apply", "", "", 405, wire.MethodNotAllowed},
		{"method override", "POST", "/circuits", "X-HTTP-Method-Override: DELETE", "", 405, wire.MethodNotAllowed},
		{"name out of the tree", "GET", "/sites/..%2f..%2fetc", "", "", 404, wire.NotFound},
		{"name with a zero byte", "GET", "/sites/a%00b", "", "", 404, wire.NotFound},
		{"selector", "GET", "/circuits?labelSelector=a+in+(b)", "", "", 400, wire.BadRequest},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn := b.dial()
			head := fmt.Sprintf("%s %s%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n", c.method, wire.Base, c.path, len(c.body))
			if c.header != "" {
				head += c.header + "\r\n"
			}
			go func() { _, _ = io.WriteString(conn, head+"\r\n"+c.body) }() // the server may answer before it has read all
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			var f wire.Failure
			if err := json.NewDecoder(resp.Body).Decode(&f); err != nil {
				t.Fatalf("answer %d is no failure: %v", resp.StatusCode, err)
			}
			if resp.StatusCode != c.code || f.Code != c.code || f.Reason != c.reason || f.Kind != "Status" {
				t.Errorf("want %d %s, got %d %+v", c.code, c.reason, resp.StatusCode, f)
			}
		})
	}
}

func TestEndlessBodyIsCut(t *testing.T) {
	b := newBench(t)
	conn := b.dial()
	if _, err := io.WriteString(conn, "POST "+wire.Base+"/apply HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	go func() {
		chunk := fmt.Sprintf("%x\r\n%s\r\n", 1<<16, strings.Repeat("#", 1<<16))
		for {
			if _, err := io.WriteString(conn, chunk); err != nil {
				return
			}
		}
	}()
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("want 413, got %d", resp.StatusCode)
	}
	conn.Close()
}

func TestNothingRawInTheLog(t *testing.T) {
	var log bytes.Buffer
	q := quoting{slog.NewTextHandler(&log, nil)}
	slog.NewLogLogger(q, slog.LevelInfo).Print("bad header \x1b[31mred\nlevel=ERROR msg=forged")
	if strings.Contains(log.String(), "\x1b") || strings.Count(log.String(), "\n") != 1 {
		t.Errorf("want one escaped line, got %q", log.String())
	}
}

func TestHeadersAreBounded(t *testing.T) {
	b := newBench(t)
	conn := b.dial()
	go func() { // the server answers before it has read all
		_, _ = io.WriteString(conn, "GET /healthz HTTP/1.1\r\nHost: x\r\nCookie: "+strings.Repeat("a", 1<<20)+"\r\n\r\n")
	}()
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("want 431, got %d", resp.StatusCode)
	}
}

func TestUnreachableIsNotARefusal(t *testing.T) {
	c, err := client.New(client.Config{StateDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	err = c.Ready(context.Background())
	if _, ok := err.(*client.UnreachableError); !ok {
		t.Errorf("want an UnreachableError, got %v", err)
	}
}

func BenchmarkApplyThousand(bm *testing.B) {
	b := newBench(bm)
	b.apply(document(twoSites))
	for n := 0; bm.Loop(); n++ {
		var sb strings.Builder
		for i := range 1000 {
			fmt.Fprintf(&sb, "%s---\n", circuit(fmt.Sprintf("c%d-x%d", n, i), 400))
		}
		bm.StartTimer()
		b.apply(sb.String())
	}
}

func BenchmarkApplySingle(bm *testing.B) {
	b := newBench(bm)
	b.apply(document(twoSites))
	n := make(chan int, 1)
	n <- 0
	bm.SetParallelism(16)
	bm.RunParallel(func(p *testing.PB) {
		for p.Next() {
			i := <-n
			n <- i + 1
			b.apply(circuit(fmt.Sprintf("s%d-x", i), 400))
		}
	})
}

func TestSlowHeadersAreCut(t *testing.T) {
	t.Parallel() // it takes the header timeout
	b := newBench(t)
	conn := b.dial()
	if _, err := io.WriteString(conn, "GET /healthz HTTP/1.1\r\nHost"); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	if _, err := io.Copy(io.Discard, conn); err != nil {
		t.Fatalf("want the server to hang up, got %v", err)
	}
	if took := time.Since(begin); took > 3*headerTimeout {
		t.Errorf("want it cut after %v, took %v", headerTimeout, took)
	}
}

func TestMetrics(t *testing.T) {
	b := newBench(t)
	b.apply(document(twoSites))
	req, err := http.NewRequest(http.MethodGet, "/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	w := newRecorder()
	b.api.ServeHTTP(w, req)
	for _, want := range []string{`waveplane_api_documents_total{kind="Device",outcome="created"} 2`, "waveplane_store_transactions_total", "go_goroutines"} {
		if !strings.Contains(w.body.String(), want) {
			t.Errorf("want %s in the metrics", want)
		}
	}
}
