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

// Drift compares what was applied with what the devices say: what the daemon
// last heard, or with live what they answer now. Device limits it to one.
func (c *Client) Drift(ctx context.Context, live bool, device string) (wire.DriftReport, error) {
	q := url.Values{}
	if live {
		q.Set("live", "true")
	}
	if device != "" {
		q.Set("device", device)
	}
	var out wire.DriftReport
	err := c.call(ctx, http.MethodGet, wire.Base+"/drift", q, "", nil, &out)
	return out, err
}

// Adopt reads what devices have and makes documents of it; none named means all
// that are only observed.
func (c *Client) Adopt(ctx context.Context, devices []string) (wire.AdoptionReport, error) {
	var out wire.AdoptionReport
	err := c.call(ctx, http.MethodGet, wire.Base+"/adoption", url.Values{"device": devices}, "", nil, &out)
	return out, err
}

// Repair permits once that what devices acknowledged is sent again.
func (c *Client) Repair(ctx context.Context, o wire.RequestOptions) (wire.RequestReport, error) {
	return c.request(ctx, "repair", o)
}

// Retry makes the controller forget refusals and failures and try again.
func (c *Client) Retry(ctx context.Context, o wire.RequestOptions) (wire.RequestReport, error) {
	return c.request(ctx, "retry", o)
}

// Pause stops all sending to the target until Resume.
func (c *Client) Pause(ctx context.Context, o wire.RequestOptions) (wire.RequestReport, error) {
	return c.request(ctx, "pause", o)
}

// Resume takes the pauses of exactly this target away.
func (c *Client) Resume(ctx context.Context, o wire.RequestOptions) (wire.RequestReport, error) {
	return c.request(ctx, "resume", o)
}

// Pending tells whether a request is still to be served. Once all devices have
// done their part, it is gone, and found is false.
func (c *Client) Pending(ctx context.Context, id string) (r records.Request, found bool, err error) {
	err = c.call(ctx, http.MethodGet, wire.Base+"/requests/"+url.PathEscape(id), nil, "", nil, &r)
	if IsReason(err, wire.NotFound) {
		return r, false, nil
	}
	return r, err == nil, err
}

// Requests lists what people asked for and is not served yet, pauses included,
// by id.
func (c *Client) Requests(ctx context.Context) (map[string]records.Request, error) {
	var out struct {
		Items map[string]records.Request `json:"items"`
	}
	err := c.call(ctx, http.MethodGet, wire.Base+"/requests", nil, "", nil, &out)
	return out.Items, err
}

// Events returns what happened, oldest first. Limit 0 means the server's
// default; about limits it to documents and devices of that name.
func (c *Client) Events(ctx context.Context, about string, limit int) (wire.EventList, error) {
	q := url.Values{}
	if about != "" {
		q.Set("about", about)
	}
	if limit > 0 {
		q.Set("limit", fmt.Sprint(limit))
	}
	var out wire.EventList
	err := c.call(ctx, http.MethodGet, wire.Base+"/events", q, "", nil, &out)
	return out, err
}

// Version asks which program serves.
func (c *Client) Version(ctx context.Context) (wire.Version, error) {
	var out wire.Version
	err := c.call(ctx, http.MethodGet, "/version", nil, "", nil, &out)
	return out, err
}

// Ready asks whether the daemon serves.
func (c *Client) Ready(ctx context.Context) error {
	return c.call(ctx, http.MethodGet, "/readyz", nil, "", nil, nil)
}

func (c *Client) request(ctx context.Context, verb string, o wire.RequestOptions) (wire.RequestReport, error) {
	var out wire.RequestReport
	body, err := json.Marshal(o)
	if err != nil {
		return out, fmt.Errorf("encode %s: %w", verb, err)
	}
	err = c.call(ctx, http.MethodPost, wire.Base+"/"+verb, nil, "application/json", body, &out)
	return out, err
}
