// Package wire stands between a driver and a device, and can be cut so that nobody
// is told: bytes go in and come out nowhere, and no end refuses them.
package wire

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// Wire carries bytes to a device until it is cut; then it swallows them.
type Wire struct {
	Address string // where the device is found through it
	dead    atomic.Bool
}

// New lays a wire to a device; the test's end takes it away.
func New(tb testing.TB, to string) *Wire {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	w := &Wire{Address: l.Addr().String()}
	var mu sync.Mutex
	var ends []net.Conn // guarded by mu
	var work sync.WaitGroup
	tb.Cleanup(func() {
		_ = l.Close()
		mu.Lock()
		for _, c := range ends {
			_ = c.Close() // either side may have closed it already
		}
		mu.Unlock()
		work.Wait()
	})
	work.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", to)
			if err != nil {
				_ = near.Close()
				return
			}
			mu.Lock()
			ends = append(ends, near, far)
			mu.Unlock()
			work.Go(func() { w.carry(far, near) })
			work.Go(func() { w.carry(near, far) })
		}
	})
	return w
}

// Cut makes both sides silent to each other.
func (w *Wire) Cut() { w.dead.Store(true) }

// carry hands on bytes, and that they end: a network that is gone says neither.
func (w *Wire) carry(to net.Conn, from io.Reader) {
	b := make([]byte, 4096)
	for {
		n, err := from.Read(b)
		if w.dead.Load() {
			if err != nil {
				return
			}
			continue
		}
		if err != nil {
			_ = to.Close() // the other side learns of it; there is nobody else to tell
			return
		}
		_, _ = to.Write(b[:n]) // a side that has gone is noticed by its own reader
	}
}
