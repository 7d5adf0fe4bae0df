package tl1_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/tl1"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// connections answers RTRV-PATCH in a certain way and everything else as usual.
func connections(how func(tag string, send func(string)) (string, error)) script {
	return func(verb string, b []string, send func(string)) (string, error) {
		if verb == "RTRV-PATCH" {
			return how(b[2], send)
		}
		return "", nil
	}
}

// TestFaults is the fault matrix of TL1: what a peer may do wrong or otherwise, and
// what is made of it.
func TestFaults(t *testing.T) {
	two := map[string]string{"1": "18", "3": "20"}
	for name, c := range map[string]struct {
		script script
		want   map[string]string // connections; nil: an error
		kind   drivers.Kind
		says   string
	}{
		"as it should be": {connections(func(tag string, _ func(string)) (string, error) { return complete(tag, "1,18", "3,20"), nil }), two, "", ""},
		"several parts": {connections(func(tag string, _ func(string)) (string, error) {
			return strings.TrimSuffix(complete(tag, "1,18"), ";") + ">" + complete(tag, "3,20"), nil
		}), two, "", ""},
		"something unasked between the parts": {connections(func(tag string, _ func(string)) (string, error) {
			return strings.TrimSuffix(complete(tag, "1,18"), ";") + ">\r\n\r\n   SWITCH 26-12-01 03:00:01\r\n*C 7 REPT ALM EQPT\r\n   \"2,99:MJ\"\r\n;" + complete(tag, "3,20"), nil
		}), two, "", ""},
		"something unasked before": {connections(func(tag string, _ func(string)) (string, error) {
			return "\r\n   SWITCH 26-12-01 03:00:01\r\nA  8 REPT EVT EQPT\r\n   \"5,21\"\r\n;" + complete(tag, "1,18", "3,20"), nil
		}), two, "", ""},
		"a late answer to another command": {connections(func(tag string, _ func(string)) (string, error) {
			return complete("90210", "5,21") + complete(tag, "1,18", "3,20"), nil
		}), two, "", ""},
		"echo, prompt and acknowledgement": {connections(func(tag string, _ func(string)) (string, error) {
			return "RTRV-PATCH:::" + tag + ":;\r\nIP " + tag + "\r\n<" + complete(tag, "1,18", "3,20") + "agent> ", nil
		}), two, "", ""},
		"one byte at a time": {connections(func(tag string, send func(string)) (string, error) {
			for _, c := range []byte(complete(tag, "1,18", "3,20")) {
				send(string(c))
			}
			return " ", nil
		}), two, "", ""},
		"rows that nobody understands": {connections(func(tag string, _ func(string)) (string, error) {
			return complete(tag, "1,18", "Überraschung: 5→21", "3,20", "ALL"), nil
		}), two, "", ""},
		"slow, but in time": {connections(func(tag string, send func(string)) (string, error) {
			send("\r\n\n   SWITCH 26-12-01 03:00:00\r\nM  " + tag + " COMPLD\r\n   \"1,18\"\r\n")
			<-time.After(200 * time.Millisecond) // that long is what is tested
			return "   \"3,20\"\r\n;", nil
		}), two, "", ""},
		"denied": {connections(func(tag string, _ func(string)) (string, error) {
			return deny(tag, "SROF", "status, no disk \x1b[31mleft"), nil
		}), nil, drivers.KindRejected, "SROF status, no disk [31mleft"},
		"done in part": {connections(func(tag string, _ func(string)) (string, error) {
			return strings.Replace(complete(tag, "1,18"), "COMPLD", "PRTL", 1), nil
		}), nil, drivers.KindRejected, "in part only"},
		"silence": {connections(func(string, func(string)) (string, error) { return " ", nil }), nil, drivers.KindUnreachable, "in time"},
		"no end": {connections(func(tag string, _ func(string)) (string, error) {
			return strings.TrimSuffix(complete(tag, "1,18"), ";"), nil
		}), nil, drivers.KindUnreachable, "in time"},
		"cut in the rows": {connections(func(tag string, send func(string)) (string, error) { send(complete(tag)[:30]); return "", io.EOF }), nil, drivers.KindUnreachable, "ended"},
		"a line without end": {connections(func(tag string, send func(string)) (string, error) {
			send("\r\nM  " + tag + " COMPLD\r\n   \"" + strings.Repeat("1", 1<<17))
			return "", io.EOF
		}), nil, drivers.KindUnreachable, "longer than 64 KiB"},
		"an answer without end": {connections(func(tag string, send func(string)) (string, error) {
			send("\r\nM  " + tag + " COMPLD\r\n")
			row := "   \"" + strings.Repeat("1", 1<<15) + "\"\r\n"
			for range 200 {
				send(row)
			}
			return "", io.EOF
		}), nil, drivers.KindUnreachable, "longer than 4 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			p := scripted(t, c.script)
			s, err := (&tl1.Driver{}).Open(t.Context(), p.Device)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			state, err := s.Observe(t.Context())
			if c.want == nil {
				wantKind(t, err, c.kind, c.says)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			for id, leaves := range state.Objects {
				got[id.Key] = leaves[models.LeafDest]
			}
			if fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("connections %v, want %v", got, c.want)
			}
		})
	}
}

