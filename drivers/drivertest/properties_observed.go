package drivertest

import (
	"context"
	"errors"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models"
)

// observedDeviceIsNeverWritten does all that may be done with a device that is only
// observed, and tries what may not. That no configuration changed is not enough: a
// lock, a candidate that is thrown away or a look from configuration mode get in the
// way of whoever runs the device.
func observedDeviceIsNeverWritten(r *rig) {
	simulator := r.target.Simulator
	writes, before := simulator.Writes(), simulator.Configuration()
	r.target.Device.Manage = false
	for range 2 { // the second time as after a connection that went
		r.onlyObserve()
		if n := simulator.Commands(); n != 0 {
			r.Fatalf("the device saw %d commands of configuring, want none", n)
		}
	}
	r.wantWrites(writes, 0)
	r.wantConfiguration(before)

	// A counter that nothing feeds would hold nothing.
	r.target.Device.Manage = true
	r.apply(r.open(), pass(r.target.Alpha.create()))
	if simulator.Commands() == 0 {
		r.Error("the device counted no command of configuring while it was written to")
	}
}

// onlyObserve is the life of a session with a device that is only observed.
func (r *rig) onlyObserve() {
	r.Helper()
	s := r.open()
	create := pass(r.target.Alpha.create())
	if _, err := s.Apply(r.context(), create); r.note(err) == nil {
		r.Error("apply to a device that is only observed succeeded")
	}
	if a, ok := s.(drivers.Arbiter); ok {
		if err := a.Arbitrate(r.context(), drivers.Term{Incarnation: 1, Revision: 1}); r.note(err) == nil {
			r.Error("arbitrate with a device that is only observed succeeded")
		}
	}
	if p, ok := s.(drivers.Previewer); ok {
		_, err := p.Preview(create)
		r.note(err) // may be refused; it only must not be sent
	}
	r.observe(s)
	if w, ok := s.(drivers.Watcher); ok {
		f, stop := r.watch(w)
		f.until(r, "anything", func(models.State) bool { return true })
		r.note(stop())
	}
	if sampler, ok := s.(drivers.Sampler); ok {
		r.sampleAndMeasure(sampler)
	}
	r.observe(s)
	if err := s.Close(); err != nil {
		r.Errorf("close: %v", r.note(err))
	}
}

// sampleAndMeasure asks for the readings in both ways that there are.
func (r *rig) sampleAndMeasure(sampler drivers.Sampler) {
	r.Helper()
	ctx, cancel := context.WithCancel(r.context())
	defer cancel()
	if err := sampler.Sample(ctx, interval, func(models.Readings) { cancel() }); !errors.Is(err, context.Canceled) {
		r.Errorf("sampling ends with %v, want the context's error", r.note(err))
	}
	var objects []models.ObjectID
	for _, o := range r.target.Alpha.First {
		objects = append(objects, o.ObjectID)
	}
	if _, err := sampler.Measure(r.context(), objects); err != nil {
		r.Errorf("measure: %v", r.note(err))
	}
}
