package tl1d

import (
	"context"
	"fmt"
	"regexp"
	"strings"
)

// instrument speaks SCPI: it answers queries and says nothing else. What goes wrong
// stands in its error queue until somebody asks.
type instrument struct {
	*session
	pile []string
}

func (i *instrument) greet() string { return "" }

func (i *instrument) terminator() byte { return '\n' }

func (i *instrument) notice(int) string { return "" }

// configures counts all but a single query: several commands may stand on a line.
func (i *instrument) configures(line string) bool {
	verb, _, _ := strings.Cut(line, " ")
	return !strings.HasSuffix(verb, "?") || strings.Contains(line, ";")
}

var scpiPorts = regexp.MustCompile(`^\(@(\d+)\),\(@(\d+)\)$`)

func (i *instrument) handle(ctx context.Context, line string) (string, error) {
	verb, argument, _ := strings.Cut(line, " ")
	verb = strings.ToLower(verb)
	if strings.HasSuffix(verb, "?") {
		if err := i.face.cfg.Target.Read(ctx); err != nil {
			return "", err
		}
	}
	switch verb {
	case "*idn?":
		return "Polatis,OST-16x16,SIM-" + i.face.cfg.Name + ",1.0\n", nil
	case ":oxc:swit:size?":
		n := i.face.span()
		return fmt.Sprintf("%d,%d\n", n, n), nil
	case ":oxc:swit:conn:stat?":
		var ins, outs []string
		for _, j := range i.face.joined() {
			ins, outs = append(ins, j.in), append(outs, j.out)
		}
		return "(@" + strings.Join(ins, ",") + "),(@" + strings.Join(outs, ",") + ")\n", nil
	case ":syst:err:all?":
		all := strings.Join(i.pile, ",")
		i.pile = nil
		if all == "" {
			all = `0,"No error"`
		}
		return all + "\n", nil
	case ":oxc:swit:conn:add", ":oxc:swit:conn:sub":
		return "", i.change(ctx, verb, argument)
	}
	i.wrong(-113, "Undefined header")
	return "", nil
}

func (i *instrument) change(ctx context.Context, verb, argument string) error {
	m := scpiPorts.FindStringSubmatch(argument)
	if m == nil {
		i.wrong(-104, "Data type error")
		return nil
	}
	var err error
	if strings.HasSuffix(verb, "add") {
		err = i.face.join(ctx, "scpi", m[1], m[2])
	} else {
		err = i.face.part(ctx, "scpi", m[1])
	}
	if err != nil && (ctx.Err() != nil || isDropped(err)) {
		return err
	}
	if err != nil {
		i.wrong(-200, "Execution error; "+err.Error())
	}
	return nil
}

func (i *instrument) wrong(code int, words string) {
	i.pile = append(i.pile, fmt.Sprintf("%d,%q", code, words))
}