func wantKind(t *testing.T, err error, kind drivers.Kind, says string) {
	t.Helper()
	if drivers.KindOf(err) != kind || !strings.Contains(fmt.Sprint(err), says) {
		t.Errorf("error %v, want kind %s and %q", err, kind, says)
	}
	if strings.Contains(fmt.Sprint(err), secret) {
		t.Errorf("the secret stands in %v", err)
	}
}

// TestDoors: what may go wrong before anything is asked.
func TestDoors(t *testing.T) {
	login := func(answer func(tag string, b []string) (string, error)) script {
		return func(verb string, b []string, _ func(string)) (string, error) {
			if verb == "ACT-USER" {
				return answer(b[2], b)
			}
			return "", nil
		}
	}
	for name, c := range map[string]struct {
		script script
		kind   drivers.Kind
		says   string
	}{
		"refused":          {login(func(tag string, b []string) (string, error) { return deny(tag, "PIUI", "no entry with "+b[4]), nil }), drivers.KindDenied, "refused: PIUI no entry with [redacted]"},
		"closed at once":   {login(func(string, []string) (string, error) { return "", io.EOF }), drivers.KindUnreachable, "ended"},
		"silent":           {login(func(string, []string) (string, error) { return " ", nil }), drivers.KindUnreachable, "deadline"},
		"another protocol": {login(func(string, []string) (string, error) { return "SSH-2.0-OpenSSH_9.2\r\n", nil }), drivers.KindUnreachable, "deadline"},
		"no size": {func(verb string, b []string, _ func(string)) (string, error) {
			if verb == "RTRV-EQPT" {
				return complete(b[2], "SYSTEM:SIZE=LARGE"), nil
			}
			return "", nil
		}, drivers.KindUnsupported, "how many ports"},
	} {
		t.Run(name, func(t *testing.T) {
			p := scripted(t, c.script)
			s, err := (&tl1.Driver{}).Open(t.Context(), p.Device)
			wantKind(t, err, c.kind, c.says)
			if s != nil {
				t.Error("there is a session")
			}
		})
	}
	t.Run("characters that no command can carry", func(t *testing.T) {
		p := scripted(t, silent)
		p.Credentials = func(context.Context) (string, string, error) { return "waveplane", `x";DLT-PATCH::ALL:1:;`, nil }
		_, err := (&tl1.Driver{}).Open(t.Context(), p.Device)
		wantKind(t, err, drivers.KindInvalid, "no TL1 command can carry")
		if said := p.heard(); len(said) != 0 {
			t.Errorf("the device was told %q", said)
		}
	})
}

// pass makes a connection.
func passOf(owner, in, out string, before models.Leaves) drivers.Pass {
	return drivers.Pass{Changes: []models.Change{{Owner: owner, Object: models.ObjectID{Kind: models.KindCrossConnect, Key: in}, Before: before, After: models.Leaves{models.LeafDest: out}}}}
}

