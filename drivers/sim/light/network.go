package light

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// End is a port of a device.
type End struct{ Device, Port string }

// String prints device/port.
func (e End) String() string { return e.Device + "/" + e.Port }

// Errors of building and driving a network.
var (
	ErrUnknown = errors.New("unknown")
	ErrExists  = errors.New("exists already")
)

// Timing says how long things take. Zero is at once.
type Timing struct {
	Tune      time.Duration // laser moves to another frequency or mode
	Rise      time.Duration // laser turns on
	Loop      time.Duration // attenuator loop settles
	Transient time.Duration // excursion of an amplifier after a change of load
	Lock      time.Duration // receiver locks onto light
	Reduction time.Duration // power reduction clears after the fibre is closed
}

// DefaultTiming is quick enough to try things out and slow enough to see them.
func DefaultTiming() Timing {
	return Timing{
		Tune: 200 * time.Millisecond, Rise: 100 * time.Millisecond, Loop: 500 * time.Millisecond,
		Transient: 50 * time.Millisecond, Lock: 100 * time.Millisecond, Reduction: 300 * time.Millisecond,
	}
}

// Config of a Network. Zero values: no deviations beyond those of seed 0, real
// time, ThirdOrder physics, everything at once.
type Config struct {
	Plant   *Plant
	Clock   func() time.Time
	Physics Physics
	Timing  Timing
	// OnChange is called after every change with the devices whose readings
	// may have moved by more than noise. It is called without a lock held, by
	// the goroutine that made the change or runs Advance; it may read the
	// Network and must not change it.
	OnChange func(devices []string)
}

// Network is the optical plant. Its methods are safe for concurrent use.
type Network struct {
	cfg   Config
	plant *Plant
	news  chan struct{} // an event was queued that may be the earliest

	mu           sync.Mutex
	now          time.Time
	transceivers map[End]*transceiver
	roadms       map[string]*roadm
	links        map[string]*link
	amplifiers   map[End]*amplifier // managed ones
	out          map[End]*section   // the section that light leaving the port enters
	in           map[End]*section   // the section whose light arrives at the port
	events       eventQueue
	seq          int64
	dirty        []task
	queued       map[any]bool
	changed      map[string]struct{}
	added        []float64 // memory of recomputing a fibre
	inside       []Wave
}

// task is something whose input changed: *section, *egress or *transceiver.
type task interface{ recompute(n *Network) }

// New returns an empty network.
func New(cfg Config) *Network {
	if cfg.Plant == nil {
		cfg.Plant = &Plant{}
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Physics == nil {
		cfg.Physics = ThirdOrder{}
	}
	return &Network{
		cfg: cfg, plant: cfg.Plant, news: make(chan struct{}, 1), now: cfg.Clock(),
		transceivers: map[End]*transceiver{}, roadms: map[string]*roadm{}, links: map[string]*link{},
		amplifiers: map[End]*amplifier{}, out: map[End]*section{}, in: map[End]*section{},
		queued: map[any]bool{}, changed: map[string]struct{}{},
	}
}

// Advance works off what was to happen until now.
func (n *Network) Advance() { _ = n.do(func() error { return nil }) }

// Next tells when the next event is due.
func (n *Network) Next() (time.Time, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.events) == 0 {
		return time.Time{}, false
	}
	return n.events[0].at, true
}

// Run calls Advance whenever something is due, on real time, until ctx ends.
func (n *Network) Run(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		wait := time.Hour
		if at, ok := n.Next(); ok {
			wait = at.Sub(n.cfg.Clock())
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
			return
		case <-n.news:
		case <-timer.C:
			n.Advance()
		}
	}
}

// do runs a change: first what was due before it, then the change, then
// everything it touches; the callback last, without the lock.
func (n *Network) do(change func() error) error {
	n.mu.Lock()
	n.now = n.cfg.Clock()
	n.settle()
	err := change()
	n.settle()
	devices := make([]string, 0, len(n.changed))
	for d := range n.changed {
		devices = append(devices, d)
	}
	clear(n.changed)
	n.mu.Unlock()
	if n.cfg.OnChange != nil && len(devices) > 0 {
		n.cfg.OnChange(devices)
	}
	return err
}

// settle recomputes what is dirty and fires what is due until neither is left.
func (n *Network) settle() {
	for {
		n.pump()
		if len(n.events) == 0 || n.events[0].at.After(n.now) {
			return
		}
		e := heap.Pop(&n.events).(event)
		e.fire()
	}
}

// pump recomputes until nothing is dirty. Light that feeds itself through
// switches set in a circle would never come to rest; such a loop is left as it
// is after more rounds than any line is long.
func (n *Network) pump() {
	for rounds := 0; len(n.dirty) > 0; rounds++ {
		t := n.dirty[0]
		n.dirty = n.dirty[1:]
		delete(n.queued, t)
		if rounds < 200*(len(n.links)+len(n.transceivers)+10) {
			t.recompute(n)
		}
	}
	n.dirty = nil
}

func (n *Network) mark(t task) {
	if !n.queued[t] {
		n.queued[t] = true
		n.dirty = append(n.dirty, t)
	}
}

func (n *Network) touch(device string) {
	if device != "" {
		n.changed[device] = struct{}{}
	}
}

// after queues fire for later. It runs with the lock held.
func (n *Network) after(d time.Duration, fire func()) {
	n.seq++
	heap.Push(&n.events, event{at: n.now.Add(d), seq: n.seq, fire: fire})
	select {
	case n.news <- struct{}{}:
	default:
	}
}

func unknown(kind string, name any) error { return fmt.Errorf("%s %v: %w", kind, name, ErrUnknown) }

type event struct {
	at   time.Time
	seq  int64
	fire func()
}

type eventQueue []event

func (q eventQueue) Len() int { return len(q) }
func (q eventQueue) Less(i, j int) bool {
	if q[i].at.Equal(q[j].at) {
		return q[i].seq < q[j].seq
	}
	return q[i].at.Before(q[j].at)
}
func (q eventQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *eventQueue) Push(x any)   { *q = append(*q, x.(event)) }
func (q *eventQueue) Pop() any {
	old := *q
	e := old[len(old)-1]
	old[len(old)-1] = event{}
	*q = old[:len(old)-1]
	return e
}
