package archive_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tradewire/tradewire/internal/archive"
	"github.com/tradewire/tradewire/internal/event"
)

func opened(t testing.TB) *archive.Archive {
	t.Helper()
	a, err := archive.Open(filepath.Join(t.TempDir(), "archive.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

func apply(t testing.TB, a *archive.Archive, b archive.Batch) {
	t.Helper()
	if err := a.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
}

func ids(t testing.TB, a *archive.Archive, q archive.Query) string {
	t.Helper()
	events, _, err := a.Events(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range events {
		out = append(out, e.ID)
	}
	return strings.Join(out, " ")
}

func anEvent(id, kind, published string, slots event.Slots) event.Event {
	return event.Event{ID: id, Rev: 1, Op: event.OpCreate, Family: kind + "s", Kind: kind, Published: published, Slots: slots,
		Confidence: .5, Claims: []string{"c-" + id},
		Sources: []event.Source{{Article: "a-" + id, Title: "Title of " + id, Evidence: []event.Evidence{{End: 4, Text: "passage of " + id}}}}}
}

func TestFilters(t *testing.T) {
	a := opened(t)
	apply(t, a, archive.Batch{
		Articles: []event.Article{{ID: "a-m1", Title: "Duties", Text: "A long piece that also speaks of lobsters."}},
		Events: []event.Event{
			anEvent("m1", "measure", "2025-05-02", event.Slots{"by": event.List("US"), "on": event.List("CN"), "status": event.Text("in_force"),
				"sectors": event.List("steel", "energy"), "in_response_to": event.Text("retaliatory tariffs")}),
			anEvent("m2", "measure", "2025-05-03T01:00:00+02:00", event.Slots{"by": event.List("EU"), "status": event.Text("threatened")}),
			anEvent("s1", "stance", "2025-05-04", event.Slots{"holder": event.Text("Señora Ada Example"), "target": event.Text("steel duties")}),
			anEvent("s2", "stance", "", event.Slots{"holder": event.Text("CN"), "speaker": event.Text("Li Beispiel")}),
		}})
	day := func(s string) time.Time {
		at, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for _, tc := range []struct {
		q    archive.Query
		want string
	}{
		{archive.Query{}, "s1 m2 m1 s2"},
		{archive.Query{Family: "measures"}, "m2 m1"},
		{archive.Query{Kind: "stance"}, "s1 s2"},
		{archive.Query{Kind: "stance", Family: "measures"}, ""},
		{archive.Query{Country: "CN"}, "m1 s2"},
		{archive.Query{Country: "EU"}, "m2"},
		{archive.Query{Country: "steel"}, ""},
		{archive.Query{Sector: "energy"}, "m1"},
		{archive.Query{Status: "threatened"}, "m2"},
		{archive.Query{Official: "example"}, "s1"},
		{archive.Query{Official: "SENORA  ada"}, "s1"},
		{archive.Query{Official: "exam"}, ""},
		{archive.Query{Official: "%"}, ""},
		{archive.Query{Official: "Li"}, "s2"},
		{archive.Query{Since: day("2025-05-03")}, "s1"},
		{archive.Query{Since: day("2025-05-02")}, "s1 m2 m1"},
		{archive.Query{Text: "tariff"}, "m1"},
		{archive.Query{Text: "Steel duty"}, "s1"},
		{archive.Query{Text: "lobster"}, "m1"},
		{archive.Query{Text: "passage m2"}, "m2"},
		{archive.Query{Text: `" OR NEAR(a b) * ^ -`}, ""},
		{archive.Query{Text: "!?"}, ""},
		{archive.Query{Text: "lobsters", Country: "EU"}, ""},
	} {
		if got := ids(t, a, tc.q); got != tc.want {
			t.Errorf("%+v: %q, want %q", tc.q, got, tc.want)
		}
	}
}

func TestTheHigherRevisionWinsInAnyOrder(t *testing.T) {
	var revs []event.Event
	for rev, op := range []string{event.OpCreate, event.OpUpdate, event.OpRetract, event.OpUpdate, event.OpRetract} {
		e := anEvent("e", "measure", "2025-05-02", event.Slots{"by": event.List([]string{"US", "CN", "EU", "JP", "KR"}[rev])})
		e.Rev, e.Op = rev+1, op
		revs = append(revs, e)
	}
	a := opened(t)
	round := 0 // one archive for all rounds: opening is slow under the race detector
	rapid.Check(t, func(rt *rapid.T) {
		round++
		family := fmt.Sprint("family", round)
		top := event.Event{}
		for _, e := range rapid.SliceOfN(rapid.SampledFrom(revs), 1, 8).Draw(rt, "order") {
			e.ID, e.Family = fmt.Sprint("e", round), family
			apply(t, a, archive.Batch{Events: []event.Event{e}})
			if e.Rev > top.Rev {
				top = e
			}
			want := []event.Event{top}
			if top.Op == event.OpRetract {
				want = nil
			}
			got, _, err := a.Events(t.Context(), archive.Query{Family: family})
			if err != nil {
				rt.Fatal(err)
			}
			if len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
				rt.Fatalf("after rev %d (highest %d %s): %+v", e.Rev, top.Rev, top.Op, got)
			}
			for _, old := range revs {
				found := ids(t, a, archive.Query{Family: family, Country: old.Slots["by"].List[0]}) == e.ID
				if found != (len(want) == 1 && old.Rev == top.Rev) {
					rt.Fatalf("rev %d is indexed: %v, the highest is %d %s", old.Rev, found, top.Rev, top.Op)
				}
			}
			if found := ids(t, a, archive.Query{Family: family, Text: "passage"}) == e.ID; found != (len(want) == 1) {
				rt.Fatalf("the text is indexed: %v, the highest is %d %s", found, top.Rev, top.Op)
			}
		}
	})
}

func TestApplyTwiceChangesNothing(t *testing.T) {
	a := opened(t)
	when := time.Date(2025, 5, 2, 9, 0, 0, 0, time.UTC)
	b := archive.Batch{
		Articles: []event.Article{{ID: "a-e1", Text: "soya beans", Fetched: &when}},
		Mentions: []event.Mentions{{Article: "a-e1", Sectors: []event.Sector{{Code: "agriculture"}}}},
		Events:   []event.Event{anEvent("e1", "measure", "2025-05-02", nil), anEvent("e1", "measure", "2025-05-02", nil)},
	}
	for range 3 {
		apply(t, a, b)
		if got := ids(t, a, archive.Query{Text: "soya"}); got != "e1" {
			t.Fatalf("found %q", got)
		}
		article, mentions, events, err := a.Article(t.Context(), "a-e1")
		if err != nil || article.Text != "soya beans" || !article.Fetched.Equal(when) || len(mentions.Sectors) != 1 || len(events) != 1 {
			t.Fatalf("%+v %+v %+v %v", article, mentions, events, err)
		}
	}
}

func TestApplyIsAllOrNothing(t *testing.T) {
	a := opened(t)
	bad := anEvent("bad", "measure", "2025-05-02", event.Slots{"rule": event.Text("a fixed name")})
	err := a.Apply(t.Context(), archive.Batch{Events: []event.Event{anEvent("good", "measure", "2025-05-02", nil), bad}})
	if err == nil || !strings.Contains(err.Error(), "event bad") {
		t.Fatalf("error %v", err)
	}
	if got := ids(t, a, archive.Query{}); got != "" {
		t.Errorf("%q stayed of a batch that failed", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := a.Apply(ctx, archive.Batch{Events: []event.Event{anEvent("late", "measure", "", nil)}}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// A row that can never be stored says so: it is not the archive that fails.
func TestARowThatCannotBeStored(t *testing.T) {
	a := opened(t)
	bad := anEvent("e2", "measure", "2025-05-02", event.Slots{"rev": event.Text("a slot with the name of a member")})
	err := a.Apply(t.Context(), archive.Batch{Events: []event.Event{anEvent("e1", "measure", "2025-05-02", nil), bad}})
	var row *archive.RowError
	if !errors.As(err, &row) || row.Row != "event e2" {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := a.Apply(ctx, archive.Batch{Events: []event.Event{anEvent("e1", "measure", "2025-05-02", nil)}}); err == nil || errors.As(err, &row) {
		t.Errorf("cancelled: %v", err)
	}
	if got := ids(t, a, archive.Query{}); got != "" {
		t.Errorf("stored %q", got)
	}
}

func TestTheArticleFetchedLaterStays(t *testing.T) {
	early, late := time.Unix(100, 0), time.Unix(200, 0)
	older, newer := event.Article{ID: "a", Text: "older walrus", Fetched: &early}, event.Article{ID: "a", Text: "newer otter", Fetched: &late}
	for _, order := range [][]event.Article{{older, newer}, {newer, older}} {
		a := opened(t)
		apply(t, a, archive.Batch{Articles: order, Events: []event.Event{{ID: "e", Rev: 1, Sources: []event.Source{{Article: "a"}}}}})
		got, _, _, err := a.Article(t.Context(), "a")
		if err != nil || got.Text != newer.Text {
			t.Errorf("%q, %v", got.Text, err)
		}
		if ids(t, a, archive.Query{Text: "otter"}) != "e" || ids(t, a, archive.Query{Text: "walrus"}) != "" {
			t.Error("the search finds the old text")
		}
	}
}

func TestUnknownArticle(t *testing.T) {
	a := opened(t)
	apply(t, a, archive.Batch{Mentions: []event.Mentions{{Article: "a"}}})
	if _, _, _, err := a.Article(t.Context(), "a"); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("error %v", err)
	}
}

func TestPagesHoldEveryEventOnceInOrder(t *testing.T) {
	a := opened(t)
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		family := fmt.Sprint("family", round)
		add := func(id, kind, published string) event.Event {
			e := anEvent(fmt.Sprint(round, " ", id), kind, published, nil)
			e.Family = family
			return e
		}
		dates := rapid.SampledFrom([]string{"", "2025-05-01", "2025-05-02", "2025-05-02T10:00:00Z", "1960-01-01", "garbage"})
		var b archive.Batch
		for i := range rapid.IntRange(0, 30).Draw(rt, "events") {
			kind := rapid.SampledFrom([]string{"measure", "stance"}).Draw(rt, "kind")
			b.Events = append(b.Events, add(fmt.Sprintf("e %02d", i), kind, dates.Draw(rt, "published")))
		}
		apply(t, a, b)
		q := archive.Query{Family: family, Kind: rapid.SampledFrom([]string{"", "measure"}).Draw(rt, "filter")}
		q.Limit = archive.MaxLimit
		want := ids(t, a, q)
		q.Limit = rapid.IntRange(1, 7).Draw(rt, "limit")
		var got []string
		for pages := 0; ; pages++ {
			events, next, err := a.Events(t.Context(), q)
			if err != nil || len(events) > q.Limit || pages > 31 {
				rt.Fatalf("page %d of %d events: %v", pages, len(events), err)
			}
			for _, e := range events {
				got = append(got, e.ID)
			}
			// An event that comes meanwhile moves nothing that is still to come.
			apply(t, a, archive.Batch{Events: []event.Event{add(fmt.Sprint("new", pages), "measure", "2026-01-01")}})
			if next == "" {
				break
			}
			q.Cursor = next
		}
		if strings.Join(got, " ") != want {
			rt.Fatalf("pages of %d held\n%v\nwant\n%v", q.Limit, got, want)
		}
	})
}

func TestBadCursor(t *testing.T) {
	a := opened(t)
	for _, cursor := range []string{"%%", "abc", "MTI", "eCB5"} {
		if _, _, err := a.Events(t.Context(), archive.Query{Cursor: cursor}); !errors.Is(err, archive.ErrCursor) {
			t.Errorf("%s: %v", cursor, err)
		}
	}
}

func TestReadersSeeWholeBatchesWhileOneWrites(t *testing.T) {
	a := opened(t)
	const batches, size = 40, 25
	ctx := t.Context()
	var group sync.WaitGroup
	done := make(chan struct{})
	for range 3 {
		group.Go(func() {
			for seen := 0; ; {
				events, _, err := a.Events(ctx, archive.Query{Limit: archive.MaxLimit, Kind: "measure"})
				if err != nil || len(events)%size != 0 || len(events) < seen {
					t.Errorf("%d events after %d: %v", len(events), seen, err)
					return
				}
				seen = len(events)
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for i := range batches {
		var b archive.Batch
		for k := range size {
			kind := "measure"
			if i >= 20 { // one page shows no more than MaxLimit
				kind = "stance"
			}
			b.Events = append(b.Events, anEvent(fmt.Sprintf("%d-%d", i, k), kind, "2025-05-02", nil))
		}
		apply(t, a, b)
	}
	close(done)
	group.Wait()
}

func TestReopenedArchiveIsAsItWas(t *testing.T) {
	path := filepath.Join(t.TempDir(), "odd name ?#%41.db")
	for range 2 {
		a, err := archive.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Check(t.Context()); err != nil {
			t.Error(err)
		}
		apply(t, a, archive.Batch{Events: []event.Event{anEvent("e1", "measure", "2025-05-02", nil)}})
		if got := ids(t, a, archive.Query{}); got != "e1" {
			t.Errorf("found %q", got)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
		if err := a.Check(t.Context()); err == nil {
			t.Error("a closed archive is in order")
		}
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	database := func(name, statements string) string {
		path := filepath.Join(dir, name)
		db, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.Exec(statements); err != nil {
			t.Fatal(err)
		}
		return path
	}
	text := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(text, []byte("these are notes, keep them"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		text: "not a SQLite database",
		dir:  "it is a folder",
		database("other.db", "CREATE TABLE notes (n)"):                                       "another program",
		database("newer.db", "PRAGMA application_id = 0x74776172; PRAGMA user_version = 99"): "a newer tradewire",
		filepath.Join(dir, "no", "such", "folder.db"):                                        "unable to open",
	} {
		before, _ := os.ReadFile(path)
		a, err := archive.Open(path)
		if err == nil {
			t.Errorf("%s was opened: %v", path, a.Close())
			continue
		}
		if !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
		if after, _ := os.ReadFile(path); string(before) != string(after) {
			t.Errorf("%s was changed", path)
		}
	}
}

func TestAnEmptyFileBecomesAnArchive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "empty.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := archive.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}

func BenchmarkApply(b *testing.B) {
	a := opened(b)
	n := 0
	for b.Loop() {
		var batch archive.Batch
		for range 100 {
			n++
			batch.Events = append(batch.Events, anEvent(fmt.Sprint(n), "measure", "2025-05-02",
				event.Slots{"by": event.List("US"), "on": event.List("CN"), "sectors": event.List("steel")}))
		}
		apply(b, a, batch)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
}
