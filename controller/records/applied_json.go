package records

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/waveplane/waveplane/models"
)

// AppendJSON appends the record as encoding/json would write it. Applied records
// are the most of what is written while light is brought up: four for each device
// of a wavelength, of a kilobyte and more.
func (a *Applied) AppendJSON(b []byte) ([]byte, error) {
	w := appender{out: append(slices.Grow(b, a.size()), '{')}
	if a.Acked != nil {
		w.name("acked")
		w.image(a.Acked)
		w.out = append(w.out, '}')
	}
	if a.Attempt != nil {
		w.name("attempt")
		w.image(&a.Attempt.Image)
		w.text("pass", a.Attempt.Pass)
		w.number("term", a.Attempt.Term)
		w.out = append(w.out, '}')
	}
	if a.Refused != nil {
		w.name("refused")
		w.marshal(a.Refused)
	}
	if len(a.Original) > 0 {
		w.name("original")
		w.marshal(a.Original)
	}
	if a.Left != "" {
		w.text("left", a.Left)
	}
	return append(w.out, '}'), w.err
}

// size is about how long the record is as JSON.
func (a *Applied) size() int {
	n := 32
	add := func(list []models.Object) {
		n += 192
		for _, o := range list {
			n += 32 + len(o.Kind) + len(o.Key)
			for leaf, value := range o.Leaves {
				n += 6 + len(leaf) + len(value)
			}
		}
	}
	if a.Acked != nil {
		add(a.Acked.Objects)
	}
	if a.Attempt != nil {
		add(a.Attempt.Objects)
	}
	for _, leaves := range a.Original {
		n += 64 + 24*len(leaves)
	}
	return n
}

// appender writes the members of one object after the other.
type appender struct {
	out []byte
	err error
}

func (w *appender) name(n string) {
	if w.out[len(w.out)-1] != '{' {
		w.out = append(w.out, ',')
	}
	w.out = append(append(append(w.out, '"'), n...), `":`...)
}

func (w *appender) text(name, value string) {
	w.name(name)
	w.out = models.AppendText(w.out, value)
}

func (w *appender) number(name string, value int64) {
	w.name(name)
	w.out = strconv.AppendInt(w.out, value, 10)
}

func (w *appender) marshal(v any) {
	text, err := json.Marshal(v)
	w.out = append(w.out, text...)
	if w.err == nil {
		w.err = err
	}
}

func (w *appender) time(name string, at time.Time) {
	w.name(name)
	out, err := at.AppendText(append(w.out, '"'))
	w.out = append(out, '"')
	if w.err == nil {
		w.err = err
	}
}

// image leaves its object open, for what an attempt has besides.
func (w *appender) image(i *Image) {
	w.out = append(w.out, '{')
	w.name("objects")
	if i.Objects == nil {
		w.out = append(w.out, "null"...)
	} else {
		w.out = append(w.out, '[')
		for n, o := range i.Objects {
			if n > 0 {
				w.out = append(w.out, ',')
			}
			w.out = o.AppendJSON(w.out)
		}
		w.out = append(w.out, ']')
	}
	w.text("digest", i.Digest)
	w.number("decisionRev", i.DecisionRev)
	w.text("phase", string(i.Phase))
	if i.Step != 0 {
		w.number("step", int64(i.Step))
	}
	w.text("renderer", i.Renderer)
	w.time("at", i.At)
}
