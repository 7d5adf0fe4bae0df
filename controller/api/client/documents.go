package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
)

// ChangeOptions go with apply and delete.
type ChangeOptions struct {
	DryRun      bool   // check and report, store nothing
	AllowOutage bool   // light that is on may be disturbed; needs Reason
	Reason      string // kept with the document and its events
	Until       string // end of the permission: RFC 3339 or a duration; default one hour
	// WriteOff are devices that will not come back, which Delete is to go on without;
	// needs Reason.
	WriteOff []string
}

func (o ChangeOptions) query() url.Values {
	q := url.Values{}
	if o.DryRun {
		q.Set("dryRun", "All")
	}
	if o.AllowOutage {
		q.Set("allowOutage", "true")
	}
	if o.Reason != "" {
		q.Set("reason", o.Reason)
	}
	if o.Until != "" {
		q.Set("until", o.Until)
	}
	for _, device := range o.WriteOff {
		q.Add("writeOff", device)
	}
	return q
}

// ListOptions choose documents.
type ListOptions struct {
	Namespace     string // empty: all
	LabelSelector string
}

// Apply stores all documents of the files in one transaction.
func (c *Client) Apply(ctx context.Context, files []wire.File, o ChangeOptions) (wire.ChangeReport, error) {
	var out wire.ChangeReport
	err := c.postFiles(ctx, "/apply", o.query(), files, &out)
	return out, err
}

// Diff compares the documents of the files with the stored ones.
func (c *Client) Diff(ctx context.Context, files []wire.File) (wire.ChangeReport, error) {
	var out wire.ChangeReport
	err := c.postFiles(ctx, "/diff", nil, files, &out)
	return out, err
}

// DeleteFiles deletes all documents that the files name, in one transaction.
func (c *Client) DeleteFiles(ctx context.Context, files []wire.File, o ChangeOptions) (wire.ChangeReport, error) {
	var out wire.ChangeReport
	err := c.postFiles(ctx, "/delete", o.query(), files, &out)
	return out, err
}

// Plan compares the stored network with the network after the files are
// applied and the named documents (KIND/NAME or KIND/NAMESPACE/NAME) deleted.
// With native the changes of each device also come in the device's own form.
func (c *Client) Plan(ctx context.Context, files []wire.File, remove []string, native bool) (wire.PlanReport, error) {
	q := url.Values{}
	for _, r := range remove {
		q.Add("remove", r)
	}
	if native {
		q.Set("native", "true")
	}
	var out wire.PlanReport
	err := c.postFiles(ctx, "/plan", q, files, &out)
	return out, err
}

// Get returns one document with its status.
func (c *Client) Get(ctx context.Context, kind wire.Kind, namespace, name string) (wire.Object, error) {
	var out wire.Object
	err := c.call(ctx, http.MethodGet, objectPath(kind, namespace, name), nil, "", nil, &out)
	return out, err
}

// List returns documents of one kind, sorted by namespace and name.
func (c *Client) List(ctx context.Context, kind wire.Kind, o ListOptions) (wire.List, error) {
	q := url.Values{}
	if o.LabelSelector != "" {
		q.Set("labelSelector", o.LabelSelector)
	}
	var out wire.List
	err := c.call(ctx, http.MethodGet, listPath(kind, o.Namespace), q, "", nil, &out)
	return out, err
}

// Delete deletes one document. With light on it, it is Deleting until the
// controller has taken the light down.
func (c *Client) Delete(ctx context.Context, kind wire.Kind, namespace, name string, o ChangeOptions) (wire.ChangeReport, error) {
	var out wire.ChangeReport
	err := c.call(ctx, http.MethodDelete, objectPath(kind, namespace, name), o.query(), "", nil, &out)
	return out, err
}

// Why returns the planner's full explanation of one Circuit or Wavelength, and
// what stands in its way now.
func (c *Client) Why(ctx context.Context, kind wire.Kind, namespace, name string) (wire.Explanation, error) {
	var out wire.Explanation
	err := c.call(ctx, http.MethodGet, objectPath(kind, namespace, name)+"/why", nil, "", nil, &out)
	return out, err
}

// Spectrum tells how full a link is, or with between the routes between two
// sites; with both, those that pass the link.
func (c *Client) Spectrum(ctx context.Context, link string, between []string) (wire.SpectrumReport, error) {
	q := url.Values{}
	if link != "" {
		q.Set("link", link)
	}
	for _, site := range between {
		q.Add("between", site)
	}
	var out wire.SpectrumReport
	err := c.call(ctx, http.MethodGet, wire.Base+"/spectrum", q, "", nil, &out)
	return out, err
}

// Replan returns what would be decided for one Circuit or Wavelength today,
// beside what it has.
func (c *Client) Replan(ctx context.Context, kind wire.Kind, namespace, name string) (wire.PlanReport, error) {
	var out wire.PlanReport
	err := c.call(ctx, http.MethodGet, objectPath(kind, namespace, name)+"/replan", nil, "", nil, &out)
	return out, err
}

// Wavelength returns everything known of one wavelength.
func (c *Client) Wavelength(ctx context.Context, namespace, name string) (records.WavelengthReport, error) {
	kind, err := wire.KindNamed("Wavelength")
	if err != nil {
		return records.WavelengthReport{}, err
	}
	var out records.WavelengthReport
	err = c.call(ctx, http.MethodGet, objectPath(kind, namespace, name)+"/report", nil, "", nil, &out)
	return out, err
}

func (c *Client) postFiles(ctx context.Context, path string, q url.Values, files []wire.File, out any) error {
	body, err := json.Marshal(wire.FileSet{Files: files})
	if err != nil {
		return fmt.Errorf("encode files: %w", err)
	}
	return c.call(ctx, http.MethodPost, wire.Base+path, q, wire.FileSetType, body, out)
}

func listPath(kind wire.Kind, namespace string) string {
	if kind.Namespaced && namespace != "" {
		return wire.Base + "/namespaces/" + url.PathEscape(namespace) + "/" + kind.Plural
	}
	return wire.Base + "/" + kind.Plural
}

func objectPath(kind wire.Kind, namespace, name string) string {
	if kind.Namespaced && namespace == "" {
		namespace = wire.DefaultNamespace
	}
	return listPath(kind, namespace) + "/" + url.PathEscape(name)
}
