// Package ocmap says how the objects of package models stand on an OpenConfig
// device, whatever the protocol: where each leaf is (config_rows.go), what is
// read (subscribed.go, reading_rows.go), which edits bring an object from what
// it is to what is wanted (edit.go), in which order (order.go) and with what
// payload (payload.go, RFC 7951 JSON).
//
// What came from a device goes leaf by leaf into a View, which files it by the
// tables and gives it back in the vocabulary of package models. What a table does
// not know is counted and dropped, so a device may say more, say it wrongly or
// say it twice.
//
// What is replaced and what is only updated matters, because others own the rest
// of the device. Whole entries that Waveplane makes (a logical channel, a media
// channel) and the container optical-channel/config are replaced; on everything
// else single leaves are updated. A leaf named "enabled" is never deleted: its
// default is on.
//
// Nothing here knows a vendor. What devices do differently comes with the
// catalogue.Profile: leaves they refuse, the index of the first assignment,
// assignments to clients (client_assignment.go), the leaf that switches the laser,
// what a module has to be set to, units, the values they give when there is no
// light.
package ocmap
