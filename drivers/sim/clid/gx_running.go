package clid

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/waveplane/waveplane/drivers/sim/gnmid"
)

// gxRunning are the entries in force.
func (s *session) gxRunning() gxLine {
	s.face.mu.Lock()
	kept := s.face.line.clone()
	s.face.mu.Unlock()
	out := gxLine{}
	alive := map[string]bool{}
	for _, keys := range s.face.cfg.Target.Entries(mediaChannels) {
		alive[keys[0]] = true
	}
	// An entry that was made for cross-connects that are gone, which a client did not
	// take away, went with them: the device was restarted, or took a commit back.
	for name, e := range kept {
		if strings.HasPrefix(name, "oxcon-") {
			continue // the target knows
		}
		if made := e[madeFor]; made == "" || slices.ContainsFunc(strings.Fields(made), func(n string) bool { return alive[n] }) {
			out[name] = e
		}
	}
	for n := range alive {
		name, at := "oxcon-"+n, mediaAt(n)
		old := kept[name]
		lower, _ := strconv.ParseInt(s.value(at+"/config/lower-frequency"), 10, 64)
		upper, _ := strconv.ParseInt(s.value(at+"/config/upper-frequency"), 10, 64)
		e := gxEntry{"direction": "one-way", "circuit-id": s.value(at + "/config/name"), "admin-state": "lock"}
		if s.value(at+"/config/admin-status") == "ENABLED" {
			e["admin-state"] = "unlock"
		}
		for _, d := range s.face.cfg.Target.Entries(at + "/spectrum-power-profile/distribution") {
			if v, err := strconv.ParseFloat(s.value(distribution(n, d[0], d[1])+"/config/target-power"), 64); err == nil {
				e["target-output-power-dst"] = strconv.FormatFloat(v, 'f', 2, 64)
			}
		}
		for _, end := range []struct{ word, leaf, letter string }{{"source", "/source", "a"}, {"destination", "/dest", "z"}} {
			port, nmc := s.value(at+end.leaf+"/config/port-name"), old[end.word]
			if nmc == "" || out[nmc] == nil {
				nmc = "nmc-" + n + end.letter
			}
			e[end.word] = nmc
			if a, z := out.edges(nmc); out[nmc] == nil || a != lower || z != upper || out.port(nmc) != port {
				mc := cmp.Or(out[nmc]["parent-facility"], "mc-"+n+end.letter)
				if out[mc] == nil {
					mc = "mc-" + n + end.letter
				}
				out.hold(nmc, mc, port, lower, upper, s.face.cfg.Facilities[port])
			}
		}
		out[name] = e
	}
	return out
}

const mediaChannels = "/wavelength-router/media-channels/channel"

func mediaAt(index string) string { return mediaChannels + "[index=" + index + "]" }

func distribution(index, lower, upper string) string {
	return mediaAt(index) + "/spectrum-power-profile/distribution[lower-frequency=" + lower + "][upper-frequency=" + upper + "]"
}

// leaves are how the target keeps a cross-connect.
func (l gxLine) leaves(name string) map[string]string {
	e, ok := l[name]
	if !ok {
		return nil
	}
	n := strings.TrimPrefix(name, "oxcon-")
	at := mediaAt(n)
	lower, upper := l.edges(e["source"])
	out := map[string]string{
		at + "/config/index": n, at + "/config/lower-frequency": text(lower), at + "/config/upper-frequency": text(upper),
		at + "/config/admin-status":     map[bool]string{true: "ENABLED", false: "DISABLED"}[e["admin-state"] == "unlock"],
		at + "/source/config/port-name": l.port(e["source"]), at + "/dest/config/port-name": l.port(e["destination"]),
	}
	if e["circuit-id"] != "" {
		out[at+"/config/name"] = e["circuit-id"]
	}
	if p := e["target-output-power-dst"]; p != "" {
		d := distribution(n, text(lower), text(upper)) + "/config/"
		out[d+"lower-frequency"], out[d+"upper-frequency"], out[d+"target-power"] = text(lower), text(upper), p
	}
	return out
}

// changes are the edits that bring the target from one line to another, and those
// that bring it back.
func (l gxLine) changes(to gxLine) (edits, back []gnmid.Edit) {
	names := map[string]bool{}
	for name := range l {
		names[name] = true
	}
	for name := range to {
		names[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if !strings.HasPrefix(name, "oxcon-") {
			continue
		}
		have, want := l.leaves(name), to.leaves(name)
		if maps.Equal(have, want) {
			continue
		}
		root := mediaAt(strings.TrimPrefix(name, "oxcon-"))
		edits, back = append(edits, turn(root, have, want)...), append(back, turn(root, want, have)...)
	}
	return edits, back
}

// turn makes the leaves below a place what is wanted.
func turn(root string, have, want map[string]string) []gnmid.Edit {
	if want == nil {
		return []gnmid.Edit{{Path: root, Delete: true}}
	}
	var out []gnmid.Edit
	away := map[string]bool{}
	for _, path := range slices.Sorted(maps.Keys(have)) {
		if _, kept := want[path]; kept {
			continue
		}
		if at, _, inside := strings.Cut(path, "]/config/"); inside && strings.Contains(path, "/distribution[") {
			path = at + "]" // with its keys goes all of it
		}
		if !away[path] {
			away[path] = true
			out = append(out, gnmid.Edit{Path: path, Delete: true})
		}
	}
	for _, path := range slices.Sorted(maps.Keys(want)) {
		if have[path] != want[path] {
			out = append(out, gnmid.Edit{Path: path, Value: want[path]})
		}
	}
	return out
}

// keep remembers the entries of a line that runs now, or, where nobody knows
// whether it does, besides those that ran. It returns what takes that back.
func (s *session) keep(l gxLine, unknown bool) func() {
	if l == nil {
		return func() {}
	}
	now := gxLine{}
	for name, e := range l {
		now[name] = maps.Clone(e)
		delete(now[name], madeFor)
	}
	for name, e := range now {
		n, oxcon := strings.CutPrefix(name, "oxcon-")
		for at := range strings.SplitSeq(e["source"]+" "+e["destination"], " ") {
			for ; oxcon && now[at] != nil; at = now[at]["parent-facility"] {
				now[at][madeFor] += " " + n
			}
		}
	}
	s.face.mu.Lock()
	defer s.face.mu.Unlock()
	old := s.face.line
	if unknown {
		for name, e := range old {
			if now[name] == nil {
				now[name] = e
			}
		}
	}
	s.face.line = now
	return func() {
		s.face.mu.Lock()
		defer s.face.mu.Unlock()
		s.face.line = old
	}
}

// gxMedia shows what is measured of a cross-connect.
func (s *session) gxMedia(index string) (string, bool) {
	if _, there := s.gxRunning()["oxcon-"+index]; !there || s.face.cfg.Media == nil {
		return "", false
	}
	r := s.face.cfg.Media(index)
	power := "-99.00"
	if r.PowerDbm >= -40 {
		power = strconv.FormatFloat(r.PowerDbm, 'f', 2, 64)
	}
	state := map[bool][2]string{true: {"enabled", "active"}, false: {"disabled", "inactive"}}[r.Up]
	return "oper-state " + state[0] + "\nactivation-state-fwd " + state[1] + "\ntarget-actual-power-dst " + power + "\n", true
}
