package netconf

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/internal/hanging"
	"github.com/waveplane/waveplane/drivers/internal/ocmap"
	"github.com/waveplane/waveplane/drivers/internal/sshdial"
	"github.com/waveplane/waveplane/drivers/internal/turns"
	"github.com/waveplane/waveplane/models"
)

// Session is a NETCONF session with one device. Besides drivers.Session it is a
// Sampler, a Pather and a Previewer.
type Session struct {
	device  drivers.Device
	schema  *schema
	timeout time.Duration
	armed   time.Duration
	hangs   *hanging.Commits
	now     func() time.Time
	log     *slog.Logger

	conn   *sshdial.Conn
	client *client
	turns  *turns.Turns
	once   sync.Once
}

var errObserved = errors.New("the device is only observed")

// change is an exchange that may change the device.
func (s *Session) change(ctx context.Context, op string, limit time.Duration, do func() (wrote bool, err error)) error {
	wrote, err := s.turns.Change(ctx, limit, do)
	if err == nil {
		return nil
	}
	return s.failure(op, err, wrote)
}

// look is an exchange that changes nothing.
func look[T any](ctx context.Context, s *Session, op string, do func() (T, error)) (T, error) {
	v, err := turns.Look(ctx, s.turns, s.timeout, do)
	if err != nil {
		return v, s.failure(op, err, false)
	}
	return v, nil
}

// failure makes a driver's error of what went wrong.
func (s *Session) failure(op string, err error, wrote bool) error {
	var already *drivers.Error
	var no *rpcError
	var not *notShown
	switch {
	case errors.As(err, &already):
		return err
	case errors.As(err, &not) && !wrote:
		words := drivers.CleanWords("it took the change and does not show it: " + s.conn.Clean(not.what))
		return &drivers.Error{Op: op, Device: s.device.Name, Kind: drivers.KindRejected, Words: words, Err: not}
	case errors.As(err, &no) && !wrote:
		return &drivers.Error{Op: op, Device: s.device.Name, Kind: no.kind(), Words: drivers.CleanWords(s.conn.Clean(no.Error()))}
	}
	return turns.Lost(s.conn, s.device.Name, op, err, wrote)
}

func (s *Session) refuse(op string, kind drivers.Kind, err error) error {
	return &drivers.Error{Op: op, Device: s.device.Name, Kind: kind, Err: err}
}

// get reads what a filter selects of configuration and state.
func (s *Session) get(filter *element) (*ocmap.View, error) {
	reply, err := s.client.call(s.whole(base("get", filter)))
	if err != nil {
		return nil, err
	}
	return s.view(reply)
}

// whole asks for defaults too, where the device can: a leaf that it leaves out
// because it has its default would look as if it were not there.
func (s *Session) whole(request *element) *element {
	if s.client.caps.everything {
		request.add(&element{space: "urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults", name: "with-defaults", text: "report-all"})
	}
	return request
}

func (s *Session) view(reply *element) (*ocmap.View, error) {
	data := reply.child("data")
	if data == nil {
		return nil, fmt.Errorf("%w: a reply without data", errXML)
	}
	v := ocmap.NewView(s.device.Profile)
	v.Now = s.now()
	file(v, data)
	if v.Ignored > 0 {
		s.log.Debug("ignored what the device said", "device", s.device.Name, "leaves", v.Ignored)
	}
	return v, nil
}

// all selects everything that is read.
func all(ocmap.Subscribed) bool { return true }

// picture reads what a filter selects, as news of everything.
func (s *Session) picture(ctx context.Context, op string, wanted func(ocmap.Subscribed) bool) (models.Delta, error) {
	filter, err := s.schema.filter(s.device.Profile, wanted)
	if err != nil {
		return models.Delta{}, s.refuse(op, drivers.KindInternal, err)
	}
	return s.selected(ctx, op, filter)
}

func (s *Session) selected(ctx context.Context, op string, filter *element) (models.Delta, error) {
	return look(ctx, s, op, func() (models.Delta, error) {
		v, err := s.get(filter)
		if err != nil {
			return models.Delta{}, err
		}
		return v.Take(true), nil
	})
}

// Observe reads all configuration and readings once.
func (s *Session) Observe(ctx context.Context) (models.State, error) {
	var state models.State
	d, err := s.picture(ctx, "observe", all)
	if err == nil {
		state.Merge(d)
	}
	return state, err
}

// Measure reads the states and measurements of the named objects once. What a
// wavelength switch measures stands at its monitors and not at the media
// channels, so there everything that Sample reads is read.
func (s *Session) Measure(ctx context.Context, objects []models.ObjectID) (models.Readings, error) {
	if slices.ContainsFunc(objects, func(id models.ObjectID) bool { return id.Kind == models.KindMediaChannel }) {
		d, err := s.picture(ctx, "measure", sampled)
		return d.Readings, err
	}
	filter, err := s.schema.filterOf(s.device.Profile, objects, func(p ocmap.Subscribed) bool { return p.Nature != ocmap.Configuration })
	if err != nil || filter == nil {
		return models.Readings{}, err
	}
	d, err := s.selected(ctx, "measure", filter)
	return d.Readings, err
}

// sampled selects measurements and what is needed to make sense of them.
func sampled(p ocmap.Subscribed) bool { return p.Sampled }

// Sample reads everything measured every interval until ctx ends.
func (s *Session) Sample(ctx context.Context, interval time.Duration, sink func(models.Readings)) error {
	return s.failure("sample", s.turns.Every(ctx, interval, func() error {
		d, err := s.picture(ctx, "sample", sampled)
		if err == nil {
			sink(d.Readings)
		}
		return err
	}), false)
}

// Path names the leaf of an object as the device's own people do.
func (s *Session) Path(id models.ObjectID, leaf models.LeafName) string {
	return ocmap.PathName(id, leaf)
}

// Close ends the session, breaks off what is under way and waits for it.
func (s *Session) Close() error {
	s.once.Do(func() {
		s.turns.Close()
		if s.client != nil {
			s.client.close()
		}
		_ = s.conn.Close()
	})
	return nil
}
