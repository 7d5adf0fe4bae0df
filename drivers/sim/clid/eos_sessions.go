package clid

import "maps"

// eosPending is how many configuration sessions may wait for their commit.
const eosPending = 5

// enter goes into a configuration session: with what was typed in it before, or
// into a new one, where there is room.
func (e *eos) enter(name string) string {
	f := e.face
	f.mu.Lock()
	defer f.mu.Unlock()
	lines, there := f.uncommitted[name]
	if !there && len(f.uncommitted) >= eosPending {
		return "Maximum number of pending sessions has been reached. Please commit or abort previous sessions before creating a new one.\n"
	}
	if f.uncommitted == nil {
		f.uncommitted = map[string]map[string]setting{}
	}
	e.cand.ports = maps.Clone(lines)
	f.uncommitted[name] = lines
	e.name, e.in = name, false
	return ""
}

// leave goes out of the session; what was typed in it waits there, also when the
// connection has gone, unless somebody has aborted it from another one.
func (e *eos) leave() {
	if e.name == "" {
		return
	}
	e.face.mu.Lock()
	defer e.face.mu.Unlock()
	if _, there := e.face.uncommitted[e.name]; there {
		e.face.uncommitted[e.name] = e.cand.ports
	}
	e.cand.drop()
	e.name, e.in = "", false
}

// done goes out of a session that is no more: it was committed or aborted.
func (e *eos) done() {
	e.face.mu.Lock()
	defer e.face.mu.Unlock()
	delete(e.face.uncommitted, e.name)
	e.cand.drop()
	e.name, e.in = "", false
}

// Uncommitted is how many configuration sessions wait for their commit.
func (f *Face) Uncommitted() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.uncommitted)
}
