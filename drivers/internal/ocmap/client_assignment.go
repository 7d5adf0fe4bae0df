package ocmap

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// Some devices want the line side's logical channel assigned to its clients too,
// in entries behind that of the optical channel. All of them together are one
// leaf of package models, LeafAssignClients; it stands at the list itself and is
// written and read entry by entry.

// entriesCodec checks such a leaf. What it writes is no payload, and a device
// that shows a value where the list should be is not understood.
var entriesCodec = codec{
	read: func(Scalar) (string, error) { return "", errForm },
	write: func(text string) (string, error) {
		list, err := models.ParseAssignments(text)
		for _, a := range list {
			if a.Gbps == "" {
				continue
			}
			if _, gerr := gbpsCodec.write(a.Gbps); gerr != nil {
				err = errors.Join(err, gerr)
			}
		}
		return strconv.Quote(text), err
	},
}

// clients lists the sub-entries that assign a line's logical channel to its
// clients, in order; none unless the profile asks for such.
func (e *entry) clients(kind models.ObjectKind, profile catalogue.Profile) []string {
	if kind != models.KindLogicalChannel || !profile.ClientAssignments {
		return nil
	}
	line, _ := e.chosen(kind)
	if e.subs[line][models.LeafAssignOptical] == "" {
		return nil
	}
	return slices.DeleteFunc(slices.SortedFunc(maps.Keys(e.subs), byIndex), func(sub string) bool {
		return sub == line || e.subs[sub][models.LeafAssignLogical] == ""
	})
}

// assigned reads sub-entries as what they assign.
func (e *entry) assigned(subs []string) models.Assignments {
	var out models.Assignments
	for _, sub := range subs {
		// The codec of the leaf has let only 32-bit numbers in.
		channel, _ := strconv.ParseUint(e.subs[sub][models.LeafAssignLogical], 10, 32)
		out = append(out, models.Assignment{Channel: uint32(channel), Gbps: e.subs[sub][models.LeafAllocation]})
	}
	return out
}

// addClients adds the assignments to clients, numbered on from the first.
func addClients(tree *jsonTree, leaves models.Leaves, first string, profile catalogue.Profile) {
	list, err := models.ParseAssignments(leaves[models.LeafAssignClients])
	if err != nil {
		return // there are none; a change with others has been refused
	}
	index, err := strconv.ParseUint(first, 10, 32)
	if err != nil {
		return
	}
	at := strings.TrimPrefix(AssignmentPath, LogicalPath+"/")
	for i, a := range list {
		number := strconv.FormatUint(index+uint64(i)+1, 10)
		client := models.Leaves{models.LeafAssignLogical: strconv.FormatUint(uint64(a.Channel), 10)}
		if a.Gbps != "" {
			client[models.LeafAllocation] = a.Gbps
		}
		entry := &jsonTree{}
		addKeys(entry, "", number, "LOGICAL_CHANNEL")
		entry.addRows(models.KindLogicalChannel, AssignmentPath, client, profile)
		tree.entry(at, entry)
	}
}
