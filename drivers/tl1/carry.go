package tl1

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/waveplane/waveplane/drivers"
)

// carryOut does the steps and looks whether the device shows them. It returns whose
// step failed; what had been done by then is undone.
func (s *Session) carryOut(ctx context.Context, list []step, before map[string]link) (owner string, err error) {
	var done []progress
	for _, t := range list {
		n, err := s.do(t)
		done = append(done, progress{t, n})
		if err != nil {
			return t.owner, s.undo(done, before, err)
		}
	}
	have, err := s.after()
	if err != nil {
		return "", err
	}
	for _, t := range list {
		l, there := have[t.in]
		shown := there && l.out == t.out && !l.idle
		moved := !t.make && slices.ContainsFunc(list, func(o step) bool { return o.make && o.in == t.in && o.out == t.out })
		switch {
		case t.make && !shown:
			return t.owner, s.undo(done, before, &refusal{words: fmt.Sprintf("it took the change and does not show it: input %s to output %s", t.in, t.out)})
		case !t.make && there && l.out == t.out && !moved:
			return t.owner, s.undo(done, before, &refusal{words: fmt.Sprintf("it took the change and still connects input %s to output %s", t.in, t.out)})
		}
	}
	return s.settle(ctx, list, func(late step) error {
		return s.undo(done, before, &refusal{words: fmt.Sprintf("input %s is connected to output %s and does not come to rest", late.in, late.out)})
	})
}

// progress is how many commands of a step the device took.
type progress struct {
	step
	count int
}

// after reads what leads where once something has been changed: a device that does
// not tell has not refused the change.
func (s *Session) after() (map[string]link, error) {
	have, strange, err := s.connections()
	var no *refusal
	switch {
	case errors.As(err, &no):
		return nil, s.unsure(no.words)
	case err != nil:
		return nil, err
	case len(strange) > 0:
		return nil, s.unsure(unreadable(strange).Error())
	}
	return have, nil
}

// unsure is the error of a change that neither happened nor was refused.
func (s *Session) unsure(words string) error {
	return &drivers.Error{Op: "apply", Device: s.device.Name, Kind: drivers.KindOutcomeUnknown, Words: drivers.CleanWords(s.line.Clean(words))}
}

// do sends the commands of a step and returns how many were taken. The name that a
// device gives to a connection is looked up when a command needs it.
func (s *Session) do(t step) (taken int, err error) {
	return s.send(t.link, t.commands(s.dialect), t.make)
}

func (s *Session) send(l link, commands []string, expected bool) (taken int, err error) {
	for _, command := range commands {
		if strings.Contains(command, "{name}") {
			have, err := s.after()
			if err != nil {
				return taken, err
			}
			now, there := have[l.in]
			switch {
			case there && now.out == l.out:
				l.name = now.name
			case !expected: // gone already, or somebody else's by now
				return taken, nil
			default:
				return taken, &refusal{words: fmt.Sprintf("it took the change and does not show it: input %s to output %s", l.in, l.out)}
			}
		}
		if err := s.agent.tell(s.fill(command, l)); err != nil {
			return taken, err
		}
		taken++
	}
	return taken, nil
}

// undo takes back what was done of the steps after a failure, and returns that when
// the device shows afterwards what it showed before. Otherwise nobody knows how
// things stand. A step of which the device took nothing is not undone: what is there
// now is somebody else's, or, after a vague refusal, perhaps ours.
func (s *Session) undo(done []progress, before map[string]link, failure error) error {
	var no *refusal
	if !errors.As(failure, &no) {
		return failure // the connection is gone, or the device does not tell
	}
	for _, t := range slices.Backward(done) {
		var err error
		switch {
		case t.count == 0:
			continue
		case t.make:
			_, err = s.send(t.link, s.dialect.Disconnect, false)
		case t.count < len(t.commands(s.dialect)):
			_, err = s.send(t.link, s.dialect.Resume, true)
		default:
			_, err = s.send(t.link, s.dialect.Connect, true)
		}
		var stays *refusal
		if err != nil && !errors.As(err, &stays) {
			return err
		}
		// A refusal is judged by what is there in the end.
	}
	have, err := s.after()
	if err != nil {
		return err
	}
	for _, t := range done {
		was, wasThere := before[t.in]
		now, there := have[t.in]
		if (t.count > 0 || no.vague) && (there != wasThere || there && (now.out != was.out || now.idle != was.idle)) {
			s.log.Error("a refused pass cannot be undone", "device", s.device.Name, "input", t.in, "output", t.out)
			return s.unsure(fmt.Sprintf("refused: %s; input %s is not as it was and cannot be undone", no.words, t.in))
		}
	}
	return failure
}

// settle waits until what was connected has arrived, where the device tells: mirrors
// take their time. late undoes all when one does not.
func (s *Session) settle(ctx context.Context, list []step, late func(step) error) (owner string, err error) {
	q := s.dialect.Tuned
	if q == nil {
		return "", nil
	}
	limit := time.NewTimer(2 * s.timeout)
	defer limit.Stop()
	tick := time.NewTicker(s.dialect.every)
	defer tick.Stop()
	for {
		rows, err := s.agent.ask(q.Command)
		var no *refusal
		switch {
		case errors.As(err, &no):
			return "", s.unsure(no.words)
		case err != nil:
			return "", err
		}
		arrived := map[string]string{}
		for _, row := range rows {
			if f := q.fields(row); f != nil {
				arrived[f["in"]] = f["out"]
			}
		}
		i := slices.IndexFunc(list, func(t step) bool { return t.make && arrived[t.in] != t.out })
		if i < 0 {
			return "", nil
		}
		select {
		case <-tick.C:
		case <-limit.C:
			return list[i].owner, late(list[i])
		case <-ctx.Done():
			return "", context.Cause(ctx)
		case <-s.line.Gone():
			return "", s.line.Cause()
		}
	}
}
