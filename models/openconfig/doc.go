// Package openconfig is the part of the OpenConfig models that an optical controller reads and writes, as YANG, as Go
// structs, and as a schema index for code that handles paths and values one at a time.
//
// # What is here
//
// The directory yang holds one file per OpenConfig module, with the published names, namespaces, prefixes,
// types, ranges, units and identities, and texts of our own. It covers components with their ports, transceivers and
// optical channels, the terminal device, wavelength router, amplifiers, attenuators, channel monitors and interfaces.
// The published modules would bring twenty times the code; the ready-made Go packages lack the line system.
// A container that is in the subset has all its published leaves except those that would pull in a module without any
// optics. YANG returns the files, and the subpackage yanglint checks documents against them.
//
// generated.go is what ygot makes of them. Device is the root: Unmarshal reads an RFC 7951 document into it, Schema gives
// the tree ytypes works with. Paths are not compressed, so config and state are separate structs and a controller can
// compare what it asked for with what the device did:
//
//	device := &openconfig.Device{}
//	err := openconfig.Unmarshal(doc, device, &ytypes.IgnoreExtraFields{})
//	wanted := device.Components.Component["och-1"].OpticalChannel.Config.Frequency
//	found := device.Components.Component["och-1"].OpticalChannel.State.Frequency
//
// Index answers questions about the schema: does this path exist, what are the list's keys, which module name does
// RFC 7951 want in front, is this value legal. It is built from the YANG, read-only, and meant to be shared:
//
//	index, err := openconfig.NewIndex()
//	canonical, err := index.CheckLeaf(openconfig.SplitPath("/interfaces/interface/config/mtu"), value)
//	err = index.CheckDocument(payload)
//
// FormatDecimal, FormatFloat, ParseDecimal and CompareDecimal handle decimal64 as text.
//
// # Changing the subset
//
// Edit the YANG, run "go generate" here, and run the tests. TestGeneratedIsCurrent refuses a stale generated.go.
// TestSubsetMatchesFacts compares every node with testdata/paths.tsv, which was read off the published modules; a node
// that isn't there fails, and so does a leaf that is missing from a container. The deliberate differences are the tables
// at the top of that test: references written as the type they resolve to, when conditions, mandatory state.
//
// # Traps
//
//   - ygot writes small and large decimals with an exponent ("1.23e-09"), which is not a decimal64. Don't send what
//     ygot.EmitJSON makes of a decimal; format it with FormatFloat or FormatDecimal.
//   - ygot doesn't check fraction digits, and no must condition. CheckLeaf checks the digits, yanglint in tests both.
//   - Devices write the same number as "-10", "-10.0" or "-10.00": compare with CompareDecimal, never as text.
//   - OPTICAL_CHANNEL is an identity of openconfig-transport-types, the other component types are of
//     openconfig-platform-types. CONSTANT_POWER, DISABLED and others exist in several modules.
//   - The namespace of openconfig-optical-amplifier is misspelt in the standard. Devices expect it so.
//   - Units are sometimes wrong in the published modules (a gain in dBm, a power in dB). Don't compute with them.
package openconfig

//go:generate go run ./internal/codegen/generate
