package sim_test

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/waveplane/waveplane/drivers/sim"
	"github.com/waveplane/waveplane/intents"
)

// TestWhatNothingTakesBackHasNoCandidate: a NETCONF device of the profile's safety
// C is edited as it runs, the others have a candidate and confirmed commits.
func TestWhatNothingTakesBackHasNoCandidate(t *testing.T) {
	terminal := func(name, profile string) intents.Document {
		return document(intents.KindDevice, name, &intents.DeviceSpec{
			Site: "dc-a", Profile: profile, Mode: "manage", Ports: map[string]intents.Port{"1/1/n1": {Pluggable: "TERM-400G-CFP2"}},
		})
	}
	lab, dir := start(t, sim.Config{Documents: []intents.Document{terminal("t1", "lab-adva-teraflex-netconf"), terminal("t2", "lab-terminal-netconf")}})
	for name, candidate := range map[string]bool{"t1": false, "t2": true} {
		said := hello(t, dir, lab, name)
		if strings.Contains(said, "capability:candidate:") != candidate || strings.Contains(said, "capability:writable-running:") == candidate {
			t.Errorf("%s says %s", name, said)
		}
	}
}

// hello is what a NETCONF server says first.
func hello(t *testing.T, dir string, lab *sim.Lab, device string) string {
	t.Helper()
	credential, err := os.ReadFile(filepath.Join(dir, "lab", "lab", "credential"))
	must(t, err)
	user, password, _ := strings.Cut(strings.TrimSpace(string(credential)), ":")
	address, err := lab.Address(device)
	must(t, err)
	conn, err := ssh.Dial("tcp", address, &ssh.ClientConfig{
		User: user, Auth: []ssh.AuthMethod{ssh.Password(password)}, HostKeyCallback: ssh.InsecureIgnoreHostKey(),
	})
	must(t, err)
	defer func() { must(t, conn.Close()) }()
	session, err := conn.NewSession()
	must(t, err)
	out, err := session.StdoutPipe()
	must(t, err)
	must(t, session.RequestSubsystem("netconf"))
	var said strings.Builder
	for r := bufio.NewReader(out); !strings.HasSuffix(said.String(), "]]>]]>"); {
		c, err := r.ReadByte()
		must(t, err)
		said.WriteByte(c)
	}
	return said.String()
}
