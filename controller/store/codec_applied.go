package store

import "github.com/waveplane/waveplane/controller/records"

// appliedCodec is JSON written by hand, see records.Applied.AppendJSON.
type appliedCodec struct{ jsonCodec[records.Applied] }

func (appliedCodec) Append(b []byte, v records.Applied) ([]byte, error) { return v.AppendJSON(b) }
