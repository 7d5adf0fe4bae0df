package tl1_test

import (
	"bufio"
	"io"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
)

// bend answers one SCPI command in a certain way. usual carries it out as a switch
// should and returns what such a one answers; send sends bytes as they are; an error
// ends the connection.
type bend func(command string, usual func() string, send func(string)) (string, error)

// Questions and commands of the dialect.
const (
	scpiList  = ":oxc:swit:conn:stat?"
	scpiQueue = ":syst:err:all?"
	scpiAdd   = ":oxc:swit:conn:add (@1),(@19)"
)

// crossbar is what leads where in a switch by hand.
type crossbar struct {
	mu    sync.Mutex
	made  map[string]string
	queue []string // errors that wait to be asked for
	bent  bool
}

func newCrossbar() *crossbar {
	return &crossbar{made: map[string]string{"2": "18", "3": "20"}, bent: true}
}

func (c *crossbar) shows(in, out string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.made[in] == out
}

// heal ends all misbehaviour.
func (c *crossbar) heal() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bent = false
}

func (c *crossbar) misbehaves() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bent
}

func (c *crossbar) scpi(command string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	verb, ports, _ := strings.Cut(command, " ")
	in, out, _ := strings.Cut(strings.NewReplacer("(@", "", ")", "").Replace(ports), ",")
	switch verb {
	case "*idn?":
		return "Polatis,OST-16×16,SIM-1,1.0\n"
	case ":oxc:swit:size?":
		return "16,16\n"
	case scpiList:
		ins := slices.Sorted(maps.Keys(c.made))
		var outs []string
		for _, in := range ins {
			outs = append(outs, c.made[in])
		}
		return "(@" + strings.Join(ins, ",") + "),(@" + strings.Join(outs, ",") + ")\n"
	case scpiQueue:
		all := strings.Join(append(c.queue, `0,"No error"`)[:max(len(c.queue), 1)], ",")
		c.queue = nil
		return all + "\n"
	case ":oxc:swit:conn:add":
		c.made[in] = out
	case ":oxc:swit:conn:sub":
		delete(c.made, in)
	}
	return ""
}

// instrument serves SCPI by hand, and says so of what it does not bend.
func instrument(t *testing.T, b bend) (*peer, *crossbar) {
	t.Helper()
	c := newCrossbar()
	return byHand(t, "polatis-scpi", func(_ *peer, conn net.Conn) {
		defer conn.Close()
		in := bufio.NewReader(conn)
		for {
			command, err := in.ReadString('\n')
			if err != nil {
				return
			}
			command = strings.TrimSpace(command)
			usual := func() string { return c.scpi(command) }
			if !c.misbehaves() {
				_, _ = io.WriteString(conn, usual())
				continue
			}
			text, err := b(command, usual, func(text string) { _, _ = io.WriteString(conn, text) })
			_, _ = io.WriteString(conn, text)
			if err != nil {
				return
			}
		}
	}), c
}

// only bends one question or command.
func only(command string, b bend) bend {
	return func(c string, usual func() string, send func(string)) (string, error) {
		if c == command {
			return b(c, usual, send)
		}
		return usual(), nil
	}
}

func says(text string) bend {
	return func(string, func() string, func(string)) (string, error) { return text, nil }
}

func bytewise(_ string, usual func() string, send func(string)) (string, error) {
	for _, b := range []byte(usual()) {
		send(string([]byte{b}))
	}
	return "", nil
}
