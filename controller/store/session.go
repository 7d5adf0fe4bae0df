package store

import (
	"context"
	"fmt"
	"sync"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// session is one lease and the grants that live and die with it. A store has at
// most one at a time.
type session struct {
	lease clientv3.LeaseID
	done  chan struct{}

	mu     sync.Mutex
	ended  bool
	grants map[string]*Grant // by granting key
}

// session returns the running session, or starts one.
func (s *Store) session(ctx context.Context) (*session, error) {
	s.sessionMu.Lock()
	defer s.sessionMu.Unlock()
	if s.current != nil {
		select {
		case <-s.current.done:
		default:
			return s.current, nil
		}
	}
	if s.running.Err() != nil {
		return nil, fmt.Errorf("store: start session: %w", ErrClosed)
	}
	// Closing the store must not wait for a server that does not answer.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.running, cancel)()
	ttl := max(1, int64(s.cfg.LeaseTTL/time.Second))
	lease, err := s.client.Grant(ctx, ttl)
	if err != nil {
		return nil, named("grant lease", err)
	}
	alive, err := s.client.KeepAlive(s.running, lease.ID)
	if err != nil {
		return nil, named("keep lease", err)
	}
	sess := &session{lease: lease.ID, done: make(chan struct{}), grants: map[string]*Grant{}}
	s.current = sess
	s.background.Go(func() {
		// The channel closes when the lease is over, as far as this side can tell.
		for range alive {
			continue
		}
		sess.end()
	})
	return sess, nil
}

// end ends every grant of the session.
func (sess *session) end() {
	sess.mu.Lock()
	defer sess.mu.Unlock()
	if sess.ended {
		return
	}
	sess.ended = true
	close(sess.done)
	for _, g := range sess.grants {
		g.end()
	}
}

// endSession revokes the lease, so that successors need not wait for it. That is
// a courtesy: if it fails, the lease runs out by itself.
func (s *Store) endSession() {
	s.sessionMu.Lock()
	sess := s.current
	s.sessionMu.Unlock()
	if sess == nil {
		return
	}
	sess.end()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if _, err := s.client.Revoke(ctx, sess.lease); err != nil {
		s.log.Warn("lease not revoked", "err", err)
	}
}

// lost ends the grant that a transaction proved to be over.
func (s *Store) lost(guard *Guard) {
	s.sessionMu.Lock()
	sess := s.current
	s.sessionMu.Unlock()
	if sess == nil {
		return
	}
	sess.mu.Lock()
	defer sess.mu.Unlock()
	if g := sess.grants[guard.Key]; g != nil && g.Term == guard.CreateRevision {
		g.end()
	}
}
