package cli

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models"
)

// gxLine is the dialect with media channels.
func gxLine(t *testing.T) *platform {
	t.Helper()
	all, _ := known(t)
	return all["nokia-gx"]
}

func mediaID(key string) models.ObjectID {
	return models.ObjectID{Kind: models.KindMediaChannel, Key: key}
}

func mediaLeaves(source, dest string) models.Leaves {
	return models.Leaves{
		models.LeafChannelName: "circuit/a/1", models.LeafAdmin: models.AdminDisabled, models.LeafLower: "193056.25 GHz", models.LeafUpper: "193143.75 GHz",
		models.LeafSource: source, models.LeafDest: dest, models.LeafTargetPower: "-17.50 dBm",
	}
}

// shownAs is the configuration of a device with some entries.
func shownAs(r *entryRows, all entries) string {
	var b strings.Builder
	b.WriteString("set interface-mgmt mtu \"1500\"\n")
	for _, name := range slices.Sorted(maps.Keys(all)) {
		b.WriteString(r.Add + " " + name)
		for _, w := range all[name] {
			b.WriteString(" " + r.typed(w))
		}
		b.WriteString("\n")
	}
	return b.String()
}

// typeInto does what lines ask for.
func typeInto(t *testing.T, r *entryRows, all entries, edits []edit) entries {
	t.Helper()
	out := maps.Clone(all)
	for _, e := range edits {
		switch {
		case strings.HasPrefix(e.line, r.Delete+" "):
			name := strings.TrimPrefix(e.line, r.Delete+" ")
			if _, there := out[name]; !there {
				t.Fatalf("%q deletes what is not there", e.line)
			}
			delete(out, name)
			if len(out.users(name)) > 0 {
				t.Fatalf("%q deletes what is in use", e.line)
			}
		case strings.HasPrefix(e.line, r.Add+" "):
			name := wordsIn(e.line)[1]
			if _, there := out[name]; there {
				t.Fatalf("%q makes what is there", e.line)
			}
			out.read(strings.TrimPrefix(e.line, r.Add+" "))
			for _, w := range out[name] {
				if (w.name == "source" || w.name == "destination" || w.name == "parent-facility" && !strings.HasPrefix(w.value, "trib-")) && out[w.value] == nil && !strings.HasPrefix(w.value, "oms-") {
					t.Fatalf("%q refers to %s, which is not there", e.line, w.value)
				}
			}
		case strings.HasPrefix(e.line, r.Set+" "):
			if _, there := out[wordsIn(e.line)[1]]; !there {
				t.Fatalf("%q sets what is not there", e.line)
			}
			out.read(strings.TrimPrefix(e.line, r.Set+" "))
		default:
			t.Fatalf("%q is no line of an entry", e.line)
		}
	}
	return out
}

// TestMediaChannelsComeAndGo: whatever is made, changed, blocked and removed, in any
// order and in either direction, is what the device shows afterwards, and when all
// is removed nothing is left.
func TestMediaChannelsComeAndGo(t *testing.T) {
	p := gxLine(t)
	s := &Session{platform: p}
	others := entries{}
	others.read("mc-7 parent-oms oms-1-5-L1 lower-frequency 196000000 upper-frequency 196050000")
	others.read("nmc-7 parent-facility mc-7 center-frequency 196025000 width 50000")
	others.read("oxcon-lease source 'nmc-7' destination 'nmc-8' circuit-id 'carrier z'")
	rapid.Check(t, func(rt *rapid.T) {
		have := maps.Clone(others)
		want := map[models.ObjectID]models.Leaves{}
		for range rapid.IntRange(1, 12).Draw(rt, "passes") {
			var pass drivers.Pass
			for _, key := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"10000", "10001", "10002"}), 1, 3, rapid.ID).Draw(rt, "keys") {
				c := models.Change{Owner: "circuit/a/1", Object: mediaID(key), Before: want[mediaID(key)]}
				if rapid.Bool().Draw(rt, "there") {
					center := models.Frequency(rapid.Int64Range(191_400_000, 195_900_000).Draw(rt, "center"))
					if rapid.Bool().Draw(rt, "shared") {
						center = 193_100 * models.GHz
					}
					half := models.Frequency(rapid.SampledFrom([]int64{25_000, 37_500, 43_750}).Draw(rt, "half"))
					ends := rapid.SampledFrom([][2]string{{"trib-1-7-1", "oms-1-5-L1"}, {"oms-1-5-L1", "trib-1-7-1"}, {"oms-1-6-L1", "oms-1-5-L1"}}).Draw(rt, "ends")
					c.After = models.Leaves{
						models.LeafChannelName: "circuit/a/" + key, models.LeafLower: (center - half).String(), models.LeafUpper: (center + half).String(),
						models.LeafSource: ends[0], models.LeafDest: ends[1], models.LeafAdmin: rapid.SampledFrom([]string{models.AdminEnabled, models.AdminDisabled}).Draw(rt, "admin"),
						models.LeafTargetPower: models.Power(rapid.IntRange(-1800, 1500).Draw(rt, "power")).String(),
					}
				}
				pass.Changes = append(pass.Changes, c)
			}
			if sharesACentre(want, pass) {
				continue // two widths at one centre of one port: spectrum that the planner gives once
			}
			if kind, err := s.check(pass); err != nil {
				rt.Fatalf("%s: %v", kind, err)
			}
			edits := s.edits(pass, picture{entries: have})
			have = typeInto(t, p.Entries, have, edits)
			for _, c := range pass.Changes {
				delete(want, c.Object)
				if c.After != nil {
					want[c.Object] = c.After
				}
			}
			read := p.readConfig(shownAs(p.Entries, have))
			got, _ := p.objects(read, nil)
			if d := cmp.Diff(want, got); d != "" {
				rt.Fatalf("the device shows something else (-want +got):\n%s", d)
			}
			if again := s.edits(pass, picture{entries: read.entries}); len(again) > 0 {
				rt.Fatalf("the same again types %q", again[0].line)
			}
		}
		var away drivers.Pass
		for id, leaves := range want {
			away.Changes = append(away.Changes, models.Change{Owner: "circuit/a/1", Object: id, Before: leaves})
		}
		if d := cmp.Diff(others, typeInto(t, p.Entries, have, s.edits(away, picture{entries: have})), cmp.AllowUnexported(wordValue{})); d != "" {
			rt.Fatalf("something is left (-want +got):\n%s", d)
		}
	})
}

