package sim

import (
	"crypto/rand"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/waveplane/waveplane/drivers/sim/gnmid"
	"github.com/waveplane/waveplane/intents"
)

// access is how clients get into the laboratory's devices.
type access struct {
	authority      *gnmid.Authority
	user, password string
	caFile         string // relative to the state directory
	credentialFile string
}

// newAccess makes a certificate authority and a password for this run, and
// writes what clients need below the state directory.
func newAccess(stateDir, name string) (*access, error) {
	a := &access{
		user: "waveplane", password: rand.Text(),
		caFile: filepath.Join("lab", name, "ca.pem"), credentialFile: filepath.Join("lab", name, "credential"),
	}
	var err error
	if a.authority, err = gnmid.NewAuthority("laboratory " + name); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(stateDir, "lab", name), 0o700); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(stateDir, a.caFile), a.authority.PEM(), 0o644); err != nil {
		return nil, err
	}
	return a, writeSecret(filepath.Join(stateDir, a.credentialFile), a.user+":"+a.password+"\n")
}

// writeSecret writes a file that only its owner may read, whatever was there.
func writeSecret(path, text string) error {
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o600)
}

// address returns the documents with the laboratory's addresses, certificate
// authority and credentials in them.
func (l *Lab) address(a *access) []intents.Document {
	out := slices.Clone(l.cfg.Documents)
	for i, d := range out {
		spec, ok := d.Spec.(*intents.DeviceSpec)
		dev := l.devices[d.Metadata.Name]
		if !ok || dev == nil {
			continue
		}
		s := *spec
		s.Ports, s.Banks = maps.Clone(s.Ports), maps.Clone(s.Banks)
		s.Address = dev.target.Addr()
		s.Credentials = &intents.CredentialsRef{Ref: "file:" + filepath.ToSlash(a.credentialFile)}
		switch {
		case dev.hostKey != "":
			s.TLS, s.SSH = nil, &intents.SSHSpec{HostKey: dev.hostKey}
		case dev.profile.Driver == "tl1": // plain TCP proves nothing
			s.TLS, s.SSH = nil, nil
		default:
			s.TLS = &intents.TLSSpec{CAFile: filepath.ToSlash(a.caFile), ServerName: dev.name}
		}
		out[i].Spec = &s
	}
	return out
}

// Documents returns the documents that the laboratory was made from, with
// addresses, certificate authority and credentials of this run. Paths in them
// are relative to the state directory.
func (l *Lab) Documents() []intents.Document { return slices.Clone(l.documents) }

// Address returns where a device listens.
func (l *Lab) Address(device string) (string, error) {
	d, err := l.device(device)
	if err != nil {
		return "", err
	}
	return d.target.Addr(), nil
}

func (l *Lab) device(name string) (*device, error) {
	d := l.devices[name]
	if d == nil {
		return nil, fmt.Errorf("%w: device %q is not in the laboratory", ErrUnknown, name)
	}
	return d, nil
}
