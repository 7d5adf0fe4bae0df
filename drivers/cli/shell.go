package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"github.com/scrapli/scrapligo/driver/generic"
	"github.com/scrapli/scrapligo/driver/opoptions"
	"github.com/scrapli/scrapligo/driver/options"
	"github.com/scrapli/scrapligo/transport"

	"github.com/waveplane/waveplane/drivers/internal/sshdial"
)

// The terminal is wide, so that no echo wraps, and the prompt is looked for in
// the last bytes only.
const (
	termWidth, termHeight = 511, 511
	promptDepth           = 512
	// maxAnswer bounds what one command may answer.
	maxAnswer = 16 << 20
	// unaskedWait is how long the prompt may take after something unasked.
	unaskedWait = time.Second
)

// pager is how a screenful ends, on all command lines that have one.
const pager = `(?i)(?:-+ ?\(?more(?: \d+%)?\)? ?-+|^\(END\)|press any key to continue[^\n]*)`

// What condemns a session.
var (
	errDesync  = errors.New("the device said something that nobody asked for; what comes next cannot be told apart")
	errPager   = errors.New("the device shows its answers by the screenful, although it was told not to")
	errTooLong = fmt.Errorf("the answer is longer than %d MiB", maxAnswer>>20)
	errClosed  = errors.New("the session is closed")
)

// shell is a command line at its prompt. It does one thing at a time; after an
// error it is of no more use.
type shell struct {
	conn   *sshdial.Conn
	driver *generic.Driver
	p      *platform
	pipe   *pipe
	prompt string // the last one
}

// pipe is the transport that scrapligo talks over.
type pipe struct {
	conn   *sshdial.Conn
	stream *sshdial.Stream
	got    atomic.Int64 // since the last command
}

var _ transport.Implementation = (*pipe)(nil)

// Open opens the shell on the connection that is there already.
func (t *pipe) Open(*transport.Args) error {
	var err error
	t.stream, err = t.conn.Shell(termWidth, termHeight)
	return err
}

// Close breaks the connection: nothing may wait for a peer that is gone.
func (t *pipe) Close() error {
	t.conn.Break(errClosed)
	return nil
}

// IsAlive reports whether the connection still stands.
func (t *pipe) IsAlive() bool { return t.conn.Cause() == nil }

// Read waits for what the device says next. All errors are the end: scrapligo
// tries again after others.
func (t *pipe) Read(n int) ([]byte, error) {
	b := make([]byte, n)
	k, err := t.stream.Read(b)
	if t.got.Add(int64(k)) > maxAnswer {
		t.conn.Break(errTooLong)
		return nil, io.EOF
	}
	if k > 0 {
		return b[:k], nil
	}
	if err != nil {
		t.conn.Break(fmt.Errorf("the shell ended: %w", err))
		return nil, io.EOF
	}
	return nil, nil
}

// Write types.
func (t *pipe) Write(b []byte) error {
	_, err := t.stream.Write(b)
	return err
}

// newShell opens a shell and waits for its first prompt.
func newShell(conn *sshdial.Conn, p *platform, timeout time.Duration) (*shell, error) {
	s := &shell{conn: conn, p: p, pipe: &pipe{conn: conn}}
	var err error
	s.driver, err = generic.NewDriver("device",
		options.WithCustomTransport(s.pipe), options.WithTransportReadSize(4096),
		options.WithPromptPattern(p.Prompts.stop), options.WithPromptSearchDepth(promptDepth),
		options.WithTimeoutOps(timeout), options.WithReadDelay(500*time.Microsecond),
	)
	if err != nil {
		return nil, err
	}
	if err := s.driver.Open(); err != nil {
		return nil, err
	}
	ctx, stop := context.WithTimeout(context.Background(), timeout)
	defer stop()
	ends := []*regexp.Regexp{p.Prompts.stop}
	if p.Prompts.user != nil {
		ends = append(ends, p.Prompts.user)
	}
	raw, err := s.driver.Channel.ReadUntilAnyPrompt(ctx, ends)
	if err != nil {
		err = s.cause(fmt.Errorf("no prompt after login: %w", err))
	} else {
		err = s.rise(string(raw))
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// cause is why the connection ended, where it did.
func (s *shell) cause(err error) error {
	if c := s.conn.Cause(); c != nil {
		return c
	}
	return err
}

// run types a line and returns the answer without echo, prompt and noise. The
// prompt that ends it must be one of those given.
func (s *shell) run(line string, prompt *regexp.Regexp) (string, error) {
	if s.driver.Channel.Q.GetDepth() > 0 {
		if err := s.heed(); err != nil {
			s.conn.Break(err)
			return "", err
		}
	}
	s.pipe.got.Store(0)
	raw, err := s.driver.Channel.SendInput(line, opoptions.WithNoStripPrompt())
	if err != nil {
		err = s.cause(errors.New(firstLine(err.Error())))
		s.conn.Break(err)
		return "", err
	}
	text := string(raw)
	at := prompt.FindStringIndex(text)
	if at == nil {
		err := errors.New("another prompt than expected")
		if s.p.Prompts.pager.MatchString(text) {
			err = errPager
		}
		s.conn.Break(err)
		return "", err
	}
	s.prompt = text[at[0]:]
	return s.content(text[:at[0]]), nil
}

// whole is run for answers that must not end early, as a line that looks like the
// prompt could make them: an empty line is typed after it, and answered by the
// prompt alone unless something of the answer was still to come.
func (s *shell) whole(line string, prompt *regexp.Regexp) (string, error) {
	text, err := s.run(line, prompt)
	if err != nil {
		return "", err
	}
	more, err := s.run("", s.p.Prompts.any)
	if err != nil {
		return "", err
	}
	if more != "" {
		// What follows is not repeated: it may be a line with a secret.
		err := fmt.Errorf("a line of the answer to %q looks like the prompt", line)
		s.conn.Break(err)
		return "", err
	}
	return text, nil
}

// heed takes what came without being asked for. Messages that the device is known
// to print on its own account are dropped.
func (s *shell) heed() error {
	waiting := s.driver.Channel.Q.DequeueAll()
	if strings.TrimSpace(string(waiting)) == "" {
		return nil // the end of the prompt, which came late
	}
	s.driver.Channel.Q.Requeue(waiting)
	ctx, stop := context.WithTimeout(context.Background(), unaskedWait)
	defer stop()
	raw, err := s.driver.Channel.ReadUntilPrompt(ctx)
	if err != nil {
		return errDesync
	}
	if s.content(string(raw)) != "" {
		return errDesync
	}
	return nil
}

// content is what stands in a text besides prompts, which come again after
// messages, and the device's own messages.
func (s *shell) content(text string) string {
	return s.clean(s.p.Prompts.line.ReplaceAllString(text, ""))
}

// clean drops lines that are no part of an answer.
func (s *shell) clean(text string) string {
	var out []string
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r", ""), "\n") {
		if !matches(s.p.noise, line) {
			out = append(out, line)
		}
	}
	return strings.Trim(strings.Join(out, "\n"), "\n")
}

// failure finds the line of an answer that tells of one.
func (p *platform) failure(answer string) (string, bool) {
	for line := range strings.SplitSeq(answer, "\n") {
		if matches(p.failures, line) {
			return strings.TrimSpace(line), true
		}
	}
	return "", false
}

func matches(list []*regexp.Regexp, line string) bool {
	for _, re := range list {
		if re.MatchString(line) {
			return true
		}
	}
	return false
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// close ends the shell and waits for what it started.
func (s *shell) close() {
	s.conn.Break(errClosed)
	_ = s.driver.Close() // the connection is gone already
}
