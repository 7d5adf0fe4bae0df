package gn

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"
)

// TestAsinhDifference bounds the error against a hundred-fold finer reference:
// asinh(a) - asinh(b) = asinh(a sqrt(1+b²) - b sqrt(1+a²)), which loses its
// digits elsewhere.
func TestAsinhDifference(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		b := math.Exp(r.Float64()*30 - 15)
		a := b * (1 + math.Exp(r.Float64()*14-7)) // from 0.1 % to a thousand-fold apart
		got, want := asinhDifference(a, b), math.Asinh(a)-math.Asinh(b)
		if math.Abs(got-want) > 1e-15+1e-15*math.Abs(math.Asinh(a)) {
			t.Fatalf("asinh(%g) - asinh(%g) = %g, want %g", a, b, got, want)
		}
	}
}

func testFibre(t *testing.T, change func(*FibreType)) *fibre {
	t.Helper()
	ft := &FibreType{Name: "test", LossDbPerKm: Constant(0.2), DispersionPsNm: Constant(16.7)}
	if change != nil {
		change(ft)
	}
	f, err := newFibre(ft)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestUniformKernelIsTheGeneralOne: shifting rows along a uniform grid must
// give what every pair by itself gives.
func TestUniformKernelIsTheGeneralOne(t *testing.T) {
	for name, f := range map[string]*fibre{
		"flat":  testFibre(t, nil),
		"slope": testFibre(t, func(ft *FibreType) { s := 0.058; ft.SlopePsNm2 = &s }),
		"mixed": testFibre(t, nil),
	} {
		var channels []Channel
		for i := range 12 {
			rate := 32e9
			if name == "mixed" && i%3 == 0 {
				rate = 40e9
			}
			channels = append(channels, Channel{CentreHz: 192e12 + 50e9*float64(i), SymbolRate: rate, SlotHz: 50e9})
		}
		comb, err := NewComb(channels)
		if err != nil {
			t.Fatal(err)
		}
		var k kernel
		if err := k.fill(f, &comb.columns); err != nil {
			t.Fatal(err)
		}
		for i := range channels {
			for j := range channels {
				a, b := &k.carriers[i], &k.carriers[j]
				want := a.gamma2 * pair(a, b, i == j)
				if got := k.eta[i*12+j]; math.Abs(got-want) > 1e-14*want {
					t.Errorf("%s: eta of %d and %d = %g, want %g", name, i, j, got, want)
				}
			}
		}
	}
}

// TestNoDispersion: the closed form has a limit as dispersion goes to zero.
func TestNoDispersion(t *testing.T) {
	carriers := func(beta2 float64) (a, b carrier) {
		m := medium{alpha: 4.6e-5, beta2: beta2, gamma2: 1}
		return carrier{m, 193e12, 32e9}, carrier{m, 193.05e12, 64e9}
	}
	a0, b0 := carriers(0)
	a1, b1 := carriers(1.5e-31)
	for _, v := range [][2]float64{{pair(&a0, &b0, false), pair(&a1, &b1, false)}, {pair(&a0, &a0, true), pair(&a1, &a1, true)}} {
		if math.Abs(v[0]/v[1]-1) > 1e-6 {
			t.Errorf("the limit is %g, close to it %g", v[0], v[1])
		}
	}
}

func TestCacheIsBounded(t *testing.T) {
	const size = 1000 * 8
	c := newCache(5 * (size + 128))
	made := 0
	get := func(i int) {
		k, err := c.get(cacheKey{kind: byte(i)}, func() (*kernel, error) { made++; return &kernel{n: i, eta: make([]float64, 1000)}, nil })
		if err != nil || k.n != i {
			t.Fatalf("kernel %d: %v %v", i, k, err)
		}
	}
	for i := range 5 {
		get(i)
	}
	get(0) // the least recently used one is now 1
	get(5)
	if made != 6 || c.used > c.limit {
		t.Errorf("made %d, %d of %d bytes used", made, c.used, c.limit)
	}
	get(0)
	if made != 6 {
		t.Error("what was used last was dropped")
	}
	get(1)
	if made != 7 {
		t.Error("what was used least was kept")
	}
	failure := fmt.Errorf("no")
	for range 2 {
		if _, err := c.get(cacheKey{kind: 99}, func() (*kernel, error) { made++; return nil, failure }); err != failure {
			t.Errorf("got %v", err)
		}
	}
	if made != 9 {
		t.Error("a failure was kept")
	}
}

func TestCacheMakesEachOnce(t *testing.T) {
	c := newCache(1 << 20)
	var mu sync.Mutex
	made := map[byte]int{}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 50 {
				key := cacheKey{kind: byte((i + g) % 10)}
				k, err := c.get(key, func() (*kernel, error) {
					mu.Lock()
					defer mu.Unlock()
					made[key.kind]++
					return &kernel{n: int(key.kind)}, nil
				})
				if err != nil || k.n != int(key.kind) {
					t.Errorf("kernel %d: %v %v", key.kind, k, err)
				}
				if p := c.peek(&key); p != k {
					t.Errorf("peek at %d: %p, want %p", key.kind, p, k)
				}
			}
		})
	}
	wg.Wait()
	for kind, n := range made {
		if n != 1 {
			t.Errorf("kernel %d was made %d times", kind, n)
		}
	}
}

