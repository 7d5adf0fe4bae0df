package netconfd

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/waveplane/waveplane/drivers/sim/gnmid"
)

// configures reports whether a message asks for anything else than reading. What the
// server does not know counts, too: nobody who only observes has a use for it.
func (n *node) configures() bool {
	if n.XMLName.Local != "rpc" || len(n.Kids) == 0 {
		return false
	}
	switch n.Kids[0].XMLName.Local {
	case "get", "get-config", "create-subscription", "close-session":
		return false
	}
	return true
}

// answer carries out one request and returns what stands in the reply. An error
// is gnmid.ErrDropped only: everything else is told to the client.
func (s *session) answer(ctx context.Context, rpc *node) (string, error) {
	if rpc.XMLName.Local != "rpc" || len(rpc.Kids) == 0 {
		return protocolFault("malformed-message", "a request was expected").xml(), nil
	}
	op := rpc.Kids[0]
	text, err := s.operation(ctx, op)
	var no *fault
	switch {
	case errors.As(err, &no):
		return no.xml(), nil
	case err != nil:
		return "", err
	case text == "":
		text = "<ok/>"
	}
	return text, nil
}

func (s *session) operation(ctx context.Context, op *node) (string, error) {
	f := s.face
	switch op.XMLName.Local {
	case "get", "get-config":
		return s.get(ctx, op)
	case "close-session":
		return "", nil
	case "create-subscription":
		if f.cfg.Quiet {
			return "", protocolFault("operation-not-supported", "no notifications")
		}
		s.subscribe()
		return "", nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch op.XMLName.Local {
	case "lock":
		return "", s.lock(datastore(op.kid("target")))
	case "unlock":
		name := datastore(op.kid("target"))
		if f.locks[name] != s {
			return "", protocolFault("operation-failed", "the lock is not yours")
		}
		delete(f.locks, name)
		if name == "candidate" {
			f.candidate = nil
		}
		return "", nil
	case "edit-config":
		return "", s.edit(ctx, op)
	}
	if f.cfg.RunningOnly {
		return "", protocolFault("operation-not-supported", op.XMLName.Local+" is not supported")
	}
	switch op.XMLName.Local {
	case "discard-changes":
		f.candidate = nil
		return "", f.free("candidate", s)
	case "validate":
		return "", nil // what the schema says is checked at the edit, the rest at the commit
	case "commit":
		return "", s.commit(ctx, op)
	case "cancel-commit":
		p := f.pending
		if p == nil || p.persist != op.kid("persist-id").text() || p.persist == "" && p.by != s {
			return "", protocolFault("invalid-value", "no commit hangs under that id")
		}
		f.takeBack(p)
		if f.locks["candidate"] == s {
			f.candidate = p.edits // running is as it was, the candidate still is not
		}
		return "", nil
	}
	return "", protocolFault("operation-not-supported", op.XMLName.Local+" is not supported")
}

func datastore(n *node) string {
	if n == nil || len(n.Kids) == 0 {
		return ""
	}
	return n.Kids[0].XMLName.Local
}

func (s *session) get(ctx context.Context, op *node) (string, error) {
	f := s.face
	if err := f.cfg.Target.Read(ctx); err != nil {
		return "", protocolFault("operation-failed", err.Error())
	}
	configOnly := op.XMLName.Local == "get-config"
	if configOnly && datastore(op.kid("source")) != "running" {
		return "", protocolFault("operation-not-supported", "only running can be read")
	}
	root, err := f.data(configOnly)
	if err != nil {
		return "", protocolFault("operation-failed", err.Error())
	}
	if filter := op.kid("filter"); filter != nil {
		if root = f.selected(root, filter); root == nil || len(filter.Kids) == 0 {
			return "<data/>", nil
		}
	}
	var b strings.Builder
	b.WriteString("<data>")
	for _, k := range root.kids {
		f.write(&b, k, baseNS)
	}
	return b.String() + "</data>", nil
}

func (s *session) lock(name string) error {
	f := s.face
	if name != "running" && (name != "candidate" || f.cfg.RunningOnly) {
		return protocolFault("invalid-value", "no datastore "+name)
	}
	if holder := f.locks[name]; holder != nil {
		return denied(holder.id)
	}
	if name == "candidate" && len(f.candidate) > 0 || f.pending != nil && f.pending.by != s {
		return denied(0)
	}
	f.locks[name] = s
	return nil
}

func denied(by int) *fault {
	no := protocolFault("lock-denied", "the lock is held by another session")
	no.info = fmt.Sprintf("<session-id>%d</session-id>", by)
	return no
}

// free refuses what another session has locked.
func (f *Face) free(name string, s *session) error {
	if holder := f.locks[name]; holder != nil && holder != s {
		no := protocolFault("in-use", "the datastore is locked")
		no.info = fmt.Sprintf("<session-id>%d</session-id>", holder.id)
		return no
	}
	return nil
}

func (s *session) edit(ctx context.Context, op *node) error {
	f := s.face
	name := datastore(op.kid("target"))
	if name != "running" && name != "candidate" || (name == "running") != f.cfg.RunningOnly {
		return protocolFault("operation-not-supported", "no edits of "+name)
	}
	if err := f.free(name, s); err != nil {
		return err
	}
	doing := "merge"
	if d := op.kid("default-operation").text(); d != "" {
		doing = d
	}
	e := editor{face: f}
	if no := e.tree(op.kid("config"), place{schema: f.cfg.Index.Root(), doing: doing}); no != nil {
		return no
	}
	if name == "candidate" {
		f.candidate = append(f.candidate, e.edits...)
		return nil
	}
	return said(f.cfg.Target.Write(ctx, s.guest.User, e.edits...))
}

// said makes the device's words an error of the protocol.
func said(err error) error {
	if err == nil || errors.Is(err, gnmid.ErrDropped) {
		return err
	}
	return contentFault("operation-failed", err.Error(), "")
}

func (s *session) commit(ctx context.Context, op *node) error {
	f := s.face
	for _, name := range []string{"candidate", "running"} {
		if err := f.free(name, s); err != nil {
			return err
		}
	}
	if p := f.pending; p != nil && (p.persist != op.kid("persist-id").text() || p.persist == "" && p.by != s) {
		return protocolFault("in-use", "a commit hangs and is not yours to confirm")
	} else if p == nil && op.kid("persist-id") != nil {
		return protocolFault("invalid-value", "no commit hangs under that id")
	}
	edits := f.candidate
	back := f.undo(edits)
	var err error
	if len(edits) > 0 {
		err = f.cfg.Target.Write(ctx, s.guest.User, edits...)
	}
	if err != nil && !errors.Is(err, gnmid.ErrDropped) {
		return said(err)
	}
	f.candidate = nil
	if f.pending != nil {
		f.pending.timer.Stop()
		back = append(back, f.pending.back...)
		f.pending = nil
	}
	if op.kid("confirmed") != nil { // also when the answer gets lost
		s.arm(op, back, edits)
	}
	return err
}

// arm lets a commit take itself back after its time.
func (s *session) arm(op *node, back, edits []gnmid.Edit) {
	f := s.face
	seconds, err := strconv.Atoi(op.kid("confirm-timeout").text())
	if err != nil || seconds <= 0 {
		seconds = 600
	}
	p := &pending{persist: op.kid("persist").text(), by: s, back: back, edits: edits}
	p.timer = time.AfterFunc(time.Duration(seconds)*time.Second, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.takeBack(p)
	})
	f.pending = p
}
