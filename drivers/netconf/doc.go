// Package netconf drives OpenConfig devices over NETCONF (RFC 6241) in an SSH
// subsystem (RFC 6242). How objects stand on such a device is package ocmap's;
// the client is our own, because what exists matches replies by pattern, loses
// notifications and cannot be broken off (see docs/design.md).
//
// From below to above: framing.go cuts the stream into messages, message.go
// reads one, client.go keeps one request under way and knows the device's
// capabilities, tree.go is XML with namespaces, config.go makes it of edits and
// filter.go of what is to be read, view.go files what came back, and apply.go
// commits: lock, edit the candidate, commit for a while under an id
// that survives the session, look, confirm.
//
// A message that cannot be read, a reply to nobody and an exchange that was
// broken off end the session: nothing that follows could be trusted.
package netconf