func TestSlopeOfFit(t *testing.T) {
	parabola := func(x float64) float64 { return 3 - 2*x + 0.5*x*x }
	var xs, ys []float64
	for _, x := range []float64{1, 2, 4, 7, 7.5} {
		xs, ys = append(xs, x), append(ys, parabola(x))
	}
	for at, want := range map[float64]float64{0: -2, 3: 1, 10: 8} {
		if got := slopeOfFit(xs, ys, at); math.Abs(got-want) > 1e-12 {
			t.Errorf("slope at %g = %g, want %g", at, got, want)
		}
	}
	if got := slopeOfFit([]float64{1, 3}, []float64{5, 9}, 7); got != 2 {
		t.Errorf("two points: %g", got)
	}
	if got := slopeOfFit([]float64{1}, []float64{5}, 7); got != 0 {
		t.Errorf("one point: %g", got)
	}
}

func TestCurve(t *testing.T) {
	c := Curve{Hz: []float64{1, 2, 4}, Value: []float64{10, 20, 0}}
	for hz, want := range map[float64]float64{1: 10, 1.5: 15, 2: 20, 3: 10, 4: 0} {
		if got, ok := c.At(hz); !ok || got != want {
			t.Errorf("at %g: %g %v, want %g", hz, got, ok, want)
		}
	}
	for _, hz := range []float64{0.999, 4.001, math.NaN()} {
		if got, ok := c.At(hz); ok {
			t.Errorf("at %g: %g, but it is outside", hz, got)
		}
	}
	if got := evenly([]float64{0, 10, 30}, 100, 120, 115); got != 20 {
		t.Errorf("even samples: %g", got)
	}
}

// TestEffectiveAreaHoldsAtTheReference, and grows with the wavelength.
func TestEffectiveAreaHoldsAtTheReference(t *testing.T) {
	f := testFibre(t, func(ft *FibreType) { ft.AreaUm2 = 72 })
	if got := f.area(f.reference) * 1e12; math.Abs(got-72) > 1e-9 {
		t.Errorf("area %g um²", got)
	}
	if f.area(190e12) <= f.area(196e12) {
		t.Error("the area should fall with the frequency")
	}
}

// TestKernelsAreToldApart: whatever changes a kernel changes its key.
func TestKernelsAreToldApart(t *testing.T) {
	slope := 0.05
	seen := map[digest]string{}
	for name, change := range map[string]func(*FibreType){
		"as it is":   func(*FibreType) {},
		"loss":       func(f *FibreType) { f.LossDbPerKm = Constant(0.21) },
		"loss table": func(f *FibreType) { f.LossDbPerKm = Curve{Hz: []float64{1e12, 2e14}, Value: []float64{0.2, 0.2}} },
		"dispersion": func(f *FibreType) { f.DispersionPsNm = Constant(17) },
		"slope":      func(f *FibreType) { f.SlopePsNm2 = &slope },
		"area":       func(f *FibreType) { f.AreaUm2 = 80 },
		"reference":  func(f *FibreType) { f.ReferenceHz = 193e12 },
		"Raman": func(f *FibreType) {
			f.Raman = &RamanGain{ShiftHz: []float64{0, 1}, Gain: []float64{0, 1}, ReferenceHz: 1}
		},
	} {
		d := testFibre(t, change).digest
		if other, known := seen[d]; known {
			t.Errorf("%q and %q have the same key", name, other)
		}
		seen[d] = name
	}
	spans := []span{{metres: 1}, {metres: 2}}
	for _, l := range []LumpedLoss{{1, 1}, {1, 2}, {2, 1}} {
		spans = append(spans, span{metres: 2, Fibre: Fibre{Lumped: []LumpedLoss{l}}})
	}
	for i := range spans {
		for j := range i {
			if spans[i].digest() == spans[j].digest() {
				t.Errorf("spans %d and %d have the same key", i, j)
			}
		}
	}
	base := Channel{CentreHz: 193e12, SymbolRate: 32e9, SlotHz: 50e9}
	combs := map[digest]bool{}
	for _, change := range []func(*Channel){func(*Channel) {}, func(c *Channel) { c.CentreHz++ }, func(c *Channel) { c.SymbolRate++ }, func(c *Channel) { c.SlotHz++ }, func(c *Channel) { c.RollOff = 0.1 }} {
		c := base
		change(&c)
		comb, err := NewComb([]Channel{c})
		if err != nil {
			t.Fatal(err)
		}
		combs[comb.digest] = true
	}
	if len(combs) != 5 {
		t.Errorf("five combs have %d keys", len(combs))
	}
}
