package tl1

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/waveplane/waveplane/drivers/internal/sshdial"
)

// agent asks and answers in one of the protocols. After an error that is not a
// refusal the connection is of no more use, and broken.
type agent interface {
	// ask sends a command and returns the rows of its answer. A refusal is a
	// *refusal.
	ask(command string) ([]string, error)
	// tell sends a command that changes the device.
	tell(command string) error
	// news is signalled when the device has said something unasked.
	news() <-chan struct{}
}

// refusal is a device's "no". A vague one does not say so of this command for certain:
// what the device shows afterwards decides.
type refusal struct {
	words string
	vague bool
}

func (r *refusal) Error() string { return r.words }

// tl1Agent speaks TL1. A reader puts messages together as they come, so that what
// a device says between two commands is heard at once.
type tl1Agent struct {
	line   *line
	answer chan *message
	heard  chan struct{}

	mu  sync.Mutex
	tag int // of the command under way; guarded by mu
}

func newTL1(l *line) *tl1Agent {
	a := &tl1Agent{line: l, answer: make(chan *message, 16), heard: make(chan struct{}, 1)}
	l.work.Go(a.listen)
	return a
}

// listen sorts what comes: answers to the command under way, answers that nobody
// waits for any more, and what the device says by itself.
func (a *tl1Agent) listen() {
	var p parser
	for text := range a.line.lines {
		m := p.line(text)
		switch {
		case p.open != nil && weight(p.open) > maxAnswer:
			a.line.Break(errTooLong)
		case m == nil:
		case m.autonomous:
			select {
			case a.heard <- struct{}{}:
			default: // it is signalled already
			}
		case m.tag == a.current():
			select {
			case a.answer <- m:
			case <-a.line.gone:
			}
		}
	}
}

func weight(m *message) int {
	n := 0
	for _, l := range m.lines {
		n += len(l)
	}
	return n
}

func (a *tl1Agent) current() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return strconv.Itoa(a.tag)
}

func (a *tl1Agent) next() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tag++
	return strconv.Itoa(a.tag)
}

func (a *tl1Agent) news() <-chan struct{} { return a.heard }

func (a *tl1Agent) tell(command string) error {
	_, err := a.ask(command)
	return err
}

// ask sends a command with a tag of its own and gathers the parts of its answer.
func (a *tl1Agent) ask(command string) ([]string, error) {
	tag := a.next()
	if err := a.line.write(strings.ReplaceAll(command, "{tag}", tag) + "\r\n"); err != nil {
		return nil, err
	}
	var rows []string
	var no *refusal
	size := 0
	for {
		select {
		case <-a.line.gone:
			return nil, a.line.Cause()
		case m := <-a.answer:
			switch {
			case m.tag != tag, m.code == "DELAY":
				continue // a part too many of an earlier answer; taken, and the answer proper is still to come
			case m.code == "DENY" || no != nil:
				if no == nil {
					no = &refusal{words: m.words()}
				}
				if !m.more {
					return nil, no
				}
				continue
			}
			for _, row := range m.rows() {
				size += len(row)
				rows = append(rows, row)
			}
			if size > maxAnswer {
				a.line.Break(errTooLong)
				return nil, errTooLong
			}
			// A partial success is none: what was left out must not look done.
			if m.code == "PRTL" && !m.more {
				return nil, &refusal{words: "carried out in part only: " + m.words()}
			}
			if !m.more {
				return rows, nil
			}
		}
	}
}

// scpiAgent speaks SCPI: queries are answered by a line, commands by nothing, so
// that the error queue is asked after each.
type scpiAgent struct {
	line   *line
	errors string // query of the error queue
}

// queued is how the answer of an error queue begins.
var queued = regexp.MustCompile(`^[+-]?\d+(,|$)`)

// errUnasked condemns a connection: what comes next cannot be told apart.
var errUnasked = errors.New("the device said something that nobody asked for")

func (a *scpiAgent) news() <-chan struct{} { return nil }

func (a *scpiAgent) ask(command string) ([]string, error) {
	select {
	case _, open := <-a.line.lines:
		if open {
			a.line.Break(errUnasked)
		}
		return nil, a.line.Cause()
	default:
	}
	if err := a.line.write(command + "\n"); err != nil {
		return nil, err
	}
	text, open := <-a.line.lines
	if !open {
		return nil, a.line.Cause()
	}
	return []string{strings.TrimSpace(text)}, nil
}

// tell asks the error queue what became of a command. The queue may be shared: an
// error in it can be that of somebody else's command, or of one before.
func (a *scpiAgent) tell(command string) error {
	if err := a.line.write(command + "\n"); err != nil {
		return err
	}
	rows, err := a.ask(a.errors)
	if err != nil {
		return err
	}
	if !queued.MatchString(rows[0]) {
		a.line.Break(errUnasked)
		return a.line.Cause()
	}
	if number, words, _ := strings.Cut(rows[0], ","); strings.TrimLeft(number, "+-0") != "" {
		return &refusal{words: fmt.Sprintf("%s (%s)", strings.Trim(words, `"`), number), vague: true}
	}
	return nil
}

// shellAgent has the commands of a shell carried out, one by one, over SSH.
type shellAgent struct {
	conn *sshdial.Conn
	done *regexp.Regexp
}

func (a *shellAgent) news() <-chan struct{} { return nil }

// ask returns the lines of the answer. A command that fails is a refusal, a vague one:
// it may have been killed when all was done. One that ends without a status may still
// be at work, so that nothing more is asked.
func (a *shellAgent) ask(command string) ([]string, error) {
	text, ok, err := a.conn.Run(command, maxAnswer)
	if err != nil {
		a.conn.Break(err)
		return nil, a.conn.Cause()
	}
	if !ok {
		return nil, &refusal{words: lastLine(text), vague: true}
	}
	return strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), nil
}

// tell takes a command for carried out when it says so: some fail without a status.
func (a *shellAgent) tell(command string) error {
	rows, err := a.ask(command)
	if err != nil {
		return err
	}
	if text := strings.Join(rows, "\n"); !a.done.MatchString(text) {
		return &refusal{words: lastLine(text), vague: true}
	}
	return nil
}

// lastLine is where programs say what went wrong.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if last := strings.TrimSpace(lines[len(lines)-1]); last != "" {
		return last
	}
	return "it says nothing"
}
