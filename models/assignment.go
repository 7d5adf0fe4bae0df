package models

import (
	"fmt"
	"strconv"
	"strings"
)

// Assignment gives a part of a logical channel to another logical channel.
type Assignment struct {
	Channel uint32 // index of the other channel
	Gbps    string // decimal Gbit/s; empty when the device says none
}

// Assignments are the assignments of a logical channel to others, in the order
// of their indices.
type Assignments []Assignment

// String prints "10001:400 10002:400".
func (a Assignments) String() string {
	words := make([]string, len(a))
	for i, x := range a {
		words[i] = strconv.FormatUint(uint64(x.Channel), 10)
		if x.Gbps != "" {
			words[i] += ":" + x.Gbps
		}
	}
	return strings.Join(words, " ")
}

// ParseAssignments reads what String prints. There has to be one at least, and
// none twice; whether Gbps is a number is not looked at.
func ParseAssignments(s string) (Assignments, error) {
	var out Assignments
	seen := map[uint32]bool{}
	for word := range strings.SplitSeq(s, " ") {
		index, gbps, given := strings.Cut(word, ":")
		n, err := strconv.ParseUint(index, 10, 32)
		if err != nil || strconv.FormatUint(n, 10) != index || given && gbps == "" || seen[uint32(n)] {
			return nil, fmt.Errorf("assignments %q: want index:Gbit/s, separated by single spaces, none twice", s)
		}
		seen[uint32(n)] = true
		out = append(out, Assignment{Channel: uint32(n), Gbps: gbps})
	}
	return out, nil
}
