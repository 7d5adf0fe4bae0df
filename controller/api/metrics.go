package api

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/waveplane/waveplane/controller/store"
)

// metrics are served from a registry of their own, so that two controllers in
// one process do not meet.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	watchers prometheus.Gauge
	changes  *prometheus.CounterVec
}

func newMetrics(cfg Config) (*metrics, error) {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "waveplane_api_requests_total", Help: "Requests answered, by route and status."}, []string{"method", "route", "code"}),
		seconds:  prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "waveplane_api_request_seconds", Help: "Time to answer a request, watches left out.", Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14)}, []string{"method", "route"}),
		watchers: prometheus.NewGauge(prometheus.GaugeOpts{Name: "waveplane_api_watches", Help: "Watches that are open."}),
		changes:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "waveplane_api_documents_total", Help: "Documents changed, by kind and outcome."}, []string{"kind", "outcome"}),
	}
	all := []prometheus.Collector{m.requests, m.seconds, m.watchers, m.changes, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), newStoreStats(cfg.Store)}
	for _, c := range append(all, cfg.Metrics...) {
		if err := m.registry.Register(c); err != nil {
			return nil, fmt.Errorf("api: metrics: %w", err)
		}
	}
	return m, nil
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// served counts an answer. Routes are patterns, so their number is bounded
// whatever clients ask for.
func (m *metrics) served(method, route string, status int, took time.Duration) {
	if route == "" {
		method, route = "other", "none"
	}
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
	m.seconds.WithLabelValues(method, route).Observe(took.Seconds())
}

// storeStats turns the store's counters into metrics when asked.
type storeStats struct {
	store                                         *store.Store
	transactions, conflicts, puts, deletes, reads *prometheus.Desc
}

func newStoreStats(s *store.Store) storeStats {
	desc := func(name, help string) *prometheus.Desc {
		return prometheus.NewDesc("waveplane_store_"+name+"_total", help, nil, nil)
	}
	return storeStats{
		store:        s,
		transactions: desc("transactions", "Transactions committed."),
		conflicts:    desc("conflicts", "Transactions refused by a comparison."),
		puts:         desc("puts", "Records written."),
		deletes:      desc("deletes", "Records deleted."),
		reads:        desc("reads", "Reads of a record or page."),
	}
}

// Describe lists the metrics.
func (s storeStats) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{s.transactions, s.conflicts, s.puts, s.deletes, s.reads} {
		out <- d
	}
}

// Collect reads the counters.
func (s storeStats) Collect(out chan<- prometheus.Metric) {
	st := s.store.Stats()
	for _, m := range []struct {
		desc  *prometheus.Desc
		value uint64
	}{{s.transactions, st.Transactions}, {s.conflicts, st.Conflicts}, {s.puts, st.Puts}, {s.deletes, st.Deletes}, {s.reads, st.Reads}} {
		out <- prometheus.MustNewConstMetric(m.desc, prometheus.CounterValue, float64(m.value))
	}
}
