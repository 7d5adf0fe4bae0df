package tl1_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/tl1"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

func opened(t *testing.T, p *peer) drivers.Session {
	t.Helper()
	s, err := (&tl1.Driver{}).Open(t.Context(), p.Device)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// TestUndoLeavesSomebodyElses: a connection that a person made between our look and our command, which is then
// refused, is not taken away again.
func TestUndoLeavesSomebodyElses(t *testing.T) {
	there := false
	p := scripted(t, func(verb string, b []string, _ func(string)) (string, error) {
		switch verb {
		case "ENT-PATCH":
			there = true // a person was quicker
			return deny(b[2], "SRCN", "already connected"), nil
		case "DLT-PATCH":
			there = false
		case "RTRV-PATCH":
			if there {
				return complete(b[2], "1,18"), nil
			}
		}
		return "", nil
	})
	s := opened(t, p)
	_, err := s.Apply(t.Context(), passOf("circuit/a/1", "1", "18", nil))
	wantKind(t, err, drivers.KindRejected, "already connected")
	if !there {
		t.Errorf("somebody else's connection was removed: %q", p.heard())
	}
}

// TestAMovedConnectionIsLeft: a connection that leads elsewhere than the change knows is not taken away.
func TestAMovedConnectionIsLeft(t *testing.T) {
	out := "19" // was 18 when the controller looked
	p := scripted(t, func(verb string, b []string, _ func(string)) (string, error) {
		switch verb {
		case "DLT-PATCH":
			out = ""
		case "RTRV-PATCH":
			if out != "" {
				return complete(b[2], "1,"+out), nil
			}
		}
		return "", nil
	})
	s := opened(t, p)
	pass := passOf("circuit/a/1", "1", "18", models.Leaves{models.LeafDest: "18"})
	pass.Changes[0].After = nil
	if _, err := s.Apply(t.Context(), pass); err != nil {
		t.Error(err) // it is gone, as far as we are concerned
	}
	if out == "" {
		t.Errorf("1>19 was removed by a change that knew 1>18")
	}
}

// TestAChangeThatIsNotShownIsNotRefused: a device that takes a change and then does not tell has not refused it.
func TestAChangeThatIsNotShownIsNotRefused(t *testing.T) {
	made, lists := false, 0
	p := scripted(t, func(verb string, b []string, _ func(string)) (string, error) {
		switch verb {
		case "ENT-PATCH":
			made = true
		case "RTRV-PATCH":
			if lists++; lists > 1 {
				return deny(b[2], "SROF", "busy"), nil
			}
		}
		return "", nil
	})
	s := opened(t, p)
	_, err := s.Apply(t.Context(), passOf("circuit/a/1", "1", "18", nil))
	wantKind(t, err, drivers.KindOutcomeUnknown, "busy")
	if !made {
		t.Error("nothing was changed at all")
	}
}

// TestKeepaliveWaitsItsTurn: a slow pass is not broken off because the sign of life has to wait for it.
func TestKeepaliveWaitsItsTurn(t *testing.T) {
	p := scripted(t, func(verb string, b []string, _ func(string)) (string, error) {
		if verb == "ENT-PATCH" || verb == "RTRV-PATCH" {
			<-time.After(250 * time.Millisecond) // that slow it is
		}
		if verb == "RTRV-PATCH" {
			return complete(b[2], "1,18", "2,19", "3,20"), nil
		}
		return "", nil
	})
	p.Profile.Keepalive, p.Profile.Timeout = "100ms", "400ms"
	s := opened(t, p)
	pass := drivers.Pass{}
	for i, o := range []string{"21", "22", "23"} {
		pass.Changes = append(pass.Changes, passOf("circuit/a/1", fmt.Sprint(i+4), o, nil).Changes...)
	}
	_, err := s.Apply(t.Context(), pass)
	wantKind(t, err, drivers.KindRejected, "does not show it") // it came to its end
}

func calientPeer(t *testing.T, f script) *peer {
	p := scripted(t, f)
	cat, _ := catalogue.Default()
	pr, err := cat.Profile("calient-s")
	if err != nil {
		t.Fatal(err)
	}
	pr.Timeout = "700ms"
	p.Profile = pr
	return p
}

// TestAnEnteredConnectionIsActivated: a pass that broke off between entering and activating is finished by the next.
func TestAnEnteredConnectionIsActivated(t *testing.T) {
	entered, active, cut := false, false, true
	p := calientPeer(t, func(verb string, b []string, _ func(string)) (string, error) {
		switch verb {
		case "ENT-CRS":
			entered = true
		case "ACT-CRS":
			if cut {
				cut = false
				return "", io.EOF
			}
			active = true
		case "RTRV-CRS":
			if entered {
				st := "AS=OOS,OS=OOS"
				if active {
					st = "AS=IS,OS=IS"
				}
				return complete(b[2], "waveplane:SRCPORT=1.1.1,DSTPORT=1.1.2,GRPNAME=waveplane,CONNNAME=c1,CONNTYPE=1WAY,"+st), nil
			}
		}
		return "", nil
	})
	s := opened(t, p)
	_, err := s.Apply(t.Context(), passOf("circuit/a/1", "1.1.1", "1.1.2", nil))
	wantKind(t, err, drivers.KindOutcomeUnknown, "")
	s2 := opened(t, p)
	if st, err := s2.Observe(t.Context()); err != nil || len(st.Objects) != 0 {
		t.Errorf("what is only entered is shown as connected: %v, %v", st.Objects, err)
	}
	_, err = s2.Apply(t.Context(), passOf("circuit/a/1", "1.1.1", "1.1.2", nil))
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil || !active {
		t.Errorf("active %v, %v", active, err)
	}
}

// TestNoHalfOfATwoWayConnection: one half of a two-way connection is not taken away, because the other goes with it.
func TestNoHalfOfATwoWayConnection(t *testing.T) {
	there := true
	p := calientPeer(t, func(verb string, b []string, _ func(string)) (string, error) {
		switch verb {
		case "DLT-CRS":
			there = false
		case "RTRV-CRS":
			if there {
				return complete(b[2], "g:SRCPORT=1.1.1,DSTPORT=1.1.2,GRPNAME=g,CONNNAME=c1,CONNTYPE=2WAY,AS=IS,OS=IS"), nil
			}
		}
		return "", nil
	})
	s := opened(t, p)
	pass := passOf("circuit/a/1", "1.1.1", "1.1.2", models.Leaves{models.LeafDest: "1.1.2"})
	pass.Changes[0].After = nil
	_, err := s.Apply(t.Context(), pass)
	wantKind(t, err, drivers.KindRejected, "one half of a two-way connection")
	if !there {
		t.Errorf("1.1.2>1.1.1, of which the pass says nothing, went with it")
	}
}

// TestACancelledConnectionIsNotRefused: a connection that was cancelled and cannot be
// deleted is brought back; where that fails too it is no refusal, since the light is
// off.
func TestACancelledConnectionIsNotRefused(t *testing.T) {
	for name, comesBack := range map[string]bool{"comes back": true, "stays off": false} {
		t.Run(name, func(t *testing.T) {
			active := true
			p := calientPeer(t, func(verb string, b []string, _ func(string)) (string, error) {
				switch verb {
				case "CANC-CRS":
					active = false
				case "ACT-CRS":
					if !comesBack {
						return deny(b[2], "SROF", "locked for good"), nil
					}
					active = true
				case "DLT-CRS":
					return deny(b[2], "SROF", "locked"), nil
				case "RTRV-CRS":
					state := "OOS"
					if active {
						state = "IS"
					}
					return complete(b[2], "g:SRCPORT=1.1.1,DSTPORT=1.1.2,GRPNAME=g,CONNNAME=c1,CONNTYPE=1WAY,AS="+state+",OS="+state), nil
				}
				return "", nil
			})
			s := opened(t, p)
			pass := passOf("circuit/a/1", "1.1.1", "1.1.2", models.Leaves{models.LeafDest: "1.1.2"})
			pass.Changes[0].After = nil
			_, err := s.Apply(t.Context(), pass)
			if comesBack {
				wantKind(t, err, drivers.KindRejected, "locked")
			} else {
				wantKind(t, err, drivers.KindOutcomeUnknown, "cannot be undone")
			}
			if active != comesBack {
				t.Errorf("active %v, want %v", active, comesBack)
			}
		})
	}
}

// TestAnUnreadableListIsNoEmptySwitch: a list in a form that is not understood is an error, and nothing is connected.
func TestAnUnreadableListIsNoEmptySwitch(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var heard []string
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				in := bufio.NewReader(c)
				for {
					text, err := in.ReadString('\n')
					if err != nil {
						return
					}
					text = strings.TrimSpace(text)
					mu.Lock()
					heard = append(heard, text)
					mu.Unlock()
					switch {
					case strings.HasPrefix(text, "*idn"):
						io.WriteString(c, "Polatis,OST,1,1\n")
					case strings.Contains(text, "size?"):
						io.WriteString(c, "16,16\n")
					case strings.Contains(text, "stat?"):
						io.WriteString(c, "(@1:3),(@17:19)\n")
					case strings.Contains(text, "err"):
						io.WriteString(c, "0,\"No error\"\n")
					}
				}
			}()
		}
	}()
	defer l.Close()
	cat, _ := catalogue.Default()
	pr, _ := cat.Profile("polatis-scpi")
	d := drivers.Device{Name: "s", Address: l.Addr().String(), Profile: pr, Manage: true, Credentials: func(context.Context) (string, string, error) { return "", "", nil }}
	s, err := (&tl1.Driver{}).Open(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	_, err = s.Observe(t.Context())
	wantKind(t, err, drivers.KindRejected, "not understood")
	_, err = s.Apply(t.Context(), passOf("circuit/a/1", "1", "18", nil))
	wantKind(t, err, drivers.KindRejected, "not understood")
	mu.Lock()
	defer mu.Unlock()
	for _, h := range heard {
		if strings.Contains(h, "add") {
			t.Errorf("told %q, where 1 leads to 17 and 18 comes from 2", h)
		}
	}
}

