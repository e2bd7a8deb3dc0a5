//go:build unix

package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/pipeline"
	"github.com/tradewire/tradewire/internal/topic"
)

// The faults of this file take minutes and need Apache Kafka: they run when
// FAULTS is set (make test-faults), on the cluster that KAFKA_BROKERS names.
//
//	FAULTS           how many times a process is killed
//	FAULTS_ARTICLES  how many articles it works on
//	FAULTS_SEED      decides the moments; printed, and another each time when not set

// rig is a set of articles on Kafka and a process that is to work on them.
type rig struct {
	t       *testing.T
	brokers string
	rules   string // a pipelines folder with a prefix of its own
	prefix  string
	data    string
	listen  string
	rand    *rand.Rand
	log     *os.File
	// embedded says that the process is the broker too, on the address in brokers.
	embedded bool
}

func setting(t *testing.T, variable string, fallback int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return fallback
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return n
}

func newRig(t *testing.T) *rig {
	t.Helper()
	if os.Getenv("FAULTS") == "" {
		t.Skip("FAULTS is not set: see make test-faults")
	}
	return newRigOf(t)
}

func newRigOf(t *testing.T) *rig {
	t.Helper()
	seed := uint64(setting(t, "FAULTS_SEED", int(time.Now().UnixNano()%1_000_000)))
	t.Logf("FAULTS_SEED=%d", seed)
	r := &rig{t: t, brokers: os.Getenv("KAFKA_BROKERS"), rules: filepath.Join(t.TempDir(), "rules"), data: t.TempDir(),
		prefix: fmt.Sprintf("faults-%x.", sha256.Sum256(fmt.Append(nil, time.Now().UnixNano())))[:14] + ".",
		rand:   rand.New(rand.NewPCG(seed, seed))}
	if err := os.CopyFS(r.rules, os.DirFS(filepath.Join("..", "..", "pipelines"))); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(r.rules, "trade.yaml")
	body, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	body = regexp.MustCompile(`(?m)^prefix: .*`).ReplaceAll(body, []byte("prefix: "+r.prefix))
	if err := os.WriteFile(config, body, 0o644); err != nil {
		t.Fatal(err)
	}
	r.listen = free(t)
	if r.log, err = os.Create(filepath.Join(t.TempDir(), "log")); err != nil {
		t.Fatal(err)
	}
	return r
}

// free is a free address on loopback.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return l.Addr().String()
}

// embed makes the process the broker too.
func (r *rig) embed() { r.embedded, r.brokers = true, free(r.t) }

// logged is what processes have logged from that byte on.
func (r *rig) logged(from int) string {
	r.t.Helper()
	text, err := os.ReadFile(r.log.Name())
	if err != nil {
		r.t.Fatal(err)
	}
	return string(text[from:])
}

// start starts a process; it is killed at the end of the test at the latest.
func (r *rig) start(stages string) *exec.Cmd {
	r.t.Helper()
	self, err := os.Executable()
	if err != nil {
		r.t.Fatal(err)
	}
	brokers := "--brokers"
	if r.embedded {
		brokers = "--kafka-listen"
	}
	cmd := &exec.Cmd{Path: self, Stderr: r.log, Args: []string{"tradewire", "run", "--config", r.rules, brokers, r.brokers,
		"--stages", stages, "--listen", r.listen, "--data", r.data}}
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = cmd.Process.Kill() }) // it has ended already when all went well
	return cmd
}

// kill ends a process as a power cut does.
func (r *rig) kill(cmd *exec.Cmd) {
	r.t.Helper()
	if err := cmd.Process.Kill(); err != nil {
		r.t.Fatal(err)
	}
	if _, err := cmd.Process.Wait(); err != nil {
		r.t.Fatal(err)
	}
}

// done counts what the process has finished, over all stages; -1 while it
// does not answer.
func (r *rig) done() int {
	resp, err := http.Get("http://" + r.listen + "/metrics")
	if err != nil {
		return -1
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return -1
	}
	total := 0
	for _, m := range regexp.MustCompile(`(?m)^tradewire_stage_sent_total\{[^}]*\} (\d+)`).FindAllSubmatch(body, -1) {
		n, err := strconv.Atoi(string(m[1]))
		if err != nil {
			r.t.Fatal(err)
		}
		total += n
	}
	return total
}

func (r *rig) cluster() *topic.Cluster {
	r.t.Helper()
	c, err := topic.Open(topic.Config{Brokers: strings.Split(r.brokers, ","), Prefix: r.prefix}, slog.New(slog.DiscardHandler))
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() {
		if err := c.Close(); err != nil {
			r.t.Error(err)
		}
	})
	return c
}

