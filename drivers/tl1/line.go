package tl1

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/waveplane/waveplane/drivers/internal/redact"
)

// Bounds of what a device may say.
const (
	maxLine   = 64 << 10 // bytes of one line
	maxAnswer = 4 << 20  // bytes of one answer
)

var errTooLong = fmt.Errorf("the answer is longer than %d MiB", maxAnswer>>20)

// line is a TCP connection of which lines are read as they come. Its methods may be
// called from several goroutines; one exchange at a time is the caller's affair.
type line struct {
	tcp     net.Conn
	secrets redact.Secrets
	lines   chan string // ends with the connection

	mu    sync.Mutex
	cause error // why it ended; guarded by mu
	gone  chan struct{}
	work  sync.WaitGroup
}

var _ connection = (*line)(nil)

// dialLine connects within ctx.
func dialLine(ctx context.Context, address string) (*line, error) {
	tcp, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	l := &line{tcp: tcp, lines: make(chan string, 64), gone: make(chan struct{})}
	l.work.Go(l.read)
	return l, nil
}

// read hands on lines until the connection ends.
func (l *line) read() {
	defer close(l.lines)
	in := bufio.NewReaderSize(l.tcp, 4096)
	for {
		text, err := readLine(in)
		if err != nil {
			l.Break(fmt.Errorf("the connection ended: %w", err))
			return
		}
		select {
		case l.lines <- text:
		case <-l.gone:
			return
		}
	}
}

// readLine reads up to a line feed, or a terminator of TL1 that begins a line: what
// follows it may be a prompt, which no line feed ends. A line that never ends is an
// error.
func readLine(in *bufio.Reader) (string, error) {
	var text []byte
	for {
		c, err := in.ReadByte()
		if err != nil {
			return "", err
		}
		text = append(text, c)
		switch {
		case c == '\n':
			return string(text), nil
		case c == endOfMessage[0] || c == endOfPart[0]:
			if t := strings.TrimSpace(string(text)); t == endOfMessage || t == endOfPart {
				return t, nil
			}
		case len(text) > maxLine:
			return "", fmt.Errorf("a line is longer than %d KiB", maxLine>>10)
		}
	}
}

// write sends a text.
func (l *line) write(text string) error {
	if _, err := l.tcp.Write([]byte(text)); err != nil {
		l.Break(err)
		return l.Cause()
	}
	return nil
}

// Gone is closed when the connection has ended; Cause then says why.
func (l *line) Gone() <-chan struct{} { return l.gone }

// Cause is why the connection ended, nil while it lives.
func (l *line) Cause() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cause
}

// Break ends the connection at once; the first reason counts.
func (l *line) Break(cause error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cause != nil {
		return
	}
	l.cause = cause
	close(l.gone)
	_ = l.tcp.Close() // its reader learns of it; there is nobody else to tell
}

// Clean removes the secrets of the connection from a text.
func (l *line) Clean(text string) string { return l.secrets.Clean(text) }

// Close ends the connection and waits for what dialLine started.
func (l *line) Close() error {
	l.Break(net.ErrClosed)
	l.work.Wait()
	return nil
}

// every calls do every interval until the connection has ended.
func (l *line) every(interval time.Duration, do func()) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-l.gone:
			return
		case <-tick.C:
			do()
		}
	}
}
