package topic_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/tradewire/tradewire/internal/topic"
)

func TestEmbeddedKeepsEverythingAcrossRestart(t *testing.T) {
	dir := t.TempDir()
	broker := startEmbedded(t, dir, "127.0.0.1:0")
	address := broker.Addr()
	c := open(t, topic.Config{Brokers: []string{address}, Prefix: "test."})
	ensure(t, c, words(2))
	r := join(t, c, "g", "words")
	for i := range 20 {
		write(t, c, text(fmt.Sprint(i), fmt.Sprint(i)))
	}
	before := map[string]bool{}
	last := map[int]topic.Record{}
	for range 12 {
		got := fetch(t, r)
		before[string(got.Value)] = true
		last[got.Partition] = got
	}
	for _, record := range last {
		commit(t, r, record)
	}
	closed(t, r.Close)
	closed(t, broker.Close)

	startEmbedded(t, dir, address)
	if got := scan(t, c, "words", topic.FromBeginning()); len(got) != 20 {
		t.Errorf("%d records are left of 20", len(got))
	}
	ensure(t, c, words(2)) // it remembers the partitions too
	again := join(t, c, "g", "words")
	for range 8 {
		if got := fetch(t, again); before[string(got.Value)] {
			t.Errorf("%s was committed and comes again", got.Value)
		}
	}
	nothing(t, again)
}

// Readers and writers that are at work when the broker goes away go on by
// themselves when it is back.
func TestRecoveryWhenTheBrokerComesBack(t *testing.T) {
	dir := t.TempDir()
	broker := startEmbedded(t, dir, "127.0.0.1:0")
	address := broker.Addr()
	c := open(t, topic.Config{Brokers: []string{address}, Prefix: "test."})
	ensure(t, c, words(2))
	r := join(t, c, "g", "words")
	write(t, c, text("a", "before"))
	first := fetch(t, r)
	commit(t, r, first)
	closed(t, broker.Close)
	if err := c.Ping(soon(t)); err == nil {
		t.Error("ping succeeds without a broker")
	}
	written, read, ready := make(chan error, 1), make(chan topic.Record, 1), make(chan error, 1)
	go func() { written <- c.Writer().Write(soon(t), text("a", "meanwhile")) }()
	go func() { ready <- c.Ensure(soon(t), []topic.Spec{words(2)}) }()
	go func() {
		got, err := r.Fetch(soon(t))
		if err != nil {
			t.Error(err)
		}
		read <- got
	}()
	select {
	case err := <-written:
		t.Errorf("a write ended without a broker: %v", err)
	case err := <-ready:
		t.Errorf("ensure ended without a broker: %v", err)
	case got := <-read:
		t.Errorf("read %s without a broker", got.Value)
	case <-time.After(3 * time.Second):
	}
	startEmbedded(t, dir, address)
	began := time.Now()
	if err := <-written; err != nil {
		t.Error(err)
	}
	t.Logf("written %v after the broker was back", time.Since(began).Round(time.Millisecond))
	got := <-read
	if string(got.Value) != "meanwhile" {
		t.Errorf("read %q", got.Value)
	}
	t.Logf("read %v after the broker was back", time.Since(began).Round(time.Millisecond))
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("recovery took %v", took)
	}
	if err := <-ready; err != nil {
		t.Error(err)
	}
	commit(t, r, got)
}

func TestWritesEndWithTheirContext(t *testing.T) {
	c := open(t, topic.Config{Brokers: []string{"127.0.0.1:1"}})
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := c.Writer().Write(ctx, text("a", "b")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("write: %v", err)
	}
	r := join(t, c, "g", "words")
	if _, err := r.Fetch(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("fetch: %v", err)
	}
	if err := c.Scan(ctx, "words", topic.FromBeginning(), nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("scan: %v", err)
	}
	if err := c.Ensure(ctx, []topic.Spec{words(1)}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("ensure: %v", err)
	}
	closed(t, c.Close)
	if err := c.Writer().Write(t.Context(), text("a", "b")); !errors.Is(err, topic.ErrClosed) {
		t.Errorf("write to a closed cluster: %v", err)
	}
	if _, err := c.Reader("g", "words"); !errors.Is(err, topic.ErrClosed) {
		t.Errorf("reader of a closed cluster: %v", err)
	}
}

func TestEmbeddedRefuses(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	file := t.TempDir() + "/file"
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ dir, listen, want string }{
		{t.TempDir(), taken.Addr().String(), "--kafka-listen"},
		{t.TempDir(), "0.0.0.0:0", "loopback"},
		{t.TempDir(), "example.org:9092", "loopback"},
		{t.TempDir(), "9092", "host:port"},
		{file, "127.0.0.1:0", "data directory"},
	} {
		broker, err := topic.StartEmbedded(topic.EmbeddedConfig{Dir: tc.dir, Listen: tc.listen}, logger(t))
		if err == nil {
			closed(t, broker.Close)
		}
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error %v does not say %q", tc.listen, err, tc.want)
		}
	}
}

// TestOneProcessAtATime starts this test binary again as the second process.
func TestOneProcessAtATime(t *testing.T) {
	if dir := os.Getenv("TRADEWIRE_TEST_SECOND"); dir != "" {
		_, err := topic.StartEmbedded(topic.EmbeddedConfig{Dir: dir, Listen: "127.0.0.1:0"}, logger(t))
		if errors.Is(err, topic.ErrInUse) {
			fmt.Println("refused:", err)
		}
		return
	}
	dir := t.TempDir()
	broker := startEmbedded(t, dir, "127.0.0.1:0")
	second := func() string {
		cmd := exec.Command(os.Args[0], "-test.run=^TestOneProcessAtATime$")
		cmd.Env = append(os.Environ(), "TRADEWIRE_TEST_SECOND="+dir)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("second process: %v: %s", err, out)
		}
		return string(out)
	}
	if out := second(); !strings.Contains(out, fmt.Sprintf("in use by process %d", os.Getpid())) || !strings.Contains(out, dir) {
		t.Errorf("the second process is not refused: %s", out)
	}
	closed(t, broker.Close)
	startEmbedded(t, dir, "127.0.0.1:0") // free again
}
