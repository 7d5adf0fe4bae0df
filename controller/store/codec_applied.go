package store

import "github.com/waveplane/waveplane/controller/records"

// appliedCodec is the codec of applied records, see records.Applied.AppendJSON.
type appliedCodec struct{ jsonCodec[records.Applied] }

func (appliedCodec) Append(b []byte, v records.Applied) ([]byte, error) { return v.AppendJSON(b) }

func (c appliedCodec) Decode(data []byte) (records.Applied, bool, error) {
	v, complete, err := c.jsonCodec.Decode(data)
	v.Complete()
	return v, complete, err
}
