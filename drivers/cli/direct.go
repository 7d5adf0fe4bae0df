package cli

import (
	"errors"
	"maps"
	"slices"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models"
)

// direct types lines that each take effect at once. There is no commit that could
// be refused or take itself back, so the device is judged by what it shows when
// all is typed; where it refuses a line, or shows something else, the objects of
// the pass are put back to what they were before it.
//
// A refusal after which everything is as before is a refusal like any other. What
// could not be put back, and what was acknowledged without being done, leaves the
// outcome unknown: the caller reads back.
func (s *Session) direct(p drivers.Pass, edits []edit, before map[models.ObjectID]models.Leaves) (wrote bool, err error) {
	wrote, text, no, err := s.stages(p, edits)
	switch {
	case err != nil:
		return wrote, err
	case !wrote:
		return false, no
	}
	what := s.undone(p, text)
	if what == "" {
		return true, nil
	}
	left, err := s.putBack(p, before, text)
	switch {
	case err != nil:
		return true, err
	case no != nil && left == "":
		return true, no
	case no != nil:
		return true, s.unsure("refused: " + no.words + "; " + left)
	case left != "":
		return true, s.unsure("acknowledged, but not shown: " + what + "; " + left)
	}
	return true, s.unsure("acknowledged, but not shown: " + what + "; what was typed is put back")
}

// stages types what makes dark and what tunes, looks, and types what makes light
// only where the device shows the rest: a line is acknowledged before anybody
// knows what became of it. text is what the device shows at the end; no is what it
// refused. wrote tells whether it may have changed.
func (s *Session) stages(p drivers.Pass, edits []edit) (wrote bool, text string, no *refusal, err error) {
	light := slices.IndexFunc(edits, func(e edit) bool { return e.rank == rankUp })
	if light < 0 {
		light = len(edits)
	}
	for i, stage := range [][]edit{edits[:light], edits[light:]} {
		if len(stage) == 0 {
			continue
		}
		var entered bool
		entered, no, err = s.typeLines(stage)
		wrote = wrote || entered
		if err != nil || !wrote {
			return wrote, "", no, err
		}
		if text, err = s.readBack(); err != nil {
			return true, "", nil, err
		}
		if no != nil || i == 0 && s.missing(dark(p), text) != "" {
			break
		}
	}
	return wrote, text, no, nil
}

// dark is what a pass asks for besides light.
func dark(p drivers.Pass) drivers.Pass {
	out := drivers.Pass{}
	for _, c := range p.Changes {
		after := maps.Clone(c.After)
		if after[models.LeafEnabled] == "true" {
			delete(after, models.LeafEnabled)
		}
		out.Changes = append(out.Changes, models.Change{Owner: c.Owner, Object: c.Object, After: after})
	}
	return out
}

// typeLines types lines up to the first that is refused. Where even the way into
// configuration is refused, nothing is typed.
func (s *Session) typeLines(edits []edit) (entered bool, no *refusal, err error) {
	if err := s.enter(s.platform.Commit.Enter); err != nil {
		if errors.As(err, &no) {
			return false, no, nil
		}
		return false, nil, err
	}
	for _, e := range s.platform.typed(edits) {
		text, err := s.shell.run(e.line, s.platform.Prompts.any)
		if err != nil {
			return true, nil, err
		}
		if words, refused := s.platform.failure(text); refused {
			no = &refusal{words: words + " (" + e.line + ")", owner: e.owner, busy: matches(s.platform.busy, words)}
			break
		}
	}
	for _, line := range s.platform.Commit.Leave {
		if _, err := s.shell.run(line, s.platform.Prompts.any); err != nil {
			return true, nil, err
		}
	}
	return true, no, nil
}

// readBack reads the configuration after something was typed: a device that does
// not show it has not refused the change.
func (s *Session) readBack() (string, error) {
	text, err := s.configuration(s.platform.Config.Show, s.platform.Prompts.exec)
	var no *refusal
	if errors.As(err, &no) {
		return "", s.unsure(no.words)
	}
	return text, err
}

// putBack types what brings the objects of a pass from what text shows to what
// they were before it, and looks again. left tells what is still otherwise. Light
// is put back last, and only onto settings that are.
func (s *Session) putBack(p drivers.Pass, before map[models.ObjectID]models.Leaves, text string) (left string, err error) {
	back := drivers.Pass{ID: p.ID, Term: p.Term}
	for _, c := range p.Changes {
		touched := models.Leaves{}
		for _, leaves := range []models.Leaves{c.Before, c.After} {
			for leaf := range leaves {
				touched[leaf] = ""
			}
		}
		back.Changes = append(back.Changes, models.Change{Owner: c.Owner, Object: c.Object, Before: touched, After: before[c.Object].Restrict(touched)})
	}
	var no *refusal
	if edits := s.edits(back, s.have(text)); len(edits) > 0 {
		var typed bool
		var now string
		if typed, now, no, err = s.stages(back, edits); err != nil {
			return "", err
		}
		if typed {
			text = now
		}
	}
	switch left = s.undone(back, text); {
	case left == "":
		return "", nil
	case no != nil:
		return "not put back: " + left + ": " + no.words, nil
	}
	return "not put back: " + left, nil
}

// undone is what a device does not show of a pass; empty when all is done. What
// cannot be typed makes no line and is missing all the same; what was to be taken
// away is not missing and makes a line.
func (s *Session) undone(p drivers.Pass, text string) string {
	if what := s.missing(p, text); what != "" {
		return what
	}
	if still := s.edits(p, s.have(text)); len(still) > 0 {
		return still[0].meaning
	}
	return ""
}

// unsure is the error of a change that neither happened nor was refused.
func (s *Session) unsure(words string) error {
	return &drivers.Error{Op: "apply", Device: s.device.Name, Kind: drivers.KindOutcomeUnknown, Words: drivers.CleanWords(s.conn.Clean(words))}
}
