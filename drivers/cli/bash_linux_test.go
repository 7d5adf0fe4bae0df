package cli_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/cli"
	"github.com/waveplane/waveplane/drivers/sim/sshd"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// sonicShell makes a bash look like SONiC's: its commands are functions that keep
// the fields of one port as files. What is tested is not they, but prompt, echo,
// line editing, quoting and options of a shell that nobody here wrote.
const sonicShell = `
PS1='\u@\h:\w\$ '
cd
sudo() { [ "$1" = -n ] && shift; as_root=1 "$@"; }
show() {
  case "$*" in
  version) echo 'SONiC Software Version: SONiC.bash' ;;
  'runningconfiguration all')
    printf '{\n    "PORT": {\n        "Ethernet0": {\n'
    for f in *; do printf '            "%s": "%s",\n' "$f" "$(cat "$f")"; done
    printf '            "mtu": "9100"\n        }\n    }\n}\n' ;;
  *) printf 'Usage: show [OPTIONS] COMMAND\n\nError: No such command.\n' ;;
  esac
}
config() {
  [ "$as_root" = 1 ] || { echo 'Root privileges are required for this operation'; return 1; }
  case "$1 $2 $3" in
  'interface startup Ethernet0') echo up >admin_status ;;
  'interface shutdown Ethernet0') echo down >admin_status ;;
  'interface speed Ethernet0') echo "$4" >speed ;;
  'interface transceiver frequency') echo "$5" >laser_freq; echo "Setting laser frequency to $5 GHz on port $4" ;;
  'interface transceiver tx_power')
    [ "$5" = -- ] || { echo "Error: No such option: $5"; return 2; }
    echo "$6" >tx_power; echo "Setting target Tx output power to $6 dBm on port $4" ;;
  'save -y ') if [ -e ../full ]; then echo 'Error: no space left'; else echo 'Running command: sonic-cfggen'; cat laser_freq >../saved 2>&1; fi ;;
  *) echo "Error: No such command: $*" ;;
  esac
}
sonic-db-cli() { [ "$1 $2 $3" = 'CONFIG_DB HDEL PORT|Ethernet0' ] && rm "$4" && echo 1; }
`

