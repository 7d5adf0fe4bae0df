// Package gnmi drives OpenConfig devices over gNMI: coherent terminals,
// routers with coherent pluggables, wavelength switches and amplifiers. How
// objects stand on such a device is package ocmap's.
//
// The way in is Observe, Watch and Sample: they subscribe (subscription.go) and
// file notifications into a view (notification.go). The way out is Apply, which
// reads back first, leaves out what is already so and sends the rest as one
// SetRequest, which a device takes or refuses as a whole.
package gnmi
