package sshdial

import (
	"fmt"
	"io"

	"golang.org/x/crypto/ssh"
)

// Stream is one channel of a connection: a shell with a terminal, or a
// subsystem.
type Stream struct {
	io.Reader
	io.Writer
	session *ssh.Session
}

// Shell opens a shell with a terminal of that size. It should be wide: a device
// that wraps its echo is hard to follow.
func (c *Conn) Shell(width, height int) (*Stream, error) {
	return c.stream(func(s *ssh.Session) error {
		modes := ssh.TerminalModes{ssh.ECHO: 1, ssh.TTY_OP_ISPEED: 115200, ssh.TTY_OP_OSPEED: 115200}
		if err := s.RequestPty("vt100", height, width, modes); err != nil {
			return fmt.Errorf("terminal: %w", err)
		}
		return s.Shell()
	})
}

// Subsystem opens a subsystem, "netconf" for one.
func (c *Conn) Subsystem(name string) (*Stream, error) {
	return c.stream(func(s *ssh.Session) error { return s.RequestSubsystem(name) })
}

func (c *Conn) stream(start func(*ssh.Session) error) (*Stream, error) {
	s, err := c.client.NewSession()
	if err != nil {
		return nil, fmt.Errorf("channel: %w", err)
	}
	out := &Stream{session: s}
	if out.Reader, err = s.StdoutPipe(); err == nil {
		if out.Writer, err = s.StdinPipe(); err == nil {
			err = start(s)
		}
	}
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return out, nil
}

// Close ends the channel.
func (s *Stream) Close() error { return s.session.Close() }
