package tl1

import (
	"regexp"
	"strings"
)

// message is one output message of a TL1 agent (Telcordia GR-831): an answer to the
// command with that tag, or something the agent says on its own account.
type message struct {
	tag        string // correlation tag; of autonomous messages the agent's own number
	code       string // COMPLD, DENY, PRTL, DELAY, RTRV; verb and modifier of autonomous ones
	autonomous bool
	more       bool     // another part of the same answer follows
	lines      []string // without header and terminator, trimmed
}

// Where a message begins and ends. A terminator stands on a line of its own.
var (
	answerHead     = regexp.MustCompile(`^M\s+(\S+)\s+(COMPLD|DENY|PRTL|DELAY|RTRV)\b`)
	autonomousHead = regexp.MustCompile(`^(?:\*C|\*\*|\*|A)\s+(\d+)\s+([A-Z]+(?:\s+[A-Z0-9-]+)?)`)
)

const (
	endOfMessage = ";" // and of the whole answer
	endOfPart    = ">" // more parts follow
)

// parser puts lines together to messages. What stands between messages (prompts,
// echoes, acknowledgements, the line with name and time) is dropped.
type parser struct{ open *message }

// line takes the next line and returns the message that it ends, if any.
func (p *parser) line(text string) *message {
	text = strings.TrimSpace(text)
	if m := answerHead.FindStringSubmatch(text); m != nil {
		p.open = &message{tag: m[1], code: m[2]}
		return nil
	}
	if m := autonomousHead.FindStringSubmatch(text); m != nil && p.open == nil {
		p.open = &message{tag: m[1], code: m[2], autonomous: true}
		return nil
	}
	switch {
	case p.open == nil:
		return nil
	case text == endOfMessage, text == endOfPart:
		done := p.open
		done.more = text == endOfPart
		p.open = nil
		return done
	case text != "":
		p.open.lines = append(p.open.lines, text)
	}
	return nil
}

// words is what a message says, without comment marks and quotes.
func (m *message) words() string {
	text := strings.Join(m.lines, " ")
	return strings.Join(strings.Fields(strings.NewReplacer("/*", " ", "*/", " ", `"`, " ").Replace(text)), " ")
}

// rows is the data of an answer: what stands in quotes, a line each.
func (m *message) rows() []string {
	var out []string
	for _, line := range m.lines {
		line, quoted := strings.CutPrefix(strings.TrimRight(line, ","), `"`)
		if !quoted {
			continue
		}
		out = append(out, strings.TrimSuffix(line, `"`))
	}
	return out
}
