package ops_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tradewire/tradewire/internal/ops"
)

// balanced says whether the counters obey the law of every stage.
func balanced(c ops.Counts) bool {
	return c.Received == c.Sent+c.Refused()+uint64(c.InFlight)
}

func TestStageInvariantHoldsInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		stage := ops.NewMetrics().Stage("extract")
		var open []*ops.Job
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch step := rapid.IntRange(0, 3).Draw(t, "step"); {
			case step == 0 || len(open) == 0:
				open = append(open, stage.Begin())
			default:
				i := rapid.IntRange(0, len(open)-1).Draw(t, "job")
				if step == 1 {
					open[i].Sent(time.Time{})
				} else {
					open[i].Rejected(rapid.SampledFrom([]string{"no_text", "panic"}).Draw(t, "reason"))
				}
			}
			if c := stage.Counts(); !balanced(c) {
				t.Fatalf("%+v", c)
			}
		}
	})
}

func TestStageInvariantHoldsInEveryScrape(t *testing.T) {
	t.Parallel()
	metrics := ops.NewMetrics()
	stage := metrics.Stage("scrape")
	var work sync.WaitGroup
	for range 4 {
		work.Go(func() {
			for i := range 500 {
				job := stage.Begin()
				if i%3 == 0 {
					job.Rejected("timeout")
				} else {
					job.Sent(time.Now())
				}
			}
		})
	}
	for range 50 {
		var received, rest float64
		families, err := metrics.Registry().Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range families {
			for _, m := range f.GetMetric() {
				switch f.GetName() {
				case "tradewire_stage_received_total":
					received += m.GetCounter().GetValue()
				case "tradewire_stage_sent_total", "tradewire_stage_rejected_total":
					rest += m.GetCounter().GetValue()
				case "tradewire_stage_in_flight":
					rest += m.GetGauge().GetValue()
				}
			}
		}
		if received != rest {
			t.Fatalf("received %v, accounted for %v", received, rest)
		}
	}
	work.Wait()
	if c := stage.Counts(); c.Received != 2000 || c.InFlight != 0 || c.Rejected["timeout"] != 4*167 {
		t.Errorf("%+v", c)
	}
}

func TestJobEndsOnce(t *testing.T) {
	t.Parallel()
	stage := ops.NewMetrics().Stage("serve")
	job := stage.Begin()
	job.Rejected("")
	job.Sent(time.Now())
	if c := stage.Counts(); c.Sent != 0 || c.Rejected["unknown"] != 1 || c.InFlight != 0 {
		t.Errorf("%+v", c)
	}
}

func scrape(t *testing.T, h http.Handler, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	body, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, string(body)
}

func TestHandlerTellsTheTruth(t *testing.T) {
	t.Parallel()
	metrics, ready := ops.NewMetrics(), ops.NewReadiness("kafka")
	job := metrics.Stage("scrape").Begin()
	job.Sent(time.Now().Add(-2 * time.Minute))
	metrics.Stage("scrape").Begin()
	metrics.Lag("extract", "articles", 3, 17)
	metrics.Source("ustr")
	metrics.SourceRead("wto", time.Unix(1700000000, 0), 4)
	metrics.SourceFailed("mofcom")
	h := ops.Handler(ready.Err, metrics.Handler())

	if code, body := scrape(t, h, "/readyz"); code != 503 || !strings.Contains(body, "kafka: has not started") {
		t.Errorf("readyz = %d %q", code, body)
	}
	if !ready.Set("kafka", nil) {
		t.Error("coming up is a change")
	}
	if code, _ := scrape(t, h, "/readyz"); code != 200 {
		t.Errorf("readyz = %d", code)
	}
	if ready.Set("kafka", nil) || !ready.Set("kafka", errors.New("gone")) || ready.Set("kafka", errors.New("still gone")) {
		t.Error("only going up or down is a change")
	}
	if code, _ := scrape(t, h, "/healthz"); code != 200 {
		t.Errorf("healthz = %d", code)
	}
	_, body := scrape(t, h, "/metrics")
	for _, want := range []string{
		`tradewire_stage_received_total{stage="scrape"} 2`,
		`tradewire_stage_sent_total{stage="scrape"} 1`,
		`tradewire_stage_in_flight{stage="scrape"} 1`,
		`tradewire_stage_duration_seconds_count{stage="scrape"} 1`,
		`tradewire_freshness_seconds_bucket{stage="scrape",le="300"} 1`,
		`tradewire_freshness_seconds_bucket{stage="scrape",le="60"} 0`,
		`tradewire_kafka_lag{partition="3",stage="extract",topic="articles"} 17`,
		`tradewire_source_last_success_timestamp_seconds{source="wto"} 1.7e+09`,
		`tradewire_source_items_total{source="wto"} 4`,
		`tradewire_source_failures_total{source="mofcom"} 1`,
		`tradewire_source_failures_total{source="ustr"} 0`,
		"go_goroutines ", "process_open_fds ",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("metrics lack %q", want)
		}
	}
	metrics.ForgetLag("extract", "articles", 3)
	if _, body := scrape(t, h, "/metrics"); strings.Contains(body, "tradewire_kafka_lag{") {
		t.Error("the lag of a lost partition stays")
	}
}

func TestNewLogger(t *testing.T) {
	t.Parallel()
	for format, want := range map[string]string{
		ops.LogJSON: `"msg":"hello","source":"ustr"}`,
		ops.LogText: `msg=hello source=ustr`,
		ops.LogAuto: `msg=hello source=ustr`,
	} {
		var out bytes.Buffer
		log, err := ops.NewLogger(&out, format, slog.LevelInfo)
		if err != nil {
			t.Fatal(err)
		}
		log.Debug("hidden")
		log.Info("hello", "source", "ustr")
		if !strings.Contains(out.String(), want) || strings.Contains(out.String(), "hidden") {
			t.Errorf("%s: %s", format, out.String())
		}
	}
	if _, err := ops.NewLogger(io.Discard, "xml", slog.LevelInfo); err == nil {
		t.Error("unknown format passed")
	}
}
