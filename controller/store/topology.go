package store

import "context"

// The topology revision moves with every write of a site, device, link or mode,
// so that a plan made against an older network is refused.
const topologyKey = root + "meta/topology"

// BumpTopology moves the topology revision to that of the transaction.
func (s *Store) BumpTopology() Op {
	return Op{key: topologyKey, act: actPut, value: []byte(versionField + "}")}
}

// TopologyRevision returns the topology revision; 0 if there never was a topology.
func (s *Store) TopologyRevision(ctx context.Context) (int64, error) {
	s.stats.reads.Add(1)
	resp, err := s.client.Get(ctx, topologyKey)
	if err != nil {
		return 0, named("read topology revision", err)
	}
	if len(resp.Kvs) == 0 {
		return 0, nil
	}
	return resp.Kvs[0].ModRevision, nil
}

// CheckTopology only compares: the topology revision must be rev.
func (s *Store) CheckTopology(rev int64) Op {
	return Op{key: topologyKey, compare: compareMod, rev: rev}
}
