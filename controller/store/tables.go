package store

import "github.com/waveplane/waveplane/controller/records"

// Tables are the tables of Waveplane. One stage writes into each; what a key is
// made of stands beside it. Segments that are names go through Key.
type Tables struct {
	Intents   *Table[records.Intent]       // kind/namespace/name; namespace "_" for what belongs to no namespace
	Circuits  *Table[records.Circuit]      // uid
	Decisions *Table[records.Decision]     // uid/number, see records.WavelengthKey
	Phases    *Table[records.Phase]        // uid/number
	Spectrum  *Table[records.SpectrumUse]  // link
	Ports     *Table[records.PortUse]      // device/port
	Banks     *Table[records.BankUse]      // device/bank
	Indices   *Table[records.IndexUse]     // device
	Applied   *Table[records.Applied]      // device/owner
	Observed  *Table[records.Observed]     // device/owner
	Health    *Table[records.DeviceHealth] // device
	Evidence  *Table[records.Evidence]     // device/owner
	Requests  *Table[records.Request]      // kind/target/id
	Status    *Table[records.Status]       // kind/namespace/name
	Reasons   *Table[records.Reasons]      // uid
	Events    *Events                      // time/id
}

// NoNamespace stands in keys for the namespace of what has none.
const NoNamespace = "_"

func newTables(s *Store) *Tables {
	return &Tables{
		Intents:   NewTable[records.Intent](s, "intents"),
		Circuits:  NewTable[records.Circuit](s, "circuits"),
		Decisions: NewTable[records.Decision](s, "decisions"),
		Phases:    NewTable[records.Phase](s, "phases"),
		Spectrum:  NewTable[records.SpectrumUse](s, "spectrum"),
		Ports:     NewTable[records.PortUse](s, "ports"),
		Banks:     NewTable[records.BankUse](s, "banks"),
		Indices:   NewTable[records.IndexUse](s, "indices"),
		Applied:   NewTableWith(s, "applied", Codec[records.Applied](appliedCodec{})),
		Observed:  NewTable[records.Observed](s, "observed"),
		Health:    NewTable[records.DeviceHealth](s, "health"),
		Evidence:  NewTable[records.Evidence](s, "evidence"),
		Requests:  NewTable[records.Request](s, "requests"),
		Status:    NewTable[records.Status](s, "status"),
		Reasons:   NewTable[records.Reasons](s, "reasons"),
		Events:    newEvents(s),
	}
}

// DocumentKey is the key of a document in Intents and Status. An empty namespace
// becomes NoNamespace.
func DocumentKey(kind, namespace, name string) string {
	if namespace == "" {
		namespace = NoNamespace
	}
	return Key(kind, namespace, name)
}

// DeviceKey is the key of what concerns one thing on one device: a port, a bank
// or an owner.
func DeviceKey(device, thing string) string { return Key(device, thing) }
