package netconfd

import (
	"bufio"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/waveplane/waveplane/drivers/sim/gnmid"
	"github.com/waveplane/waveplane/drivers/sim/sshd"
	"github.com/waveplane/waveplane/models/openconfig"
)

// Config says what a face is. Attach gives the Target.
type Config struct {
	Index          *openconfig.Index
	Target         *gnmid.Target
	User, Password string
	MaxSessions    int // 0: 16
	// Quiet sends no notifications; Old speaks base:1.0 only, RunningOnly has no candidate, Mute loses the
	// first request of each session, as some servers do when it comes right
	// behind the hello.
	Quiet, Old, RunningOnly, Mute bool
}

// Face is a NETCONF server.
type Face struct {
	*sshd.Server
	cfg Config

	mu        sync.Mutex
	last      int // session id
	locks     map[string]*session
	candidate []gnmid.Edit
	pending   *pending

	subscribers sync.Mutex // listening, and the sessions' changed
	listening   map[*session]struct{}
	tellers     sync.WaitGroup
}

// pending is a commit that takes itself back.
type pending struct {
	persist string
	by      *session // whose end is its end, without persist
	back    []gnmid.Edit
	edits   []gnmid.Edit // what was committed
	timer   *time.Timer
}

var _ gnmid.Face = (*Face)(nil)

// New makes a face; a target opens it.
func New(cfg Config) (*Face, error) {
	f := &Face{cfg: cfg, locks: map[string]*session{}, listening: map[*session]struct{}{}}
	var err error
	f.Server, err = sshd.New(sshd.Config{
		User: cfg.User, Password: cfg.Password, Subsystem: "netconf", MaxSessions: cfg.MaxSessions, Full: "no session is free", Serve: f.serve,
	})
	return f, err
}

// Attach gives the face the target that it is of.
func (f *Face) Attach(t *gnmid.Target) { f.cfg.Target = t }

// session is one client.
type session struct {
	face  *Face
	guest sshd.Guest
	id    int
	stream

	changed chan struct{} // once subscribed; guarded by the face's subscribers
	ended   chan struct{}
}

// Changed tells the subscribers that the configuration is another one.
func (f *Face) Changed() {
	f.subscribers.Lock()
	defer f.subscribers.Unlock()
	for s := range f.listening {
		select {
		case s.changed <- struct{}{}:
		default: // it is about to tell
		}
	}
}

// subscribe begins to send notifications.
func (s *session) subscribe() {
	f := s.face
	f.subscribers.Lock()
	defer f.subscribers.Unlock()
	if s.changed != nil {
		return
	}
	s.changed = make(chan struct{}, 1)
	f.listening[s] = struct{}{}
	f.tellers.Go(func() {
		for {
			select {
			case <-s.ended:
				return
			case <-s.changed:
			}
			if s.send(`<notification xmlns="urn:ietf:params:xml:ns:netconf:notification:1.0"><eventTime>`+time.Now().UTC().Format(time.RFC3339)+
				`</eventTime><netconf-config-change xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-notifications"><datastore>running</datastore></netconf-config-change></notification>`) != nil {
				return
			}
		}
	})
}

func (f *Face) serve(ctx context.Context, g sshd.Guest) {
	f.mu.Lock()
	f.last++
	s := &session{face: f, guest: g, id: f.last, stream: stream{r: bufio.NewReaderSize(g.Channel, 1024), w: g.Channel}, ended: make(chan struct{})}
	f.mu.Unlock()
	defer s.gone()
	if err := s.send(f.hello(s.id)); err != nil {
		return
	}
	lose := f.cfg.Mute
	for greeted := false; ; {
		message, err := s.receive()
		if err != nil {
			return
		}
		var root node
		if err := xml.Unmarshal(message, &root); err != nil {
			return // what is no XML ends the session
		}
		if !greeted {
			if root.XMLName.Local != "hello" {
				return
			}
			greeted = true
			s.chunks = !f.cfg.Old && strings.Contains(string(message), "netconf:base:1.1")
			continue
		}
		if root.configures() {
			f.cfg.Target.Commanded()
		}
		if lose {
			lose = false
			continue
		}
		answer, err := s.answer(ctx, &root)
		if errors.Is(err, gnmid.ErrDropped) {
			g.Reset()
			return
		}
		if err := s.send(fmt.Sprintf(`<rpc-reply message-id="%s" xmlns="%s">%s</rpc-reply>`, quoted(root.attr("", "message-id")), baseNS, answer)); err != nil || errors.Is(err, errBye) {
			return
		}
		if root.kid("close-session") != nil {
			return
		}
	}
}

var errBye = errors.New("bye")

func (f *Face) hello(id int) string {
	caps := []string{"urn:ietf:params:netconf:base:1.0"}
	if !f.cfg.Old {
		caps = append(caps, "urn:ietf:params:netconf:base:1.1")
	}
	if f.cfg.RunningOnly {
		caps = append(caps, "urn:ietf:params:netconf:capability:writable-running:1.0", "urn:ietf:params:netconf:capability:rollback-on-error:1.0")
	} else {
		caps = append(caps, "urn:ietf:params:netconf:capability:candidate:1.0", "urn:ietf:params:netconf:capability:confirmed-commit:1.1",
			"urn:ietf:params:netconf:capability:validate:1.1")
	}
	if !f.cfg.Quiet {
		caps = append(caps, "urn:ietf:params:netconf:capability:notification:1.0")
	}
	for _, m := range f.cfg.Index.Modules() {
		caps = append(caps, m.Namespace+"?module="+m.Name+"&revision="+m.Revision)
	}
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><hello xmlns="` + baseNS + `"><capabilities>`)
	for _, c := range caps {
		b.WriteString("<capability>" + quoted(c) + "</capability>")
	}
	fmt.Fprintf(&b, "</capabilities><session-id>%d</session-id></hello>", id)
	return b.String()
}

// gone frees what the session held.
func (s *session) gone() {
	f := s.face
	close(s.ended)
	f.subscribers.Lock()
	delete(f.listening, s)
	f.subscribers.Unlock()
	f.mu.Lock()
	defer f.mu.Unlock()
	for name, holder := range f.locks {
		if holder == s {
			delete(f.locks, name)
			if name == "candidate" {
				f.candidate = nil
			}
		}
	}
	if p := f.pending; p != nil && p.persist == "" && p.by == s {
		f.takeBack(p)
	}
}

// takeBack undoes a pending commit now. The caller holds mu.
func (f *Face) takeBack(p *pending) {
	if f.pending != p {
		return
	}
	f.pending = nil
	p.timer.Stop()
	_ = f.cfg.Target.TakeBack(p.back...) // its own edits turned round fit
}
