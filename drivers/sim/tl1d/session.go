package tl1d

import (
	"bufio"
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/waveplane/waveplane/drivers/sim/gnmid"
)

// session is one connection.
type session struct {
	face    *Face
	conn    net.Conn
	speaker speaker
	user    string // who has logged in

	mu   sync.Mutex
	said []string // messages of our own that wait; guarded by mu
	busy bool     // an answer is being worked out; guarded by mu
}

func (s *session) run() {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	defer func() {
		s.face.mu.Lock()
		defer s.face.mu.Unlock()
		delete(s.face.sessions, s)
		_ = s.conn.Close()
	}()
	commands := make(chan string, 64) // so that the reader hears of the end while a command takes its time
	s.face.work.Go(func() {
		defer stop() // a client that has gone ends what is under way
		defer close(commands)
		in := bufio.NewReader(s.conn)
		for {
			text, err := in.ReadString(s.speaker.terminator())
			if err != nil {
				return
			}
			select {
			case commands <- strings.TrimSpace(strings.TrimRight(text, ";\r\n")):
			case <-ctx.Done():
				return
			}
		}
	})
	s.say(s.speaker.greet())
	for command := range commands {
		if command == "" {
			continue
		}
		if s.speaker.configures(command) {
			s.face.cfg.Target.Commanded()
		}
		s.hold(true)
		text, err := s.speaker.handle(ctx, command)
		if errors.Is(err, gnmid.ErrDropped) {
			s.reset()
			return
		}
		s.say(text)
		if err != nil {
			return
		}
		s.hold(false)
	}
}

func (s *session) say(text string) {
	if text != "" {
		_ = s.conn.SetWriteDeadline(time.Now().Add(time.Second)) // nobody waits for one that does not read
		_, _ = s.conn.Write([]byte(text))                        // a client that has gone is noticed by the reader
	}
}

// queue says something of our own between two answers.
func (s *session) queue(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.said = append(s.said, text)
	if !s.busy {
		s.flush()
	}
}

// hold keeps messages of our own back while an answer is being worked out.
func (s *session) hold(busy bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy = busy; !busy {
		s.flush()
	}
}

// flush says what waits. The caller holds mu.
func (s *session) flush() {
	for _, text := range s.said {
		s.say(text)
	}
	s.said = nil
}

// reset ends the connection without a goodbye.
func (s *session) reset() {
	if tcp, ok := s.conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // it may be closed already
	}
	_ = s.conn.Close()
}