// note is an article with one measure in it.
func note(i int) event.Article {
	goods := []string{"lamps", "bicycles", "ceramic tiles", "steel pipes", "copper wire", "solar panels", "cotton shirts", "furniture"}
	text := fmt.Sprintf("Washington has imposed a tariff of %d%% on %s from Brazil, the trade ministry said on Friday in note %d.", 5+i%60, goods[i%len(goods)], i)
	return event.Article{ID: fmt.Sprintf("article-%d", i), Version: event.TextHash(text), URL: fmt.Sprintf("https://faults.example/%d", i),
		Title: "Note", Published: "2026-11-20", Language: "en", Text: text}
}

func (r *rig) record(a event.Article) topic.Record {
	r.t.Helper()
	body, err := json.Marshal(a)
	if err != nil {
		r.t.Fatal(err)
	}
	return topic.Record{Topic: "articles", Key: []byte(a.ID), Value: body}
}

// extractor reads with the rules of the rig.
func (r *rig) extractor() pipeline.Extractor {
	r.t.Helper()
	ontology, err := loadOntology(r.rules)
	if err != nil {
		r.t.Fatal(err)
	}
	extract, err := extractor(ontology)
	if err != nil {
		r.t.Fatal(err)
	}
	return extract
}

// publish writes n articles to Kafka and returns the ids of the events that
// our own rules find in them.
func (r *rig) publish(c *topic.Cluster, n int) map[string]bool {
	r.t.Helper()
	extract := r.extractor()
	want := map[string]bool{}
	var batch []topic.Record
	for i := range n {
		a := note(i)
		_, claims, err := extract(a)
		if err != nil {
			r.t.Fatal(err)
		}
		for _, claim := range claims {
			want[event.EventID(claim.ID)] = true
		}
		batch = append(batch, r.record(a))
	}
	for part := range slices.Chunk(batch, 500) {
		if err := c.Writer().Write(r.t.Context(), part...); err != nil {
			r.t.Fatal(err)
		}
	}
	if len(want) < n/2 {
		r.t.Fatalf("only %d events are in %d articles", len(want), n)
	}
	return want
}

// events are the revisions on the topics by id, and how many messages there
// are.
func (r *rig) events(c *topic.Cluster) (revs map[string]int, messages int) {
	r.t.Helper()
	revs = map[string]int{}
	ctx, cancel := context.WithTimeout(r.t.Context(), time.Minute)
	defer cancel()
	for _, family := range event.Families() {
		err := c.Scan(ctx, family, topic.FromBeginning(), func(in topic.Record) error {
			var e event.Event
			if err := json.Unmarshal(in.Value, &e); err != nil {
				return err
			}
			messages++
			revs[e.ID] = max(revs[e.ID], e.Rev)
			return nil
		})
		if err != nil {
			r.t.Fatal(err)
		}
	}
	return revs, messages
}

// served are the ids of the events in the feed.
func (r *rig) served() map[string]int {
	r.t.Helper()
	ids := map[string]int{}
	for cursor := ""; ; {
		resp, err := http.Get("http://" + r.listen + "/api/v1/events?limit=500&cursor=" + cursor)
		if err != nil {
			r.t.Fatal(err)
		}
		var page struct {
			Events []event.Event
			Next   string
		}
		err = json.NewDecoder(resp.Body).Decode(&page)
		if err := resp.Body.Close(); err != nil {
			r.t.Fatal(err)
		}
		if err != nil {
			r.t.Fatal(err)
		}
		for _, e := range page.Events {
			ids[e.ID]++
		}
		if cursor = page.Next; cursor == "" {
			return ids
		}
	}
}

// TestKilledAtRandomPoints kills a process again and again while it works on
// articles: nothing is lost, no event comes under two ids, and the feed holds
// each once.
func TestKilledAtRandomPoints(t *testing.T) {
	killedAtRandomPoints(t, newRig(t), 2*time.Millisecond)
}

