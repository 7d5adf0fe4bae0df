package store

import (
	"bytes"
	"encoding/json"
)

// carryOver returns next with everything added that stored has and known has
// not. stored is a record as it was read, known is what this version understood
// of it, next is what is to be written. Fields that were understood and are gone
// from next stay gone.
func carryOver(stored, known, next json.RawMessage) (json.RawMessage, error) {
	switch first(next) {
	case '{':
		return carryFields(stored, known, next)
	case '[':
		return carryElements(stored, known, next)
	}
	return next, nil
}

func carryFields(stored, known, next json.RawMessage) (json.RawMessage, error) {
	var s, k, n map[string]json.RawMessage
	if first(stored) != '{' || first(known) != '{' {
		return next, nil
	}
	for data, fields := range map[*json.RawMessage]*map[string]json.RawMessage{&stored: &s, &known: &k, &next: &n} {
		if err := json.Unmarshal(*data, fields); err != nil {
			return nil, err
		}
	}
	for name, was := range s {
		understood, ok := k[name]
		is, stays := n[name]
		switch {
		case !ok && !stays:
			n[name] = was
		case ok && stays:
			merged, err := carryOver(was, understood, is)
			if err != nil {
				return nil, err
			}
			n[name] = merged
		}
	}
	return json.Marshal(n)
}

// carryElements matches elements that did not change, wherever they are now;
// of equally long lists the others are matched by position.
func carryElements(stored, known, next json.RawMessage) (json.RawMessage, error) {
	var s, k, n []json.RawMessage
	if first(stored) != '[' || first(known) != '[' {
		return next, nil
	}
	for data, elements := range map[*json.RawMessage]*[]json.RawMessage{&stored: &s, &known: &k, &next: &n} {
		if err := json.Unmarshal(*data, elements); err != nil {
			return nil, err
		}
	}
	if len(s) != len(k) {
		return next, nil
	}
	taken := make([]bool, len(k))
	same := make([]bool, len(n))
	for i := range n {
		for j := range k {
			if !taken[j] && bytes.Equal(k[j], n[i]) {
				n[i], taken[j], same[i] = s[j], true, true
				break
			}
		}
	}
	for i := range n {
		if len(n) != len(k) || same[i] || taken[i] {
			continue
		}
		merged, err := carryOver(s[i], k[i], n[i])
		if err != nil {
			return nil, err
		}
		n[i] = merged
	}
	return json.Marshal(n)
}

func first(data json.RawMessage) byte {
	data = bytes.TrimLeft(data, " \t\r\n")
	if len(data) == 0 {
		return 0
	}
	return data[0]
}
