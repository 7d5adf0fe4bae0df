package gnmi

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	gnmipb "github.com/openconfig/gnmi/proto/gnmi"
	"github.com/openconfig/gnmi/proto/gnmi_ext"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/internal/dial"
	"github.com/waveplane/waveplane/models"
)

// Apply reads the objects of the pass back, leaves out what is already so and
// sends the rest as one SetRequest.
func (s *Session) Apply(ctx context.Context, p drivers.Pass) (drivers.Result, error) {
	if err := s.managed("apply"); err != nil {
		return drivers.Result{}, err
	}
	if kind, err := check(p, s.device.Profile); err != nil {
		return drivers.Result{}, s.refuse("apply", kind, err)
	}
	ctx, end, err := s.begin(ctx, "apply", 0)
	if err != nil {
		return drivers.Result{}, err
	}
	defer end()
	have, err := s.readBack(ctx, p)
	if err != nil {
		return drivers.Result{}, s.failure("apply", err, unsent)
	}
	edits := s.edits(p, have)
	if len(edits) == 0 {
		return drivers.Result{Applied: ownersOf(p)}, nil
	}
	request := setRequest(edits)
	request.Extension = s.extensions(p.Term)
	at, err := s.set(ctx, request)
	result := drivers.Result{Sent: at == sent}
	if err == nil {
		result.Applied = ownersOf(p)
		return result, nil
	}
	err = s.failure("apply", err, at)
	if drivers.KindOf(err) == drivers.KindRejected {
		result.Refused = blame(err, edits)
	}
	return result, err
}

// Arbitrate announces a term with an empty Set.
func (s *ArbitratedSession) Arbitrate(ctx context.Context, t drivers.Term) error {
	if err := s.managed("arbitrate"); err != nil {
		return err
	}
	ctx, end, err := s.begin(ctx, "arbitrate", 0)
	if err != nil {
		return err
	}
	defer end()
	if at, err := s.set(ctx, &gnmipb.SetRequest{Extension: s.extensions(t)}); err != nil {
		return s.failure("arbitrate", err, at)
	}
	return nil
}

// Preview renders the request that would bring the device from Before to After
// of each change; Apply goes by what it reads back instead of Before.
func (s *Session) Preview(p drivers.Pass) (string, error) {
	if kind, err := check(p, s.device.Profile); err != nil {
		return "", s.refuse("preview", kind, err)
	}
	have := map[models.ObjectID]models.Leaves{}
	for _, c := range p.Changes {
		have[c.Object] = c.Before
	}
	return render(s.edits(p, have)), nil
}

// managed refuses to touch a device that Waveplane only observes.
func (s *Session) managed(op string) error {
	if s.device.Manage {
		return nil
	}
	return s.refuse(op, drivers.KindInvalid, fmt.Errorf("the device is only observed"))
}

func (s *Session) refuse(op string, kind drivers.Kind, err error) error {
	return &drivers.Error{Op: op, Device: s.device.Name, Kind: kind, Err: err}
}

// readBack reads the configuration of the pass's objects as it is now.
func (s *Session) readBack(ctx context.Context, p drivers.Pass) (map[models.ObjectID]models.Leaves, error) {
	ids := make([]models.ObjectID, len(p.Changes))
	for i, c := range p.Changes {
		ids[i] = c.Object
	}
	paths := s.pathsOf(ids, func(n nature) bool { return n == configuration })
	have := map[models.ObjectID]models.Leaves{}
	if len(paths) == 0 {
		return have, nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	v, err := s.once(ctx, s.caps.read(paths))
	if err != nil {
		return nil, err
	}
	maps.Copy(have, v.take(true).Objects)
	return have, nil
}

func (s *Session) edits(p drivers.Pass, have map[models.ObjectID]models.Leaves) []edit {
	var edits []edit
	for _, c := range p.Changes {
		edits = append(edits, editsOf(c, have[c.Object], s.device.Profile)...)
	}
	slices.SortStableFunc(edits, func(a, b edit) int { return cmp.Compare(a.rank, b.rank) })
	return edits
}

// set sends a SetRequest and reports how far it came.
func (s *Session) set(ctx context.Context, request *gnmipb.SetRequest) (stage, error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	ctx, left := dial.WatchSent(ctx)
	_, err := s.client.Set(ctx, request)
	if left.Happened() {
		return sent, err
	}
	return unsent, err
}

func setRequest(edits []edit) *gnmipb.SetRequest {
	r := &gnmipb.SetRequest{Prefix: &gnmipb.Path{Origin: origin}}
	for _, e := range edits {
		path := pathOf(e.schema, e.keys...)
		if e.operation == deletion {
			r.Delete = append(r.Delete, path)
			continue
		}
		u := &gnmipb.Update{Path: path, Val: &gnmipb.TypedValue{Value: &gnmipb.TypedValue_JsonIetfVal{JsonIetfVal: []byte(e.payload)}}}
		if e.operation == replacement {
			r.Replace = append(r.Replace, u)
		} else {
			r.Update = append(r.Update, u)
		}
	}
	return r
}

// role names us among the kinds of clients that arbitrate with each other.
const role = "waveplane"

// extensions carries the term where the device honours it.
func (s *Session) extensions(t drivers.Term) []*gnmi_ext.Extension {
	if !s.device.Profile.ArbitrationExtension {
		return nil
	}
	return []*gnmi_ext.Extension{{Ext: &gnmi_ext.Extension_MasterArbitration{MasterArbitration: &gnmi_ext.MasterArbitration{
		Role:       &gnmi_ext.Role{Id: role},
		ElectionId: &gnmi_ext.Uint128{High: t.Incarnation, Low: t.Revision},
	}}}}
}

func ownersOf(p drivers.Pass) []string {
	owners := map[string]bool{}
	for _, c := range p.Changes {
		owners[c.Owner] = true
	}
	return slices.Sorted(maps.Keys(owners))
}

// blame finds whose edits a refusal is about: the only owner there is, or the
// only one whose path the device's words mention. Nobody is blamed when that
// cannot be told; the caller then splits the pass.
func blame(err error, edits []edit) map[string]string {
	words := wordsOf(err)
	owners, mentioned := map[string]bool{}, map[string]bool{}
	for _, e := range edits {
		owners[e.owner] = true
		if mentions(words, e) {
			mentioned[e.owner] = true
		}
	}
	if len(owners) > 1 {
		owners = mentioned
	}
	if len(owners) != 1 {
		return nil
	}
	for owner := range owners {
		return map[string]string{owner: words}
	}
	return nil
}

// mentions reports whether a text names the list entry that an edit is about,
// with the list's container, as in logical-channels/channel[index=7].
func mentions(words string, e edit) bool {
	text := pathText(e.schema, e.keys...)
	bracket := strings.IndexByte(text, '[')
	start := strings.LastIndexByte(text[:bracket], '/')
	start = strings.LastIndexByte(text[:start], '/') + 1
	end := bracket + keyEnd(text[bracket:]) + 1
	return strings.Contains(words, text[start:end])
}

func wordsOf(err error) string {
	if e, ok := err.(*drivers.Error); ok {
		return e.Words
	}
	return ""
}
