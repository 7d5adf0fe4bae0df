package gnmi

import (
	"fmt"
	"slices"
	"strings"

	gnmipb "github.com/openconfig/gnmi/proto/gnmi"

	"github.com/waveplane/waveplane/models/catalogue"

	"github.com/waveplane/waveplane/drivers/internal/ocmap"
)

// capabilities is what a device said it speaks.
type capabilities struct {
	version  string
	encoding gnmipb.Encoding // for reading; writing is always JSON_IETF
	models   map[string]bool
	paths    []ocmap.Subscribed // what is read of it: those of the models that it has
}

// requiredModels are those without which a device cannot play its role. Lines
// of a profile that make more necessary add to them.
var requiredModels = map[catalogue.Role][]string{
	catalogue.RoleRouter:    {ocmap.PlatformModule, ocmap.TerminalModule},
	catalogue.RoleTerminal:  {ocmap.PlatformModule, ocmap.TerminalModule},
	catalogue.RoleRoadm:     {ocmap.PlatformModule, ocmap.RouterModule},
	catalogue.RoleAmplifier: {ocmap.PlatformModule, ocmap.AmplifierModule},
}

// capabilitiesOf checks the answer against the profile. The error says what is
// missing.
func capabilitiesOf(r *gnmipb.CapabilityResponse, profile catalogue.Profile) (capabilities, error) {
	c := capabilities{version: r.GetGNMIVersion(), models: map[string]bool{}}
	encodings := r.GetSupportedEncodings()
	if !slices.Contains(encodings, gnmipb.Encoding_JSON_IETF) {
		return c, fmt.Errorf("the device does not offer encoding JSON_IETF, without which nothing can be set; it offers %v", encodings)
	}
	c.encoding = gnmipb.Encoding_JSON_IETF
	if slices.Contains(encodings, gnmipb.Encoding_PROTO) {
		c.encoding = gnmipb.Encoding_PROTO
	}
	for _, m := range r.GetSupportedModels() {
		c.models[m.GetName()] = true
	}
	c.paths = slices.DeleteFunc(slices.Clone(ocmap.PathsOf(profile)), func(p ocmap.Subscribed) bool { return !c.models[p.Module] })
	required := slices.Clone(requiredModels[profile.Role])
	if profile.LaserSwitch == ocmap.LaserByPhysicalChannel {
		required = append(required, ocmap.TransceiverModule)
	}
	var missing []string
	for _, name := range required {
		if !c.models[name] {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return c, fmt.Errorf("profile %s (%s) needs models that the device does not have: %s", profile.Name, profile.Role, strings.Join(missing, ", "))
	}
	return c, nil
}