// killedAtRandomPoints spreads the kills over the time that the articles take
// at each.
func killedAtRandomPoints(t *testing.T, r *rig, each time.Duration) {
	t.Helper()
	kills, articles := setting(t, "FAULTS", 0), setting(t, "FAULTS_ARTICLES", 10_000)
	const stages = "extract,correlate,serve"
	first := r.start(stages)
	eventually(t, time.Minute, "topics are made", func() bool { return r.done() >= 0 })
	c := r.cluster()
	want := r.publish(c, articles)
	eventually(t, time.Minute, "work begins", func() bool { return r.done() > 0 })

	// So that the work lasts as long as the kills: some hundred articles a second.
	pause := min(max(each*time.Duration(articles/max(kills, 1)), 100*time.Millisecond), 3*time.Second)
	running, slowest := first, time.Duration(0)
	var resumed []time.Duration
	for range kills {
		time.Sleep(time.Duration(r.rand.Int64N(int64(pause))))
		r.kill(running)
		began, logged := time.Now(), r.logged(0)
		running = r.start(stages)
		through := false
		eventually(t, time.Minute, "work goes on", func() bool {
			if r.done() > 0 {
				return true
			}
			if time.Since(began) > 15*time.Second {
				revs, _ := r.events(c)
				through = len(revs) >= len(want) && len(r.served()) >= len(want)
			}
			return through
		})
		if through {
			t.Logf("all is done after %d of %d kills", len(resumed), kills)
			break
		}
		took := time.Since(began)
		if took > 5*time.Second {
			t.Logf("work resumed only after %v, load of the machine %s; the log of this start:\n%s", took, load(), r.logged(len(logged)))
		}
		resumed, slowest = append(resumed, took), max(slowest, took)
	}
	if len(resumed) == 0 {
		t.Fatal("all was done before the first kill: give it more articles")
	}
	var revs map[string]int
	messages := 0
	eventually(t, 10*time.Minute, "all events on the topics", func() bool { revs, messages = r.events(c); return len(revs) >= len(want) })
	eventually(t, 5*time.Minute, "all events in the feed", func() bool { return len(r.served()) >= len(want) })
	lost, strange, twice := 0, 0, 0
	for id := range want {
		if revs[id] == 0 {
			lost++
		}
	}
	for id := range revs {
		if !want[id] {
			strange++
		}
	}
	for _, n := range r.served() {
		if n > 1 {
			twice++
		}
	}
	slices.Sort(resumed)
	t.Logf("%d articles, %d kills: %d events, %d lost, %d of another id, %d twice in the feed; %d messages (%d came twice); work resumed after %v (median), %v (slowest); load of the machine %s",
		articles, len(resumed), len(want), lost, strange, twice, messages, messages-len(revs), resumed[len(resumed)/2].Round(time.Millisecond), slowest.Round(time.Millisecond), load())
	if lost+strange+twice > 0 {
		t.Error("something was lost or doubled")
	}
	if median := resumed[len(resumed)/2]; median > 5*time.Second {
		t.Errorf("work resumed after %v, want 5 s at most", median)
	}
	r.kill(running)
}

// load is how many processes wanted a processor over one, five and fifteen
// minutes, where the system tells.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(text))[:3], " ")
}

// ready is the status of /readyz.
func (r *rig) ready() int {
	resp, err := http.Get("http://" + r.listen + "/readyz")
	if err != nil {
		return 0
	}
	if err := resp.Body.Close(); err != nil {
		return 0
	}
	return resp.StatusCode
}

// TestDiskFull fills the disk under the embedded broker and the archive: what
// was acknowledged stays, nothing is acknowledged that does not fit, /readyz
// says 503, and all goes on when there is room again. It mounts a small tmpfs.
func TestDiskFull(t *testing.T) {
	r := newRig(t)
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", r.data).CombinedOutput(); err != nil {
		t.Skipf("no right to mount a tmpfs: %v %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", "-l", r.data).CombinedOutput(); err != nil {
			t.Errorf("%v %s", err, out)
		}
	})
	ballast := filepath.Join(r.data, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 32<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	r.embed()
	const stages = "extract,correlate,serve"
	running := r.start(stages)
	eventually(t, time.Minute, "ready", func() bool { return r.ready() == http.StatusOK })
	c := r.cluster()
	acked, full := 0, time.Time{}
	for deadline := time.Now().Add(time.Minute); full.IsZero(); acked++ {
		a := note(acked)
		a.Input = strings.Repeat("a long path ", 700) // to fill the disk
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		err := c.Writer().Write(ctx, r.record(a))
		cancel()
		if err != nil {
			full = time.Now()
			acked--
		}
		if time.Now().After(deadline) {
			t.Fatalf("the disk takes all that is written: %d articles", acked)
		}
	}
	eventually(t, time.Minute, "503", func() bool { return r.ready() == http.StatusServiceUnavailable })
	said := time.Since(full)
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	freed := time.Now()
	eventually(t, time.Minute, "ready again", func() bool { return r.ready() == http.StatusOK })
	again := time.Since(freed)
	served := 0
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%d articles acknowledged, %d events served", acked, served)
			if log, err := os.ReadFile(r.log.Name()); err == nil {
				t.Logf("the end of the log:\n%s", log[max(0, len(log)-4000):])
			}
		}
	})
	eventually(t, 30*time.Second, "every acknowledged article in the feed", func() bool { served = len(r.served()); return served >= acked })
	r.kill(running)
	running = r.start(stages)
	eventually(t, time.Minute, "ready after another start", func() bool { return r.ready() == http.StatusOK })
	if n := len(r.served()); n < acked {
		t.Errorf("%d events after another start, want %d at least", n, acked)
	}
	t.Logf("%d articles acknowledged, %d events served; /readyz said 503 after %v and 200 after %v of room", acked, served, said.Round(time.Millisecond), again.Round(time.Millisecond))
	r.kill(running)
}

func eventually(t *testing.T, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); !ok(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("after %v: not %s", limit, what)
		}
	}
}