// TestNobodyElsesConnection: ports that lead elsewhere are left alone, and nothing
// that could disconnect everything can be said.
func TestNobodyElsesConnection(t *testing.T) {
	theirs := connections(func(tag string, _ func(string)) (string, error) { return complete(tag, "1,18", "3,20"), nil })
	for name, c := range map[string]struct {
		pass drivers.Pass
		kind drivers.Kind
		says string
	}{
		"their input":          {passOf("circuit/a/1", "1", "19", nil), drivers.KindRejected, "input 1 is connected to output 18 by somebody else"},
		"their output":         {passOf("circuit/a/1", "2", "20", nil), drivers.KindRejected, "output 20 is connected to input 3 by somebody else"},
		"all inputs":           {passOf("circuit/a/1", "ALL", "20", nil), drivers.KindInvalid, "no input"},
		"an output as input":   {passOf("circuit/a/1", "17", "20", nil), drivers.KindInvalid, "inputs are 1 to 16"},
		"an input as output":   {passOf("circuit/a/1", "2", "3", nil), drivers.KindInvalid, "outputs 17 to 32"},
		"beyond the last":      {passOf("circuit/a/1", "2", "33", nil), drivers.KindInvalid, "outputs 17 to 32"},
		"a command in a port":  {passOf("circuit/a/1", "2:9;DLT-PATCH::ALL", "20", nil), drivers.KindInvalid, "no input"},
		"a list of ports":      {passOf("circuit/a/1", "2&&16", "20", nil), drivers.KindInvalid, "no input"},
		"a command in an exit": {passOf("circuit/a/1", "2", "17:9;DLT-PATCH::ALL", nil), drivers.KindInvalid, "no output"},
	} {
		t.Run(name, func(t *testing.T) {
			p := scripted(t, theirs)
			s, err := (&tl1.Driver{}).Open(t.Context(), p.Device)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			result, err := s.Apply(t.Context(), c.pass)
			wantKind(t, err, c.kind, c.says)
			if result.Sent {
				t.Error("the result says that something was sent")
			}
			if c.kind == drivers.KindRejected && result.Refused["circuit/a/1"] == "" {
				t.Errorf("nobody is named: %v", result.Refused)
			}
			for _, command := range p.heard() {
				if strings.HasPrefix(command, "ENT-") || strings.HasPrefix(command, "DLT-") {
					t.Errorf("the device was told %q", command)
				}
			}
		})
	}
}

// TestALieIsNotBelieved: a switch that acknowledges and connects nothing is found
// out, and one that does half is put back; where it refuses that too, nobody claims
// to know.
func TestALieIsNotBelieved(t *testing.T) {
	pair := drivers.Pass{Changes: append(passOf("circuit/a/1", "1", "18", nil).Changes, passOf("circuit/b/1", "2", "17", nil).Changes...)}
	t.Run("all of it", func(t *testing.T) {
		p := scripted(t, silent)
		s, err := (&tl1.Driver{}).Open(t.Context(), p.Device)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		result, err := s.Apply(t.Context(), pair)
		wantKind(t, err, drivers.KindRejected, "does not show it: input 1 to output 18")
		if len(result.Applied) != 0 || result.Refused["circuit/a/1"] == "" {
			t.Errorf("result %+v", result)
		}
	})
	for name, stubborn := range map[string]bool{"the second": false, "and does not let go": true} {
		t.Run(name, func(t *testing.T) {
			connected := false
			p := scripted(t, func(verb string, b []string, _ func(string)) (string, error) {
				switch {
				case verb == "ENT-PATCH" && b[1] == "1,18":
					connected = true
				case verb == "ENT-PATCH":
					return deny(b[2], "SROF", "the mirror is stuck"), nil
				case verb == "DLT-PATCH" && stubborn:
					return deny(b[2], "SROF", "the mirror is stuck here too"), nil
				case verb == "DLT-PATCH":
					connected = false
				case verb == "RTRV-PATCH" && connected:
					return complete(b[2], "1,18"), nil
				}
				return "", nil
			})
			s, err := (&tl1.Driver{}).Open(t.Context(), p.Device)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			result, err := s.Apply(t.Context(), pair)
			if stubborn {
				wantKind(t, err, drivers.KindOutcomeUnknown, "cannot be undone")
				if len(result.Applied)+len(result.Refused) != 0 {
					t.Errorf("result %+v", result)
				}
				return
			}
			wantKind(t, err, drivers.KindRejected, "the mirror is stuck")
			if connected || result.Refused["circuit/b/1"] == "" {
				t.Errorf("still connected %v, result %+v", connected, result)
			}
		})
	}
}

