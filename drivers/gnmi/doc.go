// Package gnmi drives OpenConfig devices over gNMI: coherent terminals,
// routers with coherent pluggables, wavelength switches and amplifiers.
//
// The way in is Observe, Watch and Sample. They subscribe to the paths of
// subscription.go, take notifications apart leaf by leaf (update.go) and file
// each leaf by the tables of config_rows.go and reading_rows.go into a view.
// What a table does not know is counted and dropped, so a device may say more,
// say it wrongly or say it twice.
//
// The way out is Apply. edit.go turns the changes of a pass into edits of
// owned leaves, payload.go writes them as RFC 7951 JSON, order.go puts them
// into the order that devices want, and apply.go reads back first, leaves out
// what is already so and sends the rest as one SetRequest, which a device
// takes or refuses as a whole.
//
// What is replaced and what is only updated matters, because others own the
// rest of the device. Whole entries that Waveplane makes (a logical channel, a
// media channel) and the container optical-channel/config are replaced; on
// everything else single leaves are updated. A leaf named "enabled" is never
// deleted: its default is on.
//
// Nothing here knows a vendor. What devices do differently comes with the
// catalogue.Profile: leaves they refuse, the index of the first assignment, the
// leaf that switches the laser, the values they give when there is no light.
package gnmi
