package tl1_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models/catalogue"
)

// script answers one TL1 command: verb, blocks between the colons, and a way to send
// bytes as they are. What it returns goes out; an error ends the connection.
type script func(verb string, blocks []string, send func(string)) (string, error)

// peer is a TL1 agent by hand.
type peer struct {
	drivers.Device
	mu       sync.Mutex
	commands []string
	answered int // scripted commands; guarded by mu
}

func (p *peer) heard() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.commands)
}

func complete(tag string, rows ...string) string {
	text := "\r\n\n   SWITCH 26-12-01 03:00:00\r\nM  " + tag + " COMPLD\r\n"
	for _, r := range rows {
		text += "   \"" + r + "\"\r\n"
	}
	return text + ";"
}

func deny(tag, code, words string) string {
	return "\r\n\n   SWITCH 26-12-01 03:00:00\r\nM  " + tag + " DENY\r\n   " + code + "\r\n   /* " + words + " */\r\n;"
}

// byHand serves a device of a profile by hand.
func byHand(t *testing.T, profile string, serve func(*peer, net.Conn)) *peer {
	t.Helper()
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &peer{Device: deviceOf(t, profile, l.Addr().String())}
	var work sync.WaitGroup
	work.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			work.Go(func() { serve(p, conn) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		work.Wait()
	})
	return p
}

// deviceOf is a device that has little time to answer.
func deviceOf(t *testing.T, profile, address string) drivers.Device {
	t.Helper()
	cat, err := catalogue.Default()
	if err != nil {
		t.Fatal(err)
	}
	d := drivers.Device{
		Name: "switch", Address: address, Manage: true,
		Credentials: func(context.Context) (string, string, error) { return "waveplane", secret, nil },
	}
	if d.Profile, err = cat.Profile(profile); err != nil {
		t.Fatal(err)
	}
	d.Profile.Timeout = "700ms"
	return d
}

// scripted serves TL1 by hand. What the script leaves empty is answered as a switch
// of 16 ports without connections would.
func scripted(t *testing.T, answer script) *peer {
	t.Helper()
	return byHand(t, "polatis-tl1", func(p *peer, conn net.Conn) { p.serve(conn, answer) })
}

func (p *peer) serve(conn net.Conn, answer script) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	send := func(text string) { _, _ = io.WriteString(conn, text) }
	for {
		command, err := in.ReadString(';')
		if err != nil {
			return
		}
		command = strings.TrimSpace(command)
		p.mu.Lock()
		p.commands = append(p.commands, command)
		p.mu.Unlock()
		verb, rest, _ := strings.Cut(strings.TrimSuffix(command, ";"), ":")
		blocks := append(strings.Split(rest, ":"), "", "", "", "")
		text, err := answer(verb, blocks, send)
		p.mu.Lock()
		p.answered++ // what a script remembers by now is seen by whoever takes the lock next
		p.mu.Unlock()
		if err != nil {
			return
		}
		if text == "" {
			switch verb {
			case "RTRV-EQPT":
				text = complete(blocks[2], "SYSTEM:SIZE=16x16")
			default:
				text = complete(blocks[2])
			}
		}
		send(text)
	}
}

func silent(string, []string, func(string)) (string, error) { return "", nil }
