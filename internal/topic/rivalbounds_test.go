package topic_test

import (
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"

	"github.com/segmentio/kafka-go"
)

// parts are what a client's time can go into, by the functions that stand on
// the stack.
func parts() []struct{ name, functions string } {
	return []struct{ name, functions string }{
		{"compression", `compress/|lz4|snappy|xxh32`},
		{"checksum", `hash/crc32`},
		{"memory", `runtime\.(mallocgc|gcBgMarkWorker|gcAssistAlloc|bgsweep|bgscavenge|gcStart)`},
		{"network", `syscall\.|internal/poll`},
		{"scheduling", `runtime\.(schedule|mcall|park_m|findRunnable|futex|notetsleep)`},
	}
}

// bounds prints what the processor time of our clients and of franz-go's goes
// into, by profiles of three more rounds.
func (c *comparison) bounds(t *testing.T, codec kafka.Compression, topicName string) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Logf("no profiles: %v", err)
		return
	}
	names := []string{"tradewire", "franz-go"}
	for _, name := range names {
		c.profiled(t, "consume "+name, func() { c.rivals[name].consume(t, topicName, "profile-"+strings.ToLower(rand.Text()), c.events) })
	}
	for _, name := range names { // which adds to the topic
		c.profiled(t, "produce "+name, func() { c.rivals[name].produce(t, codec, topicName, c.events) })
	}
}

func (c *comparison) profiled(t *testing.T, what string, do func()) {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "cpu"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	runtime.GC()
	if err := pprof.StartCPUProfile(file); err != nil {
		t.Logf("no profile: %v", err) // there is one already
		return
	}
	for range 3 {
		do()
	}
	pprof.StopCPUProfile()
	fmt.Printf("%-30s", what)
	for _, part := range parts() {
		fmt.Printf(" %s %s", part.name, share(t, file.Name(), part.functions))
	}
	fmt.Println()
}

// share is how much of a profile's time was spent in functions, or below them.
func share(t *testing.T, profile, functions string) string {
	t.Helper()
	out, err := exec.Command("go", "tool", "pprof", "-top", "-nodefraction=0", "-focus="+functions, os.Args[0], profile).CombinedOutput()
	if err != nil {
		t.Fatalf("go tool pprof: %v\n%s", err, out)
	}
	if found := regexp.MustCompile(`accounting for [^,]+, ([0-9.]+%)`).FindSubmatch(out); found != nil {
		return string(found[1])
	}
	return "0%"
}
