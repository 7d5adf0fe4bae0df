package sshdial

import (
	"bytes"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/crypto/ssh"
)

// Run carries out one command on the other side and returns what it printed, up to
// most bytes; a command that prints more ends the connection. ok tells whether its
// exit status was 0. Only the end of the connection breaks off a command.
func (c *Conn) Run(command string, most int) (text string, ok bool, err error) {
	s, err := c.client.NewSession()
	if err != nil {
		return "", false, c.ended(fmt.Errorf("channel: %w", err))
	}
	defer s.Close()
	out := &bounded{most: most, over: func() { c.end(fmt.Errorf("a command printed more than %d KiB", most>>10)) }}
	s.Stdout, s.Stderr = out, out
	err = s.Run(command)
	var status *ssh.ExitError
	if err != nil && !errors.As(err, &status) {
		return "", false, c.ended(err)
	}
	return out.String(), err == nil, nil
}

// ended is why the connection ended, where it did.
func (c *Conn) ended(err error) error {
	if cause := c.Cause(); cause != nil {
		return cause
	}
	return err
}

// bounded keeps so many bytes of two streams.
type bounded struct {
	most int
	over func()

	mu   sync.Mutex
	text bytes.Buffer // guarded by mu
}

// Write keeps what there is room for.
func (b *bounded) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.text.Len()+len(p) > b.most {
		b.over()
		return 0, errors.New("too long")
	}
	return b.text.Write(p)
}

func (b *bounded) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