// TestASwitchWithoutMeters: a switch that refuses to tell powers is read all the same.
func TestASwitchWithoutMeters(t *testing.T) {
	p := scripted(t, func(verb string, b []string, _ func(string)) (string, error) {
		if verb == "RTRV-PORT-POWER" {
			return deny(b[2], "ICNV", "no monitors fitted"), nil
		}
		return "", nil
	})
	s := opened(t, p)
	if _, err := s.Observe(t.Context()); err != nil {
		t.Errorf("the connections cannot be read: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	deltas := 0
	err := s.(drivers.Watcher).Watch(ctx, time.Hour, func(models.Delta) { deltas++; stop() })
	if deltas != 1 || !errors.Is(err, context.Canceled) {
		t.Errorf("%d deltas, then %v", deltas, err)
	}
}

// TestAnUndoThatIsNotDone: an undo that is acknowledged and not done leaves the outcome unknown.
func TestAnUndoThatIsNotDone(t *testing.T) {
	there := false
	p := scripted(t, func(verb string, b []string, _ func(string)) (string, error) {
		switch {
		case verb == "ENT-PATCH" && b[1] == "1,18":
			there = true
		case verb == "ENT-PATCH":
			return deny(b[2], "SROF", "stuck"), nil
		case verb == "RTRV-PATCH" && there:
			return complete(b[2], "1,18"), nil
		}
		return "", nil // DLT-PATCH is taken and nothing happens
	})
	s := opened(t, p)
	pair := drivers.Pass{Changes: append(passOf("circuit/a/1", "1", "18", nil).Changes, passOf("circuit/b/1", "2", "17", nil).Changes...)}
	_, err := s.Apply(t.Context(), pair)
	wantKind(t, err, drivers.KindOutcomeUnknown, "cannot be undone")
}

// TestTheNameIsThatOfTheConnection: a name is taken only from the connection that is meant.
func TestTheNameIsThatOfTheConnection(t *testing.T) {
	lists, gone := 0, ""
	p := calientPeer(t, func(verb string, b []string, _ func(string)) (string, error) {
		switch verb {
		case "DLT-CRS":
			gone = b[4]
		case "RTRV-CRS":
			row := "g:SRCPORT=1.1.1,DSTPORT=1.1.2,GRPNAME=g,CONNNAME=ours,CONNTYPE=1WAY,AS=IS,OS=IS"
			if lists++; lists > 1 {
				row = "g:SRCPORT=1.1.1,DSTPORT=1.1.7,GRPNAME=g,CONNNAME=theirs,CONNTYPE=1WAY,AS=IS,OS=IS"
			}
			if gone != "" {
				return complete(b[2]), nil
			}
			return complete(b[2], row), nil
		}
		return "", nil
	})
	s := opened(t, p)
	pass := passOf("circuit/a/1", "1.1.1", "1.1.2", models.Leaves{models.LeafDest: "1.1.2"})
	pass.Changes[0].After = nil
	if _, err := s.Apply(t.Context(), pass); err != nil {
		t.Error(err)
	}
	if gone != "" {
		t.Errorf("deleted %q", gone)
	}
}

// TestTheNextAnswerIsTheNext: what a device says of its name plate, twice or as a
// denial of two parts, is not taken for the answer to the next command.
func TestTheNextAnswerIsTheNext(t *testing.T) {
	for name, plate := range map[string]func(tag string) string{
		"an answer that comes twice": func(tag string) string {
			return complete(tag, "Polatis,OST,1.0") + complete(tag, "Polatis,OST,1.0")
		},
		"a denial of two parts": func(tag string) string {
			return strings.TrimSuffix(deny(tag, "ICNV", "part one"), ";") + ">" + deny(tag, "ICNV", "part two")
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := scripted(t, func(verb string, b []string, _ func(string)) (string, error) {
				switch verb {
				case "RTRV-NETYPE":
					return plate(b[2]), nil
				case "RTRV-PATCH":
					return complete(b[2], "1,18", "3,20"), nil
				}
				return "", nil
			})
			st, err := opened(t, p).Observe(t.Context())
			if err != nil || len(st.Objects) != 2 {
				t.Errorf("connections %v, %v; want two", st.Objects, err)
			}
		})
	}
}

// TestRowsInOtherWords: connections in other words than expected are an error, not none.
func TestRowsInOtherWords(t *testing.T) {
	p := scripted(t, func(verb string, b []string, _ func(string)) (string, error) {
		if verb == "RTRV-PATCH" {
			return complete(b[2], "1,18:IS", "3, 20"), nil
		}
		return "", nil
	})
	s := opened(t, p)
	_, err := s.Observe(t.Context())
	wantKind(t, err, drivers.KindRejected, "not understood")
}
