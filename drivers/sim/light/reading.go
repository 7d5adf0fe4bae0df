package light

import (
	"math"
	"slices"
	"time"
)

// Readings are what the instruments show: the truth, off by the plant's
// calibration error of each sensor and by a little noise that changes every
// 100 ms. Without light a reading is NaN; what a vendor shows instead is not
// this package's matter.

const (
	noiseDb      = 0.03 // standard deviation of a power reading
	qualityNoise = 0.01 // of Q and ESNR
	lossDbm      = -35  // loss of signal below this
)

// ChannelReading is what a coherent port shows.
type ChannelReading struct {
	LaserOn      bool  // light leaves the port
	FrequencyMHz int64 // where the laser is; 0 while it moves
	Mode         *Mode // what the modem runs; nil while it moves
	TxDbm        float64
	RxDbm        float64 // light at the tuned frequency
	RxTotalDbm   float64
	LossOfSignal bool
	Locked       bool
	OsnrDb       float64 // NaN without lock
	EsnrDb       float64
	QDb          float64
	Ber          float64 // before correction; NaN without lock
	// Uncorrectable counts blocks in the last second; UncorrectableTotal
	// since the port exists.
	Uncorrectable      uint64
	UncorrectableTotal uint64
	LostLight          time.Duration // time without lock while clients were in service
}

// Channel reads a coherent port.
func (n *Network) Channel(e End) (ChannelReading, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	x := n.transceivers[e]
	if x == nil {
		return ChannelReading{}, unknown("transceiver", e)
	}
	now := n.cfg.Clock()
	name := e.String()
	r := ChannelReading{
		LaserOn: x.emits && x.tuned.Mode != nil, FrequencyMHz: x.tuned.FrequencyMHz, Mode: x.tuned.Mode,
		Locked: x.locked, UncorrectableTotal: x.blocks, LostLight: x.lostUntil(now),
		OsnrDb: math.NaN(), EsnrDb: math.NaN(), QDb: math.NaN(), Ber: math.NaN(),
	}
	r.TxDbm = n.power("tx/"+name, total(x.waves()), now)
	r.RxDbm = n.power("rx/"+name, x.signal, now)
	r.RxTotalDbm = n.power("rx/"+name, total(x.light)+x.floorMw, now)
	r.LossOfSignal = toDb(x.signal) < lossDbm
	if x.locked {
		q := x.tuned.Mode.Quality(x.osnr - x.penalty)
		jitter := n.noise("q/"+name, now) * qualityNoise
		r.OsnrDb, r.EsnrDb, r.QDb = x.osnr+n.noise("osnr/"+name, now)*0.1, q.EsnrDb+jitter, q.QDb+jitter
		r.Ber = q.Ber * (1 - 0.2*jitter)
	}
	if (!x.good && x.signal > 0) || (!x.errored.IsZero() && now.Sub(x.errored) < errorWindow) {
		r.Uncorrectable = 1000
	}
	return r, nil
}

func (x *transceiver) lostUntil(now time.Time) time.Duration {
	if x.lostSince.IsZero() {
		return x.lost
	}
	return x.lost + now.Sub(x.lostSince)
}

// LostLight returns, for every coherent port, the time without lock while
// clients were in service.
func (n *Network) LostLight() map[End]time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.cfg.Clock()
	out := make(map[End]time.Duration, len(n.transceivers))
	for e, x := range n.transceivers {
		out[e] = x.lostUntil(now)
	}
	return out
}

// PortReading is the light at a port of a ROADM.
type PortReading struct {
	InDbm, OutDbm float64
	LossOfSignal  bool // on the way in
}

// Port reads a port of a ROADM.
func (n *Network) Port(e End) (PortReading, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	r := n.roadms[e.Device]
	if r == nil || r.egress[e.Port] == nil {
		return PortReading{}, unknown("port", e)
	}
	now := n.cfg.Clock()
	var in, out float64
	if s := n.in[e]; s != nil {
		in = total(s.light) + s.floor
	}
	x := r.egress[e.Port]
	out = total(x.light) + x.floor
	reading := PortReading{LossOfSignal: toDb(in) < lossDbm}
	reading.InDbm, reading.OutDbm = n.power("in/"+e.String(), in, now), n.power("out/"+e.String(), out, now)
	return reading, nil
}

// MediaReading is what a channel monitor shows of a media channel.
type MediaReading struct {
	Up       bool    // enabled, and the loop has settled or sees no light to settle on
	PowerDbm float64 // at Dest
}

// MediaPower reads a media channel.
func (n *Network) MediaPower(device string, index uint32) (MediaReading, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	r := n.roadms[device]
	if r == nil || r.media[index] == nil {
		return MediaReading{}, unknown("media channel of "+device, index)
	}
	m := r.media[index]
	return MediaReading{
		Up:       m.Enabled && m.state != loopStarting && m.state != loopSwinging,
		PowerDbm: n.power("ocm/"+device+"/"+m.Dest, m.out, n.cfg.Clock()),
	}, nil
}

// MonitoredChannel is light in a part of the spectrum at a port.
type MonitoredChannel struct {
	LowerMHz, UpperMHz int64
	PowerDbm           float64
}

// Monitor returns the waves that leave through a port of a ROADM, by
// frequency, as a channel monitor without knowledge of media channels sees them.
func (n *Network) Monitor(e End) ([]MonitoredChannel, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	r := n.roadms[e.Device]
	if r == nil || r.egress[e.Port] == nil {
		return nil, unknown("port", e)
	}
	now := n.cfg.Clock()
	var out []MonitoredChannel
	for _, w := range r.egress[e.Port].light {
		out = append(out, MonitoredChannel{w.LowerMHz, w.UpperMHz, n.power("ocm/"+e.String(), w.PowerMw, now)})
	}
	slices.SortFunc(out, func(a, b MonitoredChannel) int { return int((a.LowerMHz - b.LowerMHz) / 1000) })
	return out, nil
}

// AmplifierReading is what an amplifier shows.
type AmplifierReading struct {
	Enabled       bool
	InDbm, OutDbm float64
	GainDb        float64 // NaN without light
	Reduced       bool
}

// Amplifier reads a managed amplifier.
func (n *Network) Amplifier(e End) (AmplifierReading, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	a := n.amplifiers[e]
	if a == nil {
		return AmplifierReading{}, unknown("amplifier", e)
	}
	now := n.cfg.Clock()
	in, out := n.power("in/"+e.String(), a.in, now), n.power("out/"+e.String(), a.out, now)
	gain := math.NaN()
	if a.out > 0 {
		gain = a.actual
	}
	return AmplifierReading{Enabled: a.enabled, InDbm: in, OutDbm: out, GainDb: gain, Reduced: a.reduced}, nil
}

// power returns a reading of mw by the named sensor.
func (n *Network) power(sensor string, mw float64, now time.Time) float64 {
	if mw < 1e-6 {
		return math.NaN()
	}
	return toDb(mw) + n.plant.Reading(sensor) + n.noise(sensor, now)*noiseDb
}

// noise returns a number of roughly normal distribution that depends on seed,
// sensor and time alone.
func (n *Network) noise(sensor string, now time.Time) float64 {
	if n.plant.Exact {
		return 0
	}
	h := mix(n.plant.Seed ^ hash(sensor) ^ mix(uint64(now.UnixMilli()/100)))
	var sum float64
	for range 4 {
		sum += float64(h&0xffff)/0xffff - 0.5
		h >>= 16
	}
	return sum * math.Sqrt(3)
}

func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}
