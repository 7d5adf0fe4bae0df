package clid

import "testing"

// TestConfigures: a line belongs to configuring unless it is known to read, and in a
// mode for configuring every line does.
func TestConfigures(t *testing.T) {
	for name, c := range map[string]struct{ reads, configures []string }{
		"arista-eos": {
			[]string{"show running-config", "terminal length 0", "exit"},
			[]string{"configure", "configure session wp", "configure session wp commit", "copy running-config startup-config", "shows"},
		},
		"cisco-iosxr": {
			[]string{"show running-config", "terminal width 511", "exit"},
			[]string{"configure terminal", "configure exclusive", "clear configuration inconsistency", "commit"},
		},
		"juniper-junos": {
			[]string{"set cli screen-length 0", "show version"},
			[]string{"configure exclusive", "configure private", "set interfaces et-0/0/0 disable", "request system configuration rescue save"},
		},
		"nokia-gx":      {[]string{"set cli-config paging disabled", "show config"}, []string{"configure exclusive", "commit persist"}},
		"nokia-srlinux": {[]string{"environment cli-engine type basic", "info flat from running"}, []string{"enter candidate exclusive", "tools system configuration confirmed-accept"}},
		"nokia-sros":    {[]string{"environment more false", "admin show configuration flat"}, []string{"edit-config exclusive", "commit confirmed accept", "admin save"}},
		"sonic": {
			[]string{"show runningconfiguration all", "exit"},
			[]string{"sudo -n config interface startup Ethernet0", "config save -y", "sonic-db-cli CONFIG_DB HDEL PORT|Ethernet0 laser_freq", "show version; sudo config reload -y"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := dialects()[name](&session{face: &Face{cfg: Config{Name: "router"}}})
			for _, line := range c.reads {
				if d.configures(line) {
					t.Errorf("%q is taken for configuring", line)
				}
			}
			for _, line := range c.configures {
				if !d.configures(line) {
					t.Errorf("%q is not taken for configuring", line)
				}
			}
		})
	}
}

func TestEveryLineInConfigurationModeConfigures(t *testing.T) {
	for name, enter := range map[string]string{
		"arista-eos": "configure session wp", "cisco-iosxr": "configure exclusive", "juniper-junos": "configure exclusive",
		"nokia-gx": "configure exclusive", "nokia-srlinux": "enter candidate exclusive", "nokia-sros": "edit-config exclusive",
	} {
		t.Run(name, func(t *testing.T) {
			d := dialects()[name](&session{face: &Face{cfg: Config{Name: "router"}}})
			if _, err := d.handle(t.Context(), enter); err != nil {
				t.Fatal(err)
			}
			for _, line := range []string{"show version", "exit", "abort"} {
				if !d.configures(line) {
					t.Errorf("%q is not taken for configuring", line)
				}
			}
		})
	}
}
