package traffic

import (
	"context"
	"fmt"
	"math"
)

// Result is what a run counted, warm-up apart.
type Result struct {
	Requests int
	Blocked  int
	// StdErr is the standard error of Blocking, from the spread of 32 batches one
	// after the other. Blocked requests come in bursts, so it is larger than
	// that of as many independent trials. Below 3200 requests it is that of
	// independent trials.
	StdErr float64
	// Offered is the load offered, in erlang.
	Offered float64
	// OfferedGbps is the sum of the bit rates of all requests; BlockedGbps that
	// of the blocked ones.
	OfferedGbps, BlockedGbps float64
	// Carried is the mean number of connections that are up, Peak the largest.
	Carried float64
	Peak    int
	// Utilisation is the mean share of slots that are taken, over all links.
	// It and Carried are what arriving requests find, which for Poisson arrivals
	// is the mean over time (Wolff, "Poisson arrivals see time averages",
	// Operations Research 30(2), 1982).
	Utilisation float64
	Classes     []Count // in the order of Scenario.Classes
	Pairs       []Count // in the order of Scenario.Pairs
}

// Count is requests and how many of them were blocked.
type Count struct{ Requests, Blocked int }

// Blocking returns the share of requests that were blocked.
func (r Result) Blocking() float64 { return share(r.Blocked, r.Requests) }

// BandwidthBlocking returns the share of the bit rate asked for that was
// blocked: 0 when none was asked for.
func (r Result) BandwidthBlocking() float64 {
	if r.OfferedGbps == 0 {
		return 0
	}
	return r.BlockedGbps / r.OfferedGbps
}

// Blocking returns the share of requests that were blocked: 0 of none.
func (c Count) Blocking() float64 { return share(c.Blocked, c.Requests) }

func share(part, whole int) float64 { return float64(part) / float64(max(whole, 1)) }

const batchCount = 32

func batchEnd(requests, batch int) int {
	each, rest := requests/batchCount, requests%batchCount
	return each*(batch+1) + min(batch+1, rest)
}

func (s *simulation) result(r Run, batches [batchCount]int) Result {
	n := float64(r.Requests)
	out := Result{
		Requests: r.Requests, Blocked: s.blocked, Offered: r.offered(),
		Carried: s.upSum / n, Peak: s.departures.most,
		Classes: make([]Count, len(s.classTallies)), Pairs: make([]Count, len(s.pairTallies)),
	}
	if slots := s.links * s.slots; slots > 0 {
		out.Utilisation = s.busySum / n / float64(slots)
	}
	for i, t := range s.classTallies {
		out.Classes[i] = Count{t.requests, t.blocked}
		out.OfferedGbps += s.gbps[i] * float64(t.requests)
		out.BlockedGbps += s.gbps[i] * float64(t.blocked)
	}
	for i, t := range s.pairTallies {
		out.Pairs[i] = Count{t.requests, t.blocked}
	}
	p := out.Blocking()
	out.StdErr = math.Sqrt(p * (1 - p) / n)
	if r.Requests >= 100*batchCount {
		squares := 0.0
		for i, blocked := range batches {
			d := share(blocked, batchEnd(r.Requests, i)-batchEnd(r.Requests, i-1)) - p
			squares += d * d
		}
		out.StdErr = math.Sqrt(squares / (batchCount - 1) / batchCount)
	}
	return out
}

// Carries returns the largest load, to half a percent, at which no more than
// the given share of requests is blocked, and the run at that load. The Erlang
// of the run given is not used: every load is tried with the same requests
// (same seed), closer together or farther apart, so that two networks or two
// tables of modulations can be compared with little noise. It fails where even
// 0.001 erlang is too much, or a million not too much.
func (m *Model) Carries(ctx context.Context, blocking float64, r Run) (float64, Result, error) {
	if !(blocking > 0 && blocking < 1) {
		return 0, Result{}, fmt.Errorf("blocking %v: want more than 0 and less than 1", blocking)
	}
	try := func(erlang float64) (Result, bool, error) {
		r.Erlang = erlang
		result, err := m.Simulate(ctx, r)
		return result, result.Blocking() <= blocking, err
	}
	best, result, tooMuch := 0.0, Result{}, 0.0
	for next := 1.0; ; {
		got, ok, err := try(next)
		if err != nil {
			return 0, Result{}, err
		}
		if ok {
			best, result = next, got
		} else {
			tooMuch = next
		}
		switch {
		case best == 0 && next <= 0.001:
			return 0, Result{}, fmt.Errorf("at %v erlang the share blocked is %v already, more than %v: look for pairs without a route that some option reaches", next, got.Blocking(), blocking)
		case tooMuch == 0 && next >= 1e6:
			return 0, Result{}, fmt.Errorf("at %v erlang the share blocked is only %v: count more requests", next, got.Blocking())
		case best == 0:
			next = max(next/2, 0.001)
		case tooMuch == 0:
			next = min(next*2, 1e6)
		case tooMuch <= best*1.005:
			return best, result, nil
		default:
			next = math.Sqrt(best * tooMuch)
		}
	}
}