// startBash serves that bash over SSH. Fields are those of the port; the file
// "full" beside them makes saving fail.
func startBash(t *testing.T) (drivers.Device, string) {
	t.Helper()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skipf("NOT TESTED against bash: %v", err)
	}
	dir := t.TempDir()
	home, rc := filepath.Join(dir, "home"), filepath.Join(dir, "rc")
	for _, err := range []error{
		os.Mkdir(home, 0o700), os.WriteFile(rc, []byte(sonicShell), 0o600), os.WriteFile(filepath.Join(home, "admin_status"), []byte("down\n"), 0o600),
		os.WriteFile(filepath.Join(home, "speed"), []byte("400000\n"), 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	server, err := sshd.New(sshd.Config{User: "waveplane", Password: secret, Serve: func(_ context.Context, g sshd.Guest) {
		cmd := exec.Command(bash, "--noprofile", "--rcfile", rc, "-i")
		cmd.Dir, cmd.Env = home, []string{"HOME=" + home, "TERM=vt100", "PATH=" + os.Getenv("PATH"), "HISTFILE="}
		if err := onTerminal(cmd, g.Channel); err != nil {
			fmt.Fprintf(g.Channel, "no shell: %v\r\n", err)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	address, err := server.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Shut)
	cat, err := catalogue.Default()
	if err != nil {
		t.Fatal(err)
	}
	profile, err := cat.Profile("lab-sonic")
	if err != nil {
		t.Fatal(err)
	}
	return drivers.Device{
		Name: "switch", Address: address, HostKey: server.HostKey(), Profile: profile, Manage: true, Ports: []string{"Ethernet0"},
		Credentials: func(context.Context) (string, string, error) { return "waveplane", secret, nil },
	}, dir
}

// onTerminal runs a command on a terminal of its own until whoever is at the other
// end has enough.
func onTerminal(cmd *exec.Cmd, guest io.ReadWriter) error {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return err
	}
	defer master.Close()
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		return err
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		return err
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return err
	}
	if err := unix.IoctlSetWinsize(int(slave.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 511, Col: 511}); err != nil {
		return err
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	err = cmd.Start()
	_ = slave.Close()
	if err != nil {
		return err
	}
	var says sync.WaitGroup
	says.Go(func() { _, _ = io.Copy(guest, master) })
	_, _ = io.Copy(master, guest)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	says.Wait() // nobody has the other end of the terminal any more
	return nil
}

// TestRealBash holds what SONiC's dialect types to a bash.
func TestRealBash(t *testing.T) {
	device, dir := startBash(t)
	field := func(name string) string {
		text, err := os.ReadFile(filepath.Join(dir, "home", name))
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(text))
	}
	var log bytes.Buffer
	device.Log = slog.New(slog.NewTextHandler(&log, nil))
	s, err := (&cli.Driver{}).Open(t.Context(), device)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	oc, laser := models.ObjectID{Kind: models.KindOpticalChannel, Key: "Ethernet0"}, models.ObjectID{Kind: models.KindLaser, Key: "Ethernet0/1"}
	tuned := models.Leaves{models.LeafFrequency: "196025 GHz", models.LeafTargetPower: "-10.00 dBm", models.LeafMode: "400"}
	on, off := models.Leaves{models.LeafEnabled: "true"}, models.Leaves{models.LeafEnabled: "false"}
	light := drivers.Pass{Changes: []models.Change{{Owner: "a", Object: oc, After: tuned}, {Owner: "a", Object: laser, Before: off, After: on}}}
	for _, sent := range []bool{true, false} {
		result, err := s.Apply(t.Context(), light)
		if err != nil || result.Sent != sent {
			t.Fatalf("light: %+v, %v", result, err)
		}
	}
	state, err := s.Observe(t.Context())
	if err != nil || !state.Objects[oc].Equal(tuned) || !state.Objects[laser].Equal(on) || state.Identity.Software != "SONiC.bash" {
		t.Fatalf("observed %+v, %v", state, err)
	}
	saved, err := os.ReadFile(filepath.Join(dir, "saved"))
	if got := [4]string{field("laser_freq"), field("tx_power"), field("admin_status"), strings.TrimSpace(string(saved))}; got != [4]string{"196025", "-10.0", "up", "196025"} {
		t.Errorf("the port has %q (%v)", got, err)
	}

	full := filepath.Join(dir, "full")
	if err := os.WriteFile(full, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	retuned := maps.Clone(tuned)
	retuned[models.LeafTargetPower] = "-9.50 dBm"
	retune := drivers.Pass{Changes: []models.Change{{Owner: "a", Object: oc, Before: tuned, After: retuned}}}
	if _, err = s.Apply(t.Context(), retune); err != nil {
		t.Errorf("in effect, but not saved: %v", err)
	}
	if got := field("tx_power"); got != "-9.5" || !strings.Contains(log.String(), "Error: no space left") {
		t.Errorf("power %q after it could not be saved; the log says %s", got, log.String())
	}
	if err := os.Remove(full); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "saved")); err != nil {
		t.Fatal(err)
	}
	if result, err := s.Apply(t.Context(), retune); err != nil || result.Sent { // all there, but for the saving
		t.Errorf("retune again: %+v, %v", result, err)
	}
	if saved, err := os.ReadFile(filepath.Join(dir, "saved")); err != nil || strings.TrimSpace(string(saved)) != "196025" {
		t.Errorf("saved %q, %v", saved, err)
	}

	if _, err := s.Apply(t.Context(), drivers.Pass{Changes: []models.Change{{Owner: "a", Object: oc, Before: retuned}, {Owner: "a", Object: laser, Before: on}}}); err != nil {
		t.Fatalf("give up: %v", err)
	}
	if got := [4]string{field("laser_freq"), field("tx_power"), field("admin_status"), field("speed")}; got != [4]string{"", "", "down", "400000"} {
		t.Errorf("given up, the port has %q", got)
	}
}
