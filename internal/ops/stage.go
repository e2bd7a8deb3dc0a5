package ops

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Stage counts the inputs of one stage. At every moment, and in every scrape,
// received = sent + rejected + in flight holds exactly.
type Stage struct {
	name      string
	duration  prometheus.Observer
	freshness prometheus.Observer

	mu       sync.Mutex
	received uint64
	sent     uint64
	inFlight int64
	rejected map[string]uint64
}

// Stage makes the counters of a stage, or returns those it made before.
func (m *Metrics) Stage(name string) *Stage {
	return m.stages.get(name, func() *Stage {
		return &Stage{
			name:      name,
			duration:  m.duration.WithLabelValues(name),
			freshness: m.freshness.WithLabelValues(name),
			rejected:  map[string]uint64{},
		}
	})
}

// Job is one input on its way through a stage. Exactly one of Sent and
// Rejected ends it; what is called after that changes nothing.
type Job struct {
	stage *Stage
	begun time.Time
	ended bool
}

// Begin counts an input as received and in flight.
func (s *Stage) Begin() *Job {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.received++
	s.inFlight++
	return &Job{stage: s, begun: time.Now()}
}

// Sent counts the input as done: all outputs made of it, however many or
// none, are acknowledged. published is when the article behind it came out;
// the zero time is left out of the freshness.
func (j *Job) Sent(published time.Time) {
	if j.end("") && !published.IsZero() {
		j.stage.freshness.Observe(max(0, time.Since(published).Seconds()))
	}
}

// Rejected counts the input as refused, for a reason out of a small fixed set
// of words.
func (j *Job) Rejected(reason string) {
	if reason == "" {
		reason = "unknown"
	}
	j.end(reason)
}

func (j *Job) end(reason string) bool {
	s := j.stage
	s.mu.Lock()
	defer s.mu.Unlock()
	if j.ended {
		return false
	}
	j.ended = true
	s.inFlight--
	if reason == "" {
		s.sent++
	} else {
		s.rejected[reason]++
	}
	s.duration.Observe(time.Since(j.begun).Seconds())
	return true
}

// Counts are the counters of a stage at one moment.
type Counts struct {
	Received, Sent uint64
	InFlight       int64
	// Rejected counts by reason.
	Rejected map[string]uint64
}

// Refused is the sum of Rejected over all reasons.
func (c Counts) Refused() uint64 {
	var n uint64
	for _, v := range c.Rejected {
		n += v
	}
	return n
}

// Counts reads all counters at once.
func (s *Stage) Counts() Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := Counts{Received: s.received, Sent: s.sent, InFlight: s.inFlight, Rejected: make(map[string]uint64, len(s.rejected))}
	for reason, n := range s.rejected {
		c.Rejected[reason] = n
	}
	return c
}

// stageCollector shows the counters of a stage as of one moment, which
// separate counters could not: the invariant would break between two reads.
type stageCollector struct {
	received, sent, rejected, inFlight *prometheus.Desc

	mu     sync.Mutex
	stages []*Stage
}

func newStageCollector() *stageCollector {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("tradewire_stage_"+name, help, append([]string{"stage"}, labels...), nil)
	}
	return &stageCollector{
		received: desc("received_total", "Inputs that a stage took up."),
		sent:     desc("sent_total", "Inputs whose outputs are all acknowledged."),
		rejected: desc("rejected_total", "Inputs that a stage refused, by reason.", "reason"),
		inFlight: desc("in_flight", "Inputs taken up and not yet sent or rejected."),
	}
}

func (c *stageCollector) get(name string, make func() *Stage) *Stage {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.stages {
		if s.name == name {
			return s
		}
	}
	s := make()
	c.stages = append(c.stages, s)
	return s
}

// Describe names the four metrics.
func (c *stageCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.received, c.sent, c.rejected, c.inFlight} {
		out <- d
	}
}

// Collect sends the counters of every stage.
func (c *stageCollector) Collect(out chan<- prometheus.Metric) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.stages {
		n := s.Counts()
		out <- prometheus.MustNewConstMetric(c.received, prometheus.CounterValue, float64(n.Received), s.name)
		out <- prometheus.MustNewConstMetric(c.sent, prometheus.CounterValue, float64(n.Sent), s.name)
		out <- prometheus.MustNewConstMetric(c.inFlight, prometheus.GaugeValue, float64(n.InFlight), s.name)
		for reason, v := range n.Rejected {
			out <- prometheus.MustNewConstMetric(c.rejected, prometheus.CounterValue, float64(v), s.name, reason)
		}
	}
}
