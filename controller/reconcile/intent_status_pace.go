package reconcile

import (
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
	progressRate  = 500
	progressBurst = 250
)

// statusPace holds back statuses that tell nothing but progress when they are
// many. Each gets its turn in the order of asking, and by then tells the newest.
// It belongs to the status batches, of which there is one at a time.
type statusPace struct {
	limit *rate.Limiter
	turn  map[string]time.Time // of those that wait
}

func newStatusPace() *statusPace {
	return &statusPace{limit: rate.NewLimiter(progressRate, progressBurst), turn: map[string]time.Time{}}
}

// wait returns how long a key has to wait for its turn; 0 takes it.
func (p *statusPace) wait(key string, now time.Time) time.Duration {
	at, waits := p.turn[key]
	if !waits {
		at = now.Add(p.limit.ReserveN(now, 1).DelayFrom(now))
	}
	if left := at.Sub(now); left > 0 {
		p.turn[key] = at
		return left
	}
	delete(p.turn, key)
	return 0
}

// told forgets a key's turn: what it waited to tell has been told, or there is
// nothing to tell any more.
func (p *statusPace) told(key string) { delete(p.turn, key) }

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
