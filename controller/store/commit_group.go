package store

import (
	"context"
	"errors"
	"sync"

	"go.etcd.io/etcd/api/v3/etcdserverpb"
)

// commitGroup takes commits to the server, several as one transaction where they
// come in faster than the server answers. Most of what a small commit costs is the
// transaction around it, and two hundred devices record what they did within the
// same second: ten records take 420 µs of CPU alone and 130 µs in such a crowd
// (BenchmarkCommitCrowd, embedded, 2 cores).
//
// Each commit keeps an outcome of its own. Together they go through when every
// comparison of every one holds; otherwise they are sent in halves, so that none
// fails for another. A commit that compares or writes what one before it writes
// does not go with that one, since a transaction compares before it writes.
type commitGroup struct {
	s *Store
	// flights bounds the transactions that are with the server at one time. One is
	// best where the server is in this process; where it is far away several keep
	// the way there filled.
	flights int

	mu      sync.Mutex
	waiting []*carried
	flying  int
}

// carried is a commit on its way. What came of it is set before done is closed.
type carried struct {
	ctx      context.Context
	txn      *transaction
	done     chan struct{}
	revision int64
	err      error
}

// carry returns when the commit is through or refused, or ctx ends. After the end
// of ctx it may still go through.
func (g *commitGroup) carry(ctx context.Context, txn *transaction) (revision int64, err error) {
	c := &carried{ctx: ctx, txn: txn, done: make(chan struct{})}
	g.mu.Lock()
	g.waiting = append(g.waiting, c)
	if g.flying < g.flights {
		g.flying++
		go g.fly()
	}
	g.mu.Unlock()
	select {
	case <-c.done:
		return c.revision, c.err
	case <-ctx.Done():
		return 0, named("commit", ctx.Err())
	}
}

// fly sends what waits until nothing does.
func (g *commitGroup) fly() {
	for {
		g.mu.Lock()
		together := g.board()
		if len(together) == 0 {
			g.flying--
			g.mu.Unlock()
			return
		}
		g.mu.Unlock()
		g.send(together)
	}
}

// board takes those who go next: the first who waits, and after it whoever fits,
// up to the first who does not, so that nobody is overtaken. Who has given up
// meanwhile stays behind.
func (g *commitGroup) board() []*carried {
	var out []*carried
	var size, bytes int
	written := map[string]bool{}
	for i, c := range g.waiting {
		if err := c.ctx.Err(); err != nil {
			c.err = named("commit", err)
			close(c.done)
			continue
		}
		size, bytes = size+c.txn.size(), bytes+c.txn.bytes
		if len(out) > 0 && (size > g.s.limits.TxnOps || bytes > g.s.limits.RequestBytes || c.txn.meets(written)) {
			g.waiting = g.waiting[i:]
			return out
		}
		for key, writes := range c.txn.touched {
			if writes {
				written[key] = true
			}
		}
		out = append(out, c)
	}
	g.waiting = nil
	return out
}

// meets reports whether a transaction compares or writes one of the keys.
func (t *transaction) meets(keys map[string]bool) bool {
	for key := range t.touched {
		if keys[key] {
			return true
		}
	}
	return false
}

// send carries out commits as one transaction. When that is refused, its halves are
// sent, so that those who are refused come to be alone.
func (g *commitGroup) send(together []*carried) {
	if len(together) == 1 {
		c := together[0]
		c.revision, c.err = g.s.sendAlone(c.ctx, c.txn)
		close(c.done)
		return
	}
	all := &etcdserverpb.TxnRequest{}
	for _, c := range together {
		all.Compare, all.Success = append(all.Compare, c.txn.compares...), append(all.Success, c.txn.then...)
	}
	resp, err := g.s.txn(g.s.running, all)
	if err == nil && !resp.Succeeded || errors.Is(err, ErrTooLarge) {
		half := len(together) / 2
		g.send(together[:half])
		g.send(together[half:])
		return
	}
	for _, c := range together {
		if c.err = err; err == nil {
			c.revision = resp.Header.Revision
		}
		close(c.done)
	}
}
