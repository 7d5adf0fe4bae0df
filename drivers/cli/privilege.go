package cli

import (
	"errors"
	"regexp"
	"strings"

	"github.com/scrapli/scrapligo/driver/opoptions"
)

// question is how a device asks for a second password.
const question = `(?i)password:`

// unprivileged says why a login does not get where devices are configured.
type unprivileged struct{ words string }

func (u *unprivileged) Error() string {
	return "the account needs privilege on the device: " + u.words
}

// rise gets from the prompt of a login without privilege to the one where devices
// are configured. There is no password for it but the login's: a device that asks
// for one wants another account.
func (s *shell) rise(text string) error {
	user, exec, asks := s.p.Prompts.user, s.p.Prompts.exec, s.p.Prompts.question
	if user == nil || !user.MatchString(text) {
		return nil
	}
	for _, line := range s.p.Enable {
		raw, err := s.driver.Channel.SendInput(line, opoptions.WithNoStripPrompt(), opoptions.WithInterimPromptPattern([]*regexp.Regexp{user, asks}))
		if err != nil {
			return s.cause(errors.New(firstLine(err.Error())))
		}
		text = strings.ReplaceAll(string(raw), "\r", "")
		switch words, no := s.p.failure(text); {
		case asks.MatchString(text):
			return &unprivileged{"it asks for a password at \"" + line + "\", and none is supported there"}
		case no:
			return &unprivileged{words}
		case exec.MatchString(text):
			return nil
		}
	}
	return &unprivileged{"its prompt is that of an unprivileged user still"}
}
