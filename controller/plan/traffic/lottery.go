package traffic

import "math/bits"

// lottery draws numbers with given chances in constant time, by Walker's alias
// method in the form of Vose ("A linear algorithm for generating random numbers
// with a given distribution", IEEE Transactions on Software Engineering 17(9),
// 1991): as many urns as numbers, equally likely, each with at most two numbers
// in it.
type lottery struct {
	urns []urn
}

type urn struct {
	keep  uint32 // the chance of the urn's own number, in 2^-32
	other int32
}

// newLottery makes a lottery of weights that are not negative. When all are
// zero, all numbers are equally likely.
func newLottery(weights []float64) *lottery {
	n, sum := len(weights), 0.0
	for _, w := range weights {
		sum += w
	}
	l := &lottery{urns: make([]urn, n)}
	share := make([]float64, n)
	var poor, rich []int32
	for i, w := range weights {
		share[i] = 1
		if sum > 0 {
			share[i] = w / sum * float64(n)
		}
		if share[i] < 1 {
			poor = append(poor, int32(i))
		} else {
			rich = append(rich, int32(i))
		}
		l.urns[i] = urn{keep: 1<<32 - 1, other: int32(i)}
	}
	for len(poor) > 0 && len(rich) > 0 {
		p, r := poor[len(poor)-1], rich[len(rich)-1]
		poor = poor[:len(poor)-1]
		l.urns[p] = urn{keep: uint32(share[p] * (1<<32 - 1)), other: r}
		if share[r] -= 1 - share[p]; share[r] < 1 {
			rich = rich[:len(rich)-1]
			poor = append(poor, r)
		}
	}
	return l
}

// draw turns 32 random bits into a number. With n numbers, a chance is off by
// at most n in 2^32 of itself.
func (l *lottery) draw(random uint32) int {
	hi, lo := bits.Mul32(random, uint32(len(l.urns)))
	if u := &l.urns[hi]; lo > u.keep {
		return int(u.other)
	}
	return int(hi)
}