// sharesACentre reports whether two channels of one port have one centre and other
// edges.
func sharesACentre(want map[models.ObjectID]models.Leaves, pass drivers.Pass) bool {
	all := maps.Clone(want)
	for _, c := range pass.Changes {
		delete(all, c.Object)
		if c.After != nil {
			all[c.Object] = c.After
		}
	}
	slots := map[models.Frequency]slot{}
	for _, leaves := range all {
		s, err := slotOf(leaves)
		if err != nil {
			return true
		}
		if other, there := slots[s.lower+s.upper]; there && other != s {
			return true
		}
		slots[s.lower+s.upper] = s
	}
	return false
}

func TestMediaChannelsOfOthers(t *testing.T) {
	p := gxLine(t)
	config := func(lines string) map[models.ObjectID]models.Leaves {
		objects, _ := p.objects(p.readConfig(lines), nil)
		return objects
	}
	for name, c := range map[string]struct {
		lines string
		want  models.Leaves
	}{
		"two-way": {"add nmc-1 parent-facility trib-1 center-frequency 193100000 width 50000\nadd oxcon-5 source 'nmc-1' destination 'nmc-1' direction two-way circuit-id 'leased to carrier z'",
			models.Leaves{models.LeafChannelName: "leased to carrier z"}},
		"dangling": {"add oxcon-5 source 'nmc-1' destination nmc-2 direction one-way", models.Leaves{}},
		"narrowed": {"add mc-1 parent-oms oms-1 lower-frequency 193075000 upper-frequency 193110000\nadd nmc-1 parent-facility mc-1 center-frequency 193100000 width 50000\nadd oxcon-5 source 'nmc-1' destination 'nmc-1' direction one-way",
			models.Leaves{models.LeafSource: "oms-1", models.LeafDest: "oms-1", models.LeafLower: "193075 GHz", models.LeafUpper: "193110 GHz"}},
		"ends of two widths": {"add nmc-1 parent-facility trib-1 center-frequency 193100000 width 50000\nadd nmc-2 parent-facility trib-2 center-frequency 193100000 width 75000\nadd oxcon-5 source 'nmc-1' destination 'nmc-2' direction one-way",
			models.Leaves{models.LeafSource: "trib-1", models.LeafDest: "trib-2"}},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(c.want, config(c.lines)[mediaID("5")]); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
	if got := config("add oxcon-x source 'a' destination 'b'\nadd oxcon-007 source 'a' destination 'b'"); len(got) != 0 {
		t.Errorf("%v are taken for numbered cross-connects", got)
	}
	// What nobody's leaves tell is the rest, so that its change is seen.
	_, one := p.objects(p.readConfig("add oxcon-5 source 'nmc-1' destination 'nmc-2' direction one-way label 'a b'"), nil)
	_, other := p.objects(p.readConfig("add oxcon-5 source 'nmc-1' destination 'nmc-2' direction one-way label 'a c'"), nil)
	if slices.Equal(one, other) {
		t.Errorf("another label is not seen: %q", one)
	}
}

// TestEntriesOfOthersStay: what somebody else uses is neither changed nor deleted, what
// only looks like ours stays, and what is left of ours is swept up.
func TestEntriesOfOthersStay(t *testing.T) {
	p := gxLine(t)
	s := &Session{platform: p}
	want := mediaLeaves("trib-1-7-1", "oms-1-5-L1")
	ours := p.Entries.of(map[models.ObjectID]models.Leaves{mediaID("10000"): want})
	const nmc, mc, trib = "nmc-oms-1-5-L1-193100000", "mc-oms-1-5-L1-193100000", "nmc-trib-1-7-1-193100000"
	all := []string{"delete -f oxcon-10000", "delete -f " + nmc, "delete -f " + trib, "delete -f " + mc}
	remove := models.Change{Owner: "circuit/a/1", Object: mediaID("10000"), Before: want}
	typed := func(more string, without []string, c models.Change) (lines []string) {
		config := shownAs(p.Entries, ours) + more
		for _, name := range without {
			config = regexp.MustCompile(`(?m)^add `+name+` .*\n`).ReplaceAllString(config, "")
		}
		for _, e := range s.edits(drivers.Pass{Changes: []models.Change{c}}, s.have(config)) {
			lines = append(lines, e.line)
		}
		return lines
	}
	for name, c := range map[string]struct {
		more    string
		without []string
		want    []string
	}{
		"nobody else's":                      {"", nil, all},
		"a flag before the name":             {"add pg-1 revertive working " + nmc + " protecting x\n", nil, []string{"delete -f oxcon-10000", "delete -f " + trib}},
		"a list":                             {"add pg-1 members '" + nmc + "," + trib + "'\n", nil, []string{"delete -f oxcon-10000"}},
		"another kind of line":               {"set pm-1 object " + trib + "\n", nil, []string{"delete -f oxcon-10000", "delete -f " + nmc, "delete -f " + mc}},
		"a word that we do not write":        {"add " + trib + " label planned\n", nil, []string{"delete -f oxcon-10000", "delete -f " + nmc, "delete -f " + mc}},
		"a name like ours, another centre":   {"add nmc-trib-9-1 parent-facility trib-9 center-frequency 193000000 width 50000\n", nil, all},
		"deleted by hand, the links are not": {"", []string{"oxcon-10000"}, all[1:]},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(c.want, typed(c.more, c.without, remove)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
	t.Run("what was left is in the way of another slot", func(t *testing.T) {
		next := maps.Clone(want)
		next[models.LeafLower], next[models.LeafUpper] = "193062.5 GHz", "193150 GHz"
		lines := typed("", []string{"oxcon-10000"}, models.Change{Owner: "circuit/b/1", Object: mediaID("10001"), After: next})
		if len(lines) < 4 || !slices.Equal(lines[:3], all[1:]) {
			t.Errorf("typed %q, which does not begin with taking away what was left", lines)
		}
	})
	t.Run("only the power, on links of other names", func(t *testing.T) {
		config := strings.NewReplacer(nmc, "nmc-5", mc, "mc-5", trib, "nmc-6").Replace(shownAs(p.Entries, ours))
		louder := maps.Clone(want)
		louder[models.LeafTargetPower] = "-16.50 dBm"
		edits := s.edits(drivers.Pass{Changes: []models.Change{{Owner: "circuit/a/1", Object: mediaID("10000"), Before: want, After: louder}}}, s.have(config))
		if len(edits) != 1 || edits[0].line != "set oxcon-10000 target-output-power-dst -16.50" {
			t.Errorf("typed %+v", edits)
		}
	})
	t.Run("a number without its zeros", func(t *testing.T) {
		config := strings.ReplaceAll(shownAs(p.Entries, ours), "-17.50", "-17.5")
		if edits := s.edits(drivers.Pass{Changes: []models.Change{{Owner: "circuit/a/1", Object: mediaID("10000"), After: want}}}, s.have(config)); len(edits) != 0 {
			t.Errorf("typed %q", edits[0].line)
		}
	})
	t.Run("a link that others use as it is", func(t *testing.T) {
		wide := strings.NewReplacer("width 87500", "width 150000", "193056250", "193025000", "193143750", "193175000", "oxcon-10000", "oxcon-3", "circuit/a/1", "carrier z").Replace(shownAs(p.Entries, ours))
		pass := drivers.Pass{Changes: []models.Change{{Owner: "circuit/a/1", Object: mediaID("10000"), After: want}}}
		if _, words := p.Entries.clash(pass, p.readConfig(wide).entries); !strings.Contains(words, "is there with other values, and oxcon-3 uses it") {
			t.Errorf("says %q", words)
		}
		if _, words := p.Entries.clash(pass, p.readConfig(strings.ReplaceAll(wide, "carrier z", "circuit/a/1")).entries); words != "" {
			t.Errorf("says %q of an entry of the same owner", words)
		}
		if _, words := p.Entries.clash(pass, p.readConfig(shownAs(p.Entries, ours)).entries); words != "" {
			t.Errorf("says %q of what is as it has to be", words)
		}
	})
}

// TestEntriesAreMended: what somebody changed in an entry of ours is put right by a
// line of its own, without taking the light away.
func TestEntriesAreMended(t *testing.T) {
	p := gxLine(t)
	s := &Session{platform: p}
	want := mediaLeaves("trib-1-7-1", "oms-1-5-L1")
	have := p.Entries.of(map[models.ObjectID]models.Leaves{mediaID("10000"): want})
	for name, c := range map[string]struct {
		entry, word, value string
		lines              []string
	}{
		"width of a network media channel": {"nmc-trib-1-7-1-193100000", "width", "50000", []string{"set nmc-trib-1-7-1-193100000 width 87500"}},
		"media channel that is wider":      {"mc-oms-1-5-L1-193100000", "upper-frequency", "193500000", []string{"set mc-oms-1-5-L1-193100000 upper-frequency 193143750"}},
		"edge of a media channel":          {"mc-oms-1-5-L1-193100000", "lower-frequency", "193062500", []string{"set mc-oms-1-5-L1-193100000 lower-frequency 193056250"}},
		"power":                            {"oxcon-10000", "target-output-power-dst", "-3.00", []string{"set oxcon-10000 target-output-power-dst -17.50"}},
		"direction": {"oxcon-10000", "direction", "two-way", []string{
			"delete -f oxcon-10000",
			"add oxcon-10000 source 'nmc-trib-1-7-1-193100000' destination 'nmc-oms-1-5-L1-193100000' direction one-way target-output-power-dst -17.50 circuit-id 'circuit/a/1' admin-state lock",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			now := maps.Clone(have)
			now[c.entry] = now[c.entry].with(c.word, c.value)
			objects, _ := p.objects(p.readConfig(shownAs(p.Entries, now)), nil)
			if maps.Equal(objects[mediaID("10000")], want) {
				t.Error("the change is not seen")
			}
			pass := drivers.Pass{Changes: []models.Change{{Owner: "circuit/a/1", Object: mediaID("10000"), Before: objects[mediaID("10000")], After: want}}}
			var lines []string
			for _, e := range s.edits(pass, picture{entries: now}) {
				lines = append(lines, e.line)
			}
			if d := cmp.Diff(c.lines, lines); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestMediaChannelsThatCannotBe(t *testing.T) {
	s := &Session{platform: gxLine(t)}
	for name, c := range map[string]struct {
		leaf        models.LeafName
		value, want string
	}{
		"too narrow":         {models.LeafUpper, "193066.25 GHz", "width 10000: the device takes 15000 to 200000"},
		"too wide":           {models.LeafUpper, "193306.25 GHz", "width 250000: the device takes 15000 to 200000"},
		"upside down":        {models.LeafUpper, "193000 GHz", "lower edge 193056.25 GHz is not below upper edge 193000 GHz"},
		"half a MHz":         {models.LeafUpper, "193143.751 GHz", "the centre of 193056.25 GHz to 193143.751 GHz is no whole MHz; with upper edge 193143.75 GHz or 193143.752 GHz it is"},
		"too dark":           {models.LeafTargetPower, "-18.10 dBm", "target-output-power-dst -18.10: the device takes -18 to 15"},
		"too bright":         {models.LeafTargetPower, "15.10 dBm", "target-output-power-dst 15.10: the device takes -18 to 15"},
		"a port in quotes":   {models.LeafSource, "trib'; delete oms", `source: "trib'; delete oms" is no name of a device`},
		"no port":            {models.LeafDest, "", `dest: "" is no name of a device`},
		"a state of its own": {models.LeafAdmin, "HALF", `admin-state: "HALF" is not among the values known`},
		"somebody's name":    {models.LeafChannelName, "a' b", "cannot be sent to a command line"},
		"an unknown leaf":    {models.LeafFrequency, "193100 GHz", `no leaf "frequency"`},
	} {
		t.Run(name, func(t *testing.T) {
			leaves := mediaLeaves("trib-1-7-1", "oms-1-5-L1")
			leaves[c.leaf] = c.value
			_, err := s.check(drivers.Pass{Changes: []models.Change{{Owner: "circuit/a/1", Object: mediaID("10000"), After: leaves}}})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	if _, err := s.check(drivers.Pass{Changes: []models.Change{{Object: mediaID("x"), After: mediaLeaves("trib-1", "oms-1")}}}); err == nil {
		t.Error("a key that is no number is taken")
	}
}
