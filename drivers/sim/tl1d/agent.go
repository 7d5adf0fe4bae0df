package tl1d

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// agent speaks TL1.
type agent struct {
	*session
	commands map[string]command
	prompt   string
}

// command answers one verb. Its blocks are what stands between the colons: target,
// access identifier, tag, general block, then parameters.
type command func(ctx context.Context, s *session, blocks []string) (rows []string, err error)

// deny is a refusal with TL1's four letters.
type deny struct{ code, words string }

func (d *deny) Error() string { return d.words }

// refusal turns what went wrong into a denial.
func refusal(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errNoPort):
		return &deny{"IIAC", "Input, Invalid Access Identifier"}
	case errors.Is(err, errBusy):
		return &deny{"SRCN", "Status, Requested Condition Already Exists: " + err.Error()}
	case errors.Is(err, errFree):
		return &deny{"SNCN", "Status, Not Connected: " + err.Error()}
	}
	return err
}

func (a *agent) greet() string { return strings.TrimLeft(a.prompt, "\r\n") }

func (a *agent) terminator() byte { return ';' }

// heading is the first line of every message: who speaks, and when.
func (a *agent) heading() string {
	return fmt.Sprintf("\r\n\n   %s %s\r\n", a.face.cfg.Name, time.Now().Format("06-01-02 15:04:05"))
}

func (a *agent) notice(number int) string {
	if a.user == "" {
		return ""
	}
	return a.heading() + fmt.Sprintf("A  %d REPT EVT CRS\r\n   \"SYSTEM:CONNECTIONS CHANGED\"\r\n;\r\n", number) + a.prompt
}

func (a *agent) configures(line string) bool {
	verb := verbOf(line)
	return !strings.HasPrefix(verb, "RTRV-") && verb != "ACT-USER" && verb != "CANC-USER"
}

// verbOf is the command code of a command.
func verbOf(line string) string {
	verb, _, _ := strings.Cut(line, ":")
	return strings.ToUpper(strings.TrimSpace(verb))
}

// handle answers a command, its rows in parts where they are many.
func (a *agent) handle(ctx context.Context, line string) (string, error) {
	verb := verbOf(line)
	_, rest, _ := strings.Cut(line, ":")
	blocks := append(strings.Split(rest, ":"), "", "", "", "", "")
	tag := blocks[2]
	if tag == "" {
		tag = "0"
	}
	var rows []string
	err := error(&deny{"ICNV", "Input, Command Not Valid"})
	switch run := a.commands[verb]; {
	case verb == "ACT-USER":
		err = a.login(blocks)
	case a.user == "":
		err = &deny{"PLNA", "Privilege, Login Not Active"}
	case verb == "CANC-USER":
		a.user, err = "", nil
	case verb == "RTRV-HDR":
		err = a.face.cfg.Target.Read(ctx)
	case run != nil:
		rows, err = run(ctx, a.session, blocks)
	}
	var no *deny
	err = refusal(err)
	switch {
	case errors.As(err, &no):
		return a.acknowledge(tag) + a.heading() + fmt.Sprintf("M  %s DENY\r\n   %s\r\n   /* %s */\r\n;", tag, no.code, no.words) + a.prompt, nil
	case err != nil && (ctx.Err() != nil || isDropped(err)):
		return "", err
	case err != nil:
		return a.heading() + fmt.Sprintf("M  %s DENY\r\n   SROF\r\n   /* Status, Requested Operation Failed: %s */\r\n;", tag, err) + a.prompt, nil
	}
	return a.answer(tag, rows), nil
}

// acknowledge is what some agents say at once; it answers nothing.
func (a *agent) acknowledge(tag string) string {
	if strings.HasPrefix(a.prompt, "\r\n<") {
		return "IP " + tag + "\r\n<"
	}
	return ""
}

func (a *agent) answer(tag string, rows []string) string {
	var b strings.Builder
	b.WriteString(a.acknowledge(tag))
	for {
		part := rows[:min(len(rows), a.face.cfg.Part)]
		rows = rows[len(part):]
		b.WriteString(a.heading() + fmt.Sprintf("M  %s COMPLD\r\n", tag))
		for i, row := range part {
			comma := ","
			if i == len(part)-1 {
				comma = ""
			}
			b.WriteString("   \"" + row + "\"" + comma + "\r\n")
		}
		if len(rows) == 0 {
			b.WriteString(";" + a.prompt)
			return b.String()
		}
		b.WriteString(">\r\n")
	}
}

func (a *agent) login(blocks []string) error {
	if a.user != "" {
		return &deny{"SAIS", "Already logged in"}
	}
	if blocks[1] != a.face.cfg.User || strings.Trim(blocks[4], `"`) != a.face.cfg.Password {
		return &deny{"PICC", "Privilege, Illegal Command Code: login refused"}
	}
	a.user = blocks[1]
	return nil
}
