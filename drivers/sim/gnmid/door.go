package gnmid

import (
	"net"
	"sync"
)

// door is a listener that knows its connections, so that one of them can be
// reset on command.
type door struct {
	net.Listener
	stats *statistics

	mu     sync.Mutex
	conns  map[string]*guest // by remote address
	closed bool
}

func newDoor(l net.Listener, stats *statistics) *door {
	return &door{Listener: l, stats: stats, conns: map[string]*guest{}}
}

// Accept waits for the next connection.
func (d *door) Accept() (net.Conn, error) {
	conn, err := d.Listener.Accept()
	if err != nil {
		return nil, err
	}
	g := &guest{Conn: conn, door: d, name: conn.RemoteAddr().String()}
	d.mu.Lock()
	d.conns[g.name] = g
	closed := d.closed
	d.mu.Unlock()
	d.stats.connected(1)
	if closed {
		g.reset()
	}
	return g, nil
}

// reset ends the connection from the address at once, without a goodbye.
func (d *door) reset(remote string) {
	d.mu.Lock()
	g := d.conns[remote]
	d.mu.Unlock()
	if g != nil {
		g.reset()
	}
}

// resetAll ends every connection and lets no new one live.
func (d *door) resetAll() {
	d.mu.Lock()
	d.closed = true
	guests := make([]*guest, 0, len(d.conns))
	for _, g := range d.conns {
		guests = append(guests, g)
	}
	d.mu.Unlock()
	for _, g := range guests {
		g.reset()
	}
}

type guest struct {
	net.Conn
	door *door
	name string
	once sync.Once
}

func (g *guest) reset() {
	if tcp, ok := g.Conn.(*net.TCPConn); ok {
		if err := tcp.SetLinger(0); err != nil {
			return // closed already
		}
	}
	// Whoever reads or writes it learns of the end; there is nobody else to tell.
	_ = g.Close()
}

// Close ends the connection and forgets it.
func (g *guest) Close() error {
	g.once.Do(func() {
		g.door.mu.Lock()
		delete(g.door.conns, g.name)
		g.door.mu.Unlock()
		g.door.stats.connected(-1)
	})
	return g.Conn.Close()
}
