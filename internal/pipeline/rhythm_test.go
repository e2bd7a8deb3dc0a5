package pipeline

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/fetch"
	"github.com/tradewire/tradewire/internal/ops"
	"github.com/tradewire/tradewire/internal/source"
)

// listening is a poller of a feed whose items are given by the time.
type listening struct {
	*poller
	log  *strings.Builder
	wire *fakeLog
	m    *ops.Metrics
}

func listenTo(items func() []string, m *recollection) listening {
	l := listening{log: &strings.Builder{}, wire: newFakeLog(), m: ops.NewMetrics()}
	w := &fakeWeb{answers: map[string]func(fetch.Request) (*fetch.Response, error){
		"https://news.example/feed": func(r fetch.Request) (*fetch.Response, error) {
			var list strings.Builder
			for _, name := range items() {
				list.WriteString(item(name))
			}
			return page(fmt.Sprintf(rss, list.String()), "")(r)
		},
	}}
	l.poller = testPoller(w, l.wire, l.m)
	l.poller.config.Revisit = 24 * time.Hour // what is announced for long is announced again: that is no news
	l.poller.rhythms = newRhythms(l.wire, l.m, slog.New(slog.NewTextHandler(l.log, nil)))
	if m != nil {
		l.poller.rhythms.by = m.rhythms.by
	}
	return l
}

func (l listening) silences() int { return strings.Count(l.log.String(), "source is silent") }

// office announces one notice every three hours from nine to six, Monday to
// Friday, and keeps the last ten on its page.
func office() []string {
	var names []string
	for at := time.Now().Truncate(3 * time.Hour); len(names) < 10; at = at.Add(-3 * time.Hour) {
		if h := at.Hour(); h >= 9 && h <= 18 && at.Weekday() != time.Saturday && at.Weekday() != time.Sunday {
			names = append(names, at.Format("2006-01-02T15"))
		}
	}
	return names
}

// TestASilentSourceIsTold: four weeks of office hours raise nothing; when the
// page freezes, the warning comes after three usual gaps, once.
func TestASilentSourceIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		redesigned, last := false, office()
		l := listenTo(func() []string {
			if !redesigned {
				last = office()
			}
			return last
		}, nil)
		pollFor(l.poller, 28*24*time.Hour)
		if l.silences() != 0 {
			t.Fatalf("nights and weekends are taken for silence:\n%s", l.log)
		}
		usual := gaugeOf(t, l.m, "tradewire_source_usual_gap_seconds")
		if usual < 12*3600 || usual > 48*3600 {
			t.Errorf("usual gap %.1f h", usual/3600)
		}
		redesigned = true
		began := time.Now()
		for l.silences() == 0 && time.Since(began) < 30*24*time.Hour {
			pollFor(l.poller, time.Hour)
		}
		after := time.Since(began)
		if after < 24*time.Hour || after > 7*24*time.Hour {
			t.Errorf("told after %v", after)
		}
		if quiet := float64(time.Now().Unix()) - gaugeOf(t, l.m, "tradewire_source_last_news_timestamp_seconds"); quiet < 3*usual {
			t.Errorf("the alert rule would not hold: quiet for %.0f s of 3 × %.0f s", quiet, usual)
		}
		pollFor(l.poller, 5*24*time.Hour)
		if l.silences() != 1 {
			t.Errorf("told %d times", l.silences())
		}
		redesigned = false // mended: all is well, and the next silence is told again
		pollFor(l.poller, 24*time.Hour)
		redesigned = true
		pollFor(l.poller, 14*24*time.Hour)
		if l.silences() != 2 {
			t.Errorf("told %d times after the second redesign", l.silences())
		}
	})
}

// TestANewsroomMayRestAtNight: a newsroom that announces every ten minutes is
// not called silent before a day has passed.
func TestANewsroomMayRestAtNight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stopped := time.Time{}
		l := listenTo(func() []string {
			at := time.Now()
			if !stopped.IsZero() {
				at = stopped
			}
			return []string{at.Truncate(10 * time.Minute).Format("2006-01-02T15-04")}
		}, nil)
		l.source.Every = 10 * time.Minute
		pollFor(l.poller, 10*24*time.Hour)
		stopped = time.Now()
		pollFor(l.poller, 23*time.Hour)
		if l.silences() != 0 {
			t.Errorf("too early:\n%s", l.log)
		}
		pollFor(l.poller, 3*time.Hour)
		if l.silences() != 1 {
			t.Errorf("told %d times", l.silences())
		}
	})
}

// TestARhythmOutlivesItsProcess: another process knows it from the topic, and
// the page that froze while nobody looked is no news to it.
func TestARhythmOutlivesItsProcess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		frozen := []string(nil)
		items := func() []string {
			if frozen != nil {
				return frozen
			}
			return office()
		}
		first := listenTo(items, nil)
		pollFor(first.poller, 21*24*time.Hour)
		memory := &recollection{rhythms: newRhythms(nil, nil, nil)}
		kept := 0
		for _, r := range first.wire.written {
			if string(r.Key) == "source:example" {
				kept++
			}
			if err := memory.apply(r); err != nil {
				t.Fatal(err)
			}
		}
		if kept < 15 || kept > 200 {
			t.Errorf("the rhythm was written %d times in three weeks", kept)
		}
		frozen = office()
		time.Sleep(36 * time.Hour) // while nobody looks
		second := listenTo(items, memory)
		pollFor(second.poller, 6*24*time.Hour)
		if second.silences() != 1 {
			t.Errorf("told %d times:\n%s", second.silences(), second.log)
		}
	})
}

func TestASourceThatNeverAnnouncedIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := listenTo(func() []string { return nil }, nil)
		pollFor(l.poller, 20*24*time.Hour)
		if l.silences() != 0 {
			t.Errorf("too early:\n%s", l.log)
		}
		pollFor(l.poller, 2*24*time.Hour)
		if l.silences() != 1 {
			t.Errorf("told %d times", l.silences())
		}
	})
}

func TestRhythmsLeaveAddressesInTheFileAlone(t *testing.T) {
	t.Parallel()
	wire := newFakeLog()
	r := newRhythms(wire, ops.NewMetrics(), slog.New(slog.DiscardHandler))
	if err := r.visited(t.Context(), source.Source{Name: "fixed", Kind: source.URLs}, time.Now()); err != nil || len(wire.written) != 0 {
		t.Errorf("%v, %d records", err, len(wire.written))
	}
	r.learned(event.Page{URL: "https://news.example/source:x", Rhythm: &event.Rhythm{}})
	if len(r.by) != 0 {
		t.Error("a page was taken for a source")
	}
	body, err := json.Marshal(event.Page{URL: "source:x", Rhythm: &event.Rhythm{Gaps: 2, Items: packed(map[uint32]bool{7: true, 9: true})}})
	if err != nil {
		t.Fatal(err)
	}
	var back event.Page
	if err := json.Unmarshal(body, &back); err != nil || len(unpacked(back.Rhythm.Items)) != 2 || !unpacked(back.Rhythm.Items)[9] {
		t.Errorf("%v %s", err, body)
	}
}

// gaugeOf reads the one value of a gauge.
func gaugeOf(t *testing.T, m *ops.Metrics, name string) float64 {
	t.Helper()
	families, err := m.Registry().Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name && len(f.GetMetric()) == 1 {
			return f.GetMetric()[0].GetGauge().GetValue()
		}
	}
	t.Fatalf("no gauge %s", name)
	return 0
}