// TestSilentPeerIsLeft: a device that answers no sign of life loses its session.
func TestSilentPeerIsLeft(t *testing.T) {
	p := scripted(t, func(verb string, _ []string, _ func(string)) (string, error) {
		if verb == "RTRV-HDR" {
			return " ", nil
		}
		return "", nil
	})
	p.Profile.Keepalive = "100ms"
	s, err := (&tl1.Driver{}).Open(t.Context(), p.Device)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx, stop := context.WithTimeout(t.Context(), soon)
	defer stop()
	err = s.(drivers.Watcher).Watch(ctx, time.Hour, func(models.Delta) {})
	wantKind(t, err, drivers.KindUnreachable, "")
	if ctx.Err() != nil {
		t.Error("the watch went on although the device is silent")
	}
}

// TestNobodyTalksAfterTheGoodbye: who waits for a turn when the session closes is told
// that it is closed, and does not ask a device that has forgotten its user.
func TestNobodyTalksAfterTheGoodbye(t *testing.T) {
	const readers = 8
	for range 20 {
		p := scripted(t, silent)
		s := opened(t, p)
		begun, ended := make(chan struct{}, readers), make(chan error, readers)
		for range readers {
			go func() {
				_, err := s.Observe(t.Context())
				begun <- struct{}{}
				for err == nil {
					_, err = s.Observe(t.Context())
				}
				ended <- err
			}()
		}
		for range readers {
			<-begun
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		for range readers {
			wantKind(t, <-ended, drivers.KindUnreachable, "")
		}
		heard := p.heard()
		if last := heard[len(heard)-1]; !strings.HasPrefix(last, "CANC-USER:") {
			t.Fatalf("after the goodbye: %s", last)
		}
	}
}

// TestNewsAreLookedAt: what a switch says unasked has the connections read at once.
func TestNewsAreLookedAt(t *testing.T) {
	d := start(t, fixtures()[0])
	s := d.open(t, &tl1.Driver{})
	ctx, stop := context.WithTimeout(t.Context(), soon)
	defer stop()
	deltas := 0
	err := s.(drivers.Watcher).Watch(ctx, time.Hour, func(delta models.Delta) {
		if deltas++; deltas == 1 {
			other := d.open(t, &tl1.Driver{})
			if _, err := other.Apply(t.Context(), passOf("circuit/a/1", "1", "18", nil)); err != nil {
				t.Error(err)
			}
			return
		}
		if delta.Objects[models.ObjectID{Kind: models.KindCrossConnect, Key: "1"}][models.LeafDest] == "18" {
			stop()
		}
	})
	if drivers.KindOf(err) != drivers.KindUnreachable || deltas < 2 || ctx.Err() == context.DeadlineExceeded {
		t.Errorf("%d deltas, then %v", deltas, err)
	}
	if !d.connected("1", "18") {
		t.Error("the switch is not connected")
	}
}

// TestTransportElementIsOnlyRead: of an element whose commands nobody wrote down the
// powers are read, and nothing is ever written.
func TestTransportElementIsOnlyRead(t *testing.T) {
	p := scripted(t, func(verb string, b []string, _ func(string)) (string, error) {
		if verb == "RTRV-OCH" {
			return complete(b[2], "LINEWL-5-1-RX-1547.72:LOC,IS-NR:OPTYPE=DWDM,OPWR=-7.5,VOAMODE=CPWR:IS", "LINEWL-5-1-TX-1547.72:LOC:OPWR=1.25:IS", "LINEWL-5-2-RX-1548.51:LOC:OPTYPE=DWDM:OOS"), nil
		}
		return "", nil
	})
	cat, err := catalogue.Default()
	if err != nil {
		t.Fatal(err)
	}
	if p.Profile, err = cat.Profile("generic-tl1"); err != nil {
		t.Fatal(err)
	}
	s, err := (&tl1.Driver{}).Open(t.Context(), p.Device)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	state, err := s.Observe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	in, out, dark := state.Readings.Ports["LINEWL-5-1-RX-1547.72"], state.Readings.Ports["LINEWL-5-1-TX-1547.72"], state.Readings.Ports["LINEWL-5-2-RX-1548.51"]
	if in.Input == nil || *in.Input != -750 || out.Output == nil || *out.Output != 125 || dark.Input != nil || len(state.Readings.Ports) != 2 {
		t.Errorf("powers %+v", state.Readings.Ports)
	}
	_, err = s.Apply(t.Context(), passOf("circuit/a/1", "1", "18", nil))
	wantKind(t, err, drivers.KindUnsupported, "only read")
}
