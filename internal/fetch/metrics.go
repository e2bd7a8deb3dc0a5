package fetch

import (
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics count what Get did. Labels come from closed sets: a host's name is
// never one.
type metrics struct {
	requests  *prometheus.CounterVec
	retries   prometheus.Counter
	wireBytes prometheus.Counter
	bodyBytes prometheus.Counter
	duration  prometheus.Histogram
	waits     *prometheus.HistogramVec
	rests     prometheus.Counter
	underway  prometheus.Histogram
}

func newMetrics(reg prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tradewire_fetch_requests_total",
			Help: "Pages asked for, by result: ok, not_modified, or the class of the error.",
		}, []string{"result"}),
		retries: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tradewire_fetch_retries_total", Help: "Further tries after a temporary failure.",
		}),
		wireBytes: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tradewire_fetch_wire_bytes_total", Help: "Body bytes received, before decoding.",
		}),
		bodyBytes: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tradewire_fetch_body_bytes_total", Help: "Body bytes after decoding.",
		}),
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "tradewire_fetch_duration_seconds",
			Help:    "Time of one fetch with all waiting, redirects and retries.",
			Buckets: []float64{.01, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120},
		}),
		waits: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "tradewire_fetch_host_wait_seconds",
			Help: "Time a request waited before it was sent, by what for: turn (another request to the host), rest (of the host), " +
				"pace (of the host), place (among all requests), gate (the group shares its hosts anew).",
			Buckets: []float64{.001, .01, .1, .5, 1, 2, 5, 10, 30, 60},
		}, []string{"for"}),
		underway: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "tradewire_fetch_request_seconds",
			Help:    "Time of one request, from dial to the last byte.",
			Buckets: []float64{.01, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}),
		rests: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tradewire_fetch_host_rests_total", Help: "Times that failures in a row made us leave a host alone.",
		}),
	}
	if reg == nil {
		return m, nil
	}
	for _, collector := range []prometheus.Collector{m.requests, m.retries, m.wireBytes, m.bodyBytes, m.duration, m.waits, m.rests, m.underway} {
		if err := reg.Register(collector); err != nil {
			return nil, fmt.Errorf("register fetch metrics: %w", err)
		}
	}
	return m, nil
}

func (m *metrics) observe(resp *Response, err *Error, took time.Duration) {
	result := "ok"
	switch {
	case err != nil:
		result = err.Class
	case resp.NotModified:
		result = "not_modified"
	}
	m.requests.WithLabelValues(result).Inc()
	m.duration.Observe(took.Seconds())
}

// waited notes what a request waited for.
func (m *metrics) waited(what string, d time.Duration) {
	m.waits.WithLabelValues(what).Observe(d.Seconds())
}
