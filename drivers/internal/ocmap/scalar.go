package ocmap

import (
	"strconv"
	"strings"
)

// Scalar is the value of one leaf as it came, before the table says what it
// should be.
type Scalar struct {
	form form
	text string
}

// form is how the value was written. Numbers may come as text too (RFC 7951
// writes 64-bit integers and decimals so), but a boolean may not.
type form byte

const (
	formNone form = iota // no value: null, or a form that no leaf of ours has
	formText
	formNumber
	formBool
	formPlain // text that may mean any of them
)

// maxText bounds the text of one leaf.
const maxText = 4096

// TextScalar is a value that came as text.
func TextScalar(s string) Scalar {
	if len(s) > maxText {
		return Scalar{}
	}
	return Scalar{formText, strings.Clone(s)}
}

// NumberScalar is a value that came as a number.
func NumberScalar(text string) Scalar { return Scalar{formNumber, text} }

// BoolScalar is a value that came as a truth.
func BoolScalar(b bool) Scalar { return Scalar{formBool, strconv.FormatBool(b)} }

// PlainScalar is a value of an encoding that has only text, as XML has. An
// identity may carry a prefix.
func PlainScalar(text string) Scalar {
	s := TextScalar(text)
	if s.form == formText {
		s.form = formPlain
	}
	return s
}

func (s Scalar) isText() bool { return s.form == formText || s.form == formPlain }

func (s Scalar) isTruth() bool {
	return s.form == formBool || s.form == formPlain && (s.text == "true" || s.text == "false")
}
