package reconcile

import (
	"math"
	"reflect"
	"slices"
	"time"

	"golang.org/x/time/rate"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

// progressRate is how many statuses a second may tell mere progress, and
// progressBurst how many at once. Each costs a daemon and its readers about a
// fifth of a millisecond, which a crowd needs for its light: of a thousand
// circuits all five steps in a second would be a whole core.
const (
	progressRate  = 200
	progressBurst = 100
)

// statusPace holds back statuses that tell nothing but progress when they are
// many. Each gets its turn in the order of asking, and by then tells the newest;
// one that need not be told any more costs the others nothing. It belongs to the
// status batches, of which there is one at a time.
type statusPace struct {
	limit *rate.Limiter
	line  []*statusTurn // those that wait, first come first
	turns map[string]*statusTurn
}

type statusTurn struct{ key string }

func newStatusPace() *statusPace {
	return &statusPace{limit: rate.NewLimiter(progressRate, progressBurst), turns: map[string]*statusTurn{}}
}

// wait returns how long a key has to wait for its turn; 0 means that it has come.
// It stays its turn until it is taken.
func (p *statusPace) wait(key string, now time.Time) time.Duration {
	turn, waits := p.turns[key]
	if !waits {
		turn = &statusTurn{key}
		p.line = append(p.line, turn)
		p.turns[key] = turn
	}
	if short := float64(slices.Index(p.line, turn)+1) - p.limit.TokensAt(now); short > 0 {
		return time.Duration(math.Ceil(short / progressRate * float64(time.Second)))
	}
	return 0
}

// take takes the turns of keys whose progress has been told.
func (p *statusPace) take(keys []string, now time.Time) {
	p.limit.AllowN(now, len(keys))
	for _, key := range keys {
		p.told(key)
	}
}

// told gives up a key's turn: what it waited to tell has been told, or there is
// nothing to tell any more.
func (p *statusPace) told(key string) {
	if turn, waits := p.turns[key]; waits {
		delete(p.turns, key)
		at := slices.Index(p.line, turn)
		p.line = slices.Delete(p.line, at, at+1)
	}
}

// onlyProgress reports whether a status tells nothing but how far the work has
// come: every condition stands as it stood and for the reason it had, and no
// more and no less is ready. Of a document without a status nothing is to be
// known before it is planned.
func onlyProgress(old *records.Status, next records.Status) bool {
	if old == nil {
		return slices.ContainsFunc(next.Conditions, func(c models.Condition) bool { return c.Type == models.IsPlanned && c.Status == "Unknown" })
	}
	if old.ObservedGeneration != next.ObservedGeneration || !reflect.DeepEqual(old.Capacity, next.Capacity) {
		return false
	}
	return slices.EqualFunc(old.Conditions, next.Conditions, func(was, is models.Condition) bool {
		return was.Type == is.Type && was.Status == is.Status && was.Reason == is.Reason
	})
}
