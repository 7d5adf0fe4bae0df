package gnmi

import (
	"strings"

	gnmipb "github.com/openconfig/gnmi/proto/gnmi"

	"github.com/waveplane/waveplane/drivers/internal/ocmap"
)

// origin is that of all our paths. Devices default to it; saying so is safer.
const origin = "openconfig"

// pathOf builds the gNMI path of a schema path; lists beyond the given keys
// get wildcards.
func pathOf(schema string, keys ...string) *gnmipb.Path {
	elems := make([]gnmipb.PathElem, strings.Count(schema, "/")+1)
	p := &gnmipb.Path{Elem: make([]*gnmipb.PathElem, 0, len(elems))}
	end := -1
	for name := range strings.SplitSeq(schema, "/") {
		end += len(name) + 1
		elem := &elems[len(p.Elem)]
		elem.Name = name
		for _, key := range ocmap.ListKeys[schema[:end]] {
			value := ocmap.Wildcard
			if len(keys) > 0 {
				value, keys = keys[0], keys[1:]
			}
			if elem.Key == nil {
				elem.Key = make(map[string]string, 2)
			}
			elem.Key[key] = value
		}
		p.Elem = append(p.Elem, elem)
	}
	return p
}
