package store

import (
	"context"
	"fmt"
	"sync"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// Grant is the right to act under a key, until Done.
type Grant struct {
	// Guard goes into every transaction of the holder.
	Guard *Guard
	// Term is the revision at which the right was granted. Each holder of a key
	// has a greater one than the holders before; caches must be synced to at
	// least this revision before the holder acts.
	Term int64

	s    *Store
	sess *session
	done chan struct{}
	once sync.Once
}

// Done is closed when the right is known to be over. It may be over earlier;
// only the guard is certain.
func (g *Grant) Done() <-chan struct{} { return g.done }

// Resign gives the right up, so that the next holder need not wait. Resigning
// what is over already is no error.
func (g *Grant) Resign(ctx context.Context) error {
	g.end()
	g.sess.mu.Lock()
	if g.sess.grants[g.Guard.Key] == g {
		delete(g.sess.grants, g.Guard.Key)
	}
	g.sess.mu.Unlock()
	_, err := g.s.client.Txn(ctx).
		If(clientv3.Compare(clientv3.CreateRevision(g.Guard.Key), "=", g.Guard.CreateRevision)).
		Then(clientv3.OpDelete(g.Guard.Key)).Commit()
	if err != nil {
		return named("resign "+shown(g.Guard.Key), err)
	}
	return nil
}

func (g *Grant) end() { g.once.Do(func() { close(g.done) }) }

// Campaign waits until this store is elected under a name, and returns the grant.
// Of several campaigns of one store one is elected at a time, too.
func (s *Store) Campaign(ctx context.Context, name string) (*Grant, error) {
	return s.acquire(ctx, "election/"+Key(name))
}

// Own waits until this store owns a device.
func (s *Store) Own(ctx context.Context, device string) (*Grant, error) {
	return s.acquire(ctx, "owners/"+Key(device))
}

func (s *Store) acquire(ctx context.Context, key string) (*Grant, error) {
	if err := checkKey(key); err != nil {
		return nil, fmt.Errorf("store: acquire: %w", err)
	}
	for {
		sess, err := s.session(ctx)
		if err != nil {
			return nil, err
		}
		revision, free, err := s.claim(ctx, sess, []string{key})
		if err != nil {
			return nil, err
		}
		if g := free[key]; g != nil && g.fresh {
			return g.Grant, nil
		}
		if err := s.waitGone(ctx, sess, root+key, revision); err != nil {
			return nil, err
		}
	}
}

// OwnAll takes every device of the list that nobody else owns, in few
// transactions, and returns the grants by device, including those that this
// store has already. Devices that others own are left out.
func (s *Store) OwnAll(ctx context.Context, devices []string) (map[string]*Grant, error) {
	keys := make([]string, len(devices))
	for i, device := range devices {
		keys[i] = "owners/" + Key(device)
		if err := checkKey(keys[i]); err != nil {
			return nil, fmt.Errorf("store: own %q: %w", device, err)
		}
	}
	sess, err := s.session(ctx)
	if err != nil {
		return nil, err
	}
	out := make(map[string]*Grant, len(devices))
	for len(keys) > 0 {
		n := min(len(keys), max(1, s.limits.TxnOps/4), 2000)
		_, got, err := s.claim(ctx, sess, keys[:n])
		if err != nil {
			return out, err
		}
		for i, key := range keys[:n] {
			if g := got[key]; g != nil {
				out[devices[i]] = g.Grant
			}
		}
		keys, devices = keys[n:], devices[n:]
	}
	return out, nil
}

// claimed is a grant; fresh tells that this claim made it.
type claimed struct {
	*Grant
	fresh bool
}

// claim takes each key that is free. It returns what this session has of the
// keys now, and the revision at which that is so.
func (s *Store) claim(ctx context.Context, sess *session, keys []string) (int64, map[string]*claimed, error) {
	var each []clientv3.Op
	asked := map[string]bool{}
	for _, key := range keys {
		if asked[key] {
			return 0, nil, fmt.Errorf("store: claim: %w: %s is named twice", ErrKey, key)
		}
		asked[key] = true
		each = append(each, clientv3.OpTxn(
			[]clientv3.Cmp{clientv3.Compare(clientv3.CreateRevision(root+key), "=", 0)},
			[]clientv3.Op{clientv3.OpPut(root+key, s.cfg.Member, clientv3.WithLease(sess.lease))},
			[]clientv3.Op{clientv3.OpGet(root + key)},
		))
	}
	resp, err := s.client.Txn(ctx).Then(each...).Commit()
	if err != nil {
		return 0, nil, named("claim "+keys[0], err)
	}
	s.stats.transactions.Add(1)
	out := make(map[string]*claimed, len(keys))
	for i, key := range keys {
		answer := resp.Responses[i].GetResponseTxn()
		term := resp.Header.Revision
		if !answer.Succeeded {
			kv := answer.Responses[0].GetResponseRange().Kvs[0]
			if clientv3.LeaseID(kv.Lease) != sess.lease {
				continue
			}
			// Ours: from before, or from a claim whose answer was lost.
			term = kv.CreateRevision
		} else {
			s.stats.puts.Add(1)
		}
		if g, fresh := sess.grant(s, root+key, term); g != nil {
			out[key] = &claimed{Grant: g, fresh: fresh}
		}
	}
	return resp.Header.Revision, out, nil
}

// grant returns the session's grant under a key, and whether it is a new one. It
// is nil when the session is over.
func (sess *session) grant(s *Store, key string, term int64) (*Grant, bool) {
	sess.mu.Lock()
	defer sess.mu.Unlock()
	if sess.ended {
		return nil, false
	}
	if g := sess.grants[key]; g != nil && g.Term == term {
		return g, false
	}
	g := &Grant{Guard: &Guard{Key: key, CreateRevision: term}, Term: term, s: s, sess: sess, done: make(chan struct{})}
	sess.grants[key] = g
	return g, true
}

// waitGone returns when the key was deleted after a revision, or the session is
// over; either way it is time to claim again.
func (s *Store) waitGone(ctx context.Context, sess *session, key string, revision int64) error {
	wctx, cancel := context.WithCancel(clientv3.WithRequireLeader(ctx))
	defer cancel()
	changes := s.client.Watch(wctx, key, clientv3.WithRev(revision+1), clientv3.WithFilterPut())
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-sess.done:
			return nil
		case resp, ok := <-changes:
			if !ok || resp.Err() != nil {
				// The claim tells what is wrong, if it lasts.
				if !pause(ctx, watchRetry) {
					return ctx.Err()
				}
				return nil
			}
			for _, ev := range resp.Events {
				if ev.Type == mvccpb.DELETE {
					return nil
				}
			}
		}
	}
}
