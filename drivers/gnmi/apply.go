package gnmi

import (
	"context"
	"fmt"
	"maps"

	gnmipb "github.com/openconfig/gnmi/proto/gnmi"
	"github.com/openconfig/gnmi/proto/gnmi_ext"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/internal/dial"
	"github.com/waveplane/waveplane/drivers/internal/ocmap"
	"github.com/waveplane/waveplane/models"
)

// Apply reads the objects of the pass back, leaves out what is already so and
// sends the rest as one SetRequest.
func (s *Session) Apply(ctx context.Context, p drivers.Pass) (drivers.Result, error) {
	if err := s.managed("apply"); err != nil {
		return drivers.Result{}, err
	}
	if kind, err := ocmap.Check(p, s.device.Profile); err != nil {
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
	edits := ocmap.EditsOf(p, have, s.device.Profile)
	if len(edits) == 0 {
		return drivers.Result{Applied: ocmap.OwnersOf(p)}, nil
	}
	request := setRequest(edits)
	request.Extension = s.extensions(p.Term)
	at, err := s.set(ctx, request)
	result := drivers.Result{Sent: at == sent}
	if err == nil {
		result.Applied = ocmap.OwnersOf(p)
		return result, nil
	}
	err = s.failure("apply", err, at)
	if drivers.KindOf(err) == drivers.KindRejected {
		result.Refused = ocmap.Blame(wordsOf(err), edits)
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
	if kind, err := ocmap.Check(p, s.device.Profile); err != nil {
		return "", s.refuse("preview", kind, err)
	}
	return ocmap.Render(ocmap.EditsOf(p, p.Before(), s.device.Profile)), nil
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
	paths := s.pathsOf(ids, func(n ocmap.Nature) bool { return n == ocmap.Configuration })
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
	maps.Copy(have, v.Take(true).Objects)
	return have, nil
}

// Path names the leaf of an object as the device's own people do.
func (s *Session) Path(id models.ObjectID, leaf models.LeafName) string {
	return ocmap.PathName(id, leaf)
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

func setRequest(edits []ocmap.Edit) *gnmipb.SetRequest {
	r := &gnmipb.SetRequest{Prefix: &gnmipb.Path{Origin: origin}}
	for _, e := range edits {
		path := pathOf(e.Schema, e.Keys...)
		if e.Operation == ocmap.Deletion {
			r.Delete = append(r.Delete, path)
			continue
		}
		u := &gnmipb.Update{Path: path, Val: &gnmipb.TypedValue{Value: &gnmipb.TypedValue_JsonIetfVal{JsonIetfVal: []byte(e.Payload)}}}
		if e.Operation == ocmap.Replacement {
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

func wordsOf(err error) string {
	if e, ok := err.(*drivers.Error); ok {
		return e.Words
	}
	return ""
}
