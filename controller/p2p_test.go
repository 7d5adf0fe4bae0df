package controller_test

import (
	"testing"
	"time"
)

func TestPointToPoint(t *testing.T) {
	s := newSite(t, pair("r1", "r2", 2))
	began := time.Now()
	s.apply(circuit("c1", "r1", "r2"))
	s.wait("ready", 20*time.Second, []string{"c1"}, isReady)
	t.Logf("apply to Ready: %v", time.Since(began))
	before := s.writes()
	s.stop()
	s.serve()
	s.wait("ready after the restart", 20*time.Second, []string{"c1"}, isReady)
	if after := s.writes(); after != before {
		t.Errorf("the restart wrote %d times", after-before)
	}
}
