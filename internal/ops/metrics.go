// Package ops is what operators see of tradewire: the metrics registry, the
// counters of the stages, readiness and the set-up of the log.
package ops

import (
	"net/http"
	"regexp"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics is the registry of one process and the metrics that every stage
// shares. It is safe for concurrent use.
type Metrics struct {
	registry    *prometheus.Registry
	stages      *stageCollector
	duration    *prometheus.HistogramVec
	freshness   *prometheus.HistogramVec
	lag         *prometheus.GaugeVec
	lastSuccess *prometheus.GaugeVec
	failures    *prometheus.CounterVec
	items       *prometheus.CounterVec
	lastNews    *prometheus.GaugeVec
	usualGap    *prometheus.GaugeVec
	waiting     *prometheus.GaugeVec
	spentPages  *prometheus.GaugeVec
	spentBytes  *prometheus.GaugeVec
}

// NewMetrics makes a registry that also holds the metrics of the Go runtime
// and of the process.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		stages:   newStageCollector(),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "tradewire_stage_duration_seconds",
			Help:    "Time from taking up an input to the acknowledgement of all that was made of it.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2.5, 12),
		}, []string{"stage"}),
		freshness: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "tradewire_freshness_seconds",
			Help:    "Age of what a stage sent: now minus the time the article was published.",
			Buckets: []float64{1, 5, 15, 60, 300, 900, 3600, 4 * 3600, 24 * 3600, 7 * 24 * 3600, 30 * 24 * 3600},
		}, []string{"stage"}),
		lag: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "tradewire_kafka_lag",
			Help: "Records of a partition that a stage has not finished.",
		}, []string{"stage", "topic", "partition"}),
		lastSuccess: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "tradewire_source_last_success_timestamp_seconds",
			Help: "When a source was last read without an error, in Unix time.",
		}, []string{"source"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tradewire_source_failures_total",
			Help: "Attempts to read a source that failed.",
		}, []string{"source"}),
		items: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tradewire_source_items_total",
			Help: "New pages that a source announced.",
		}, []string{"source"}),
		lastNews: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "tradewire_source_last_news_timestamp_seconds",
			Help: "When a source last announced something that it had not announced before, in Unix time.",
		}, []string{"source"}),
		usualGap: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "tradewire_source_usual_gap_seconds",
			Help: "How long a source usually announces nothing new, learned from its history.",
		}, []string{"source"}),
		waiting: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "tradewire_fetches_waiting",
			Help: "Pages put aside until later, by reason: budget (the source's is used up for today), host (it wants to be left alone).",
		}, []string{"reason"}),
		spentPages: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "tradewire_source_budget_pages_ratio",
			Help: "Share of the day's budget of pages that a source has used, on the host where it used most.",
		}, []string{"source"}),
		spentBytes: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "tradewire_source_budget_bytes_ratio",
			Help: "Share of the day's budget of bytes that a source has used, on the host where it used most.",
		}, []string{"source"}),
	}
	m.registry.MustRegister(m.stages, m.duration, m.freshness, m.lag, m.lastSuccess, m.failures, m.items,
		m.lastNews, m.usualGap, m.waiting, m.spentPages, m.spentBytes,
		// What was in use after the last collection: growth there is no garbage.
		collectors.NewGoCollector(collectors.WithGoCollectorRuntimeMetrics(collectors.GoRuntimeMetricsRule{
			Matcher: regexp.MustCompile(`^/gc/heap/live:bytes$`),
		})),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Registry is where other rooms register metrics of their own.
func (m *Metrics) Registry() *prometheus.Registry { return m.registry }

// Handler serves the metrics in the formats of Prometheus.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}

// Lag says how many records of a partition a stage has not finished yet. Two
// stages can read one topic.
func (m *Metrics) Lag(stage, topic string, partition int, records int64) {
	m.lag.WithLabelValues(stage, topic, strconv.Itoa(partition)).Set(float64(records))
}

// ForgetLag drops the lag of a partition that another process took over.
func (m *Metrics) ForgetLag(stage, topic string, partition int) {
	m.lag.DeleteLabelValues(stage, topic, strconv.Itoa(partition))
}

// Source makes the metrics of a source appear before it was ever read, so
// that an alert can tell "failing" from "unknown".
func (m *Metrics) Source(name string) {
	m.failures.WithLabelValues(name)
	m.items.WithLabelValues(name)
}

// SourceRead notes that a source was read at that time and announced so many
// new pages.
func (m *Metrics) SourceRead(name string, at time.Time, items int) {
	m.lastSuccess.WithLabelValues(name).Set(float64(at.UnixMilli()) / 1000)
	m.items.WithLabelValues(name).Add(float64(items))
}

// SourceNews notes when a source last announced something new, and how long
// it usually announces nothing.
func (m *Metrics) SourceNews(name string, last time.Time, usual time.Duration) {
	m.lastNews.WithLabelValues(name).Set(float64(last.UnixMilli()) / 1000)
	m.usualGap.WithLabelValues(name).Set(usual.Seconds())
}

// SourceFailed counts an attempt to read a source that failed.
func (m *Metrics) SourceFailed(name string) { m.failures.WithLabelValues(name).Inc() }

// FetchesWaiting says how many fetches of this process wait for a reason.
func (m *Metrics) FetchesWaiting(reason string, n int) {
	m.waiting.WithLabelValues(reason).Set(float64(n))
}

// SourceSpent says which share of its budgets of the day a source has used.
func (m *Metrics) SourceSpent(name string, pages, bytes float64) {
	m.spentPages.WithLabelValues(name).Set(pages)
	m.spentBytes.WithLabelValues(name).Set(bytes)
}
