package pipeline_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/tradewire/tradewire/internal/pipeline"
)

// hosts are many web servers on loopback addresses of their own, which note
// who asks them and when.
type hosts struct {
	names []string // host:port

	mu       sync.Mutex
	seen     map[string]*seenHost
	overlaps int
	requests int
	stall    time.Duration // the longest that this process stood still
}

// seenHost is what one host saw.
type seenHost struct {
	under  int // requests under way
	visits []seenVisit
}

type seenVisit struct {
	at          time.Time
	path, agent string
}

// newHosts serves handler on n addresses 127.net.x.y. It is told the number
// of its host.
func newHosts(t testing.TB, net4 byte, n int, handler func(w http.ResponseWriter, r *http.Request, host int)) *hosts {
	t.Helper()
	h := &hosts{seen: map[string]*seenHost{}}
	h.watch(t)
	for i := range n {
		l, err := net.Listen("tcp", fmt.Sprintf("127.%d.%d.%d:0", net4, i/200, i%200+1))
		if err != nil {
			t.Fatal(err)
		}
		name := l.Addr().String()
		h.names = append(h.names, name)
		h.seen[name] = &seenHost{}
		server := &http.Server{ErrorLog: quietLog(), Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			leave := h.enter(name, r)
			defer leave()
			handler(w, r, i)
		})}
		go func() { _ = server.Serve(l) }() // ends with Close
		t.Cleanup(func() { _ = server.Close() })
	}
	return h
}

// watch measures for how long a busy machine lets this process stand still:
// requests that come meanwhile are seen that much later.
func (h *hosts) watch(t testing.TB) {
	stop := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		const step = 5 * time.Millisecond
		for last := time.Now(); ; last = time.Now() {
			select {
			case <-stop:
				return
			case <-time.After(step):
			}
			h.mu.Lock()
			h.stall = max(h.stall, time.Since(last)-step)
			h.mu.Unlock()
		}
	})
	t.Cleanup(func() { close(stop); watching.Wait() })
}

// enter notes a visit. It is over when the handler ends, or the client goes.
func (h *hosts) enter(name string, r *http.Request) func() {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.seen[name]
	h.requests++
	if s.under++; s.under > 1 {
		h.overlaps++
	}
	agent, _, _ := strings.Cut(r.UserAgent(), "/")
	s.visits = append(s.visits, seenVisit{time.Now(), r.URL.Path, agent})
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		s.under--
	}
}

// visits copies what a host saw.
func (h *hosts) visits(name string) []seenVisit {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.seen[name].visits)
}

func (h *hosts) counts() (requests, overlaps int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.requests, h.overlaps
}

// pace checks that no host was asked more often than once in gap: no two,
// five or ten requests came faster than that, but for the time that one of
// them may have been held up on its way.
func (h *hosts) pace(t *testing.T, gap time.Duration) {
	t.Helper()
	h.mu.Lock()
	heldUp := h.stall + 50*time.Millisecond
	h.mu.Unlock()
	t.Logf("requests were held up for %v at most", h.stall)
	for _, name := range h.names {
		visits := h.visits(name)
		for _, n := range []int{2, 5, 10} {
			for i := n - 1; i < len(visits); i++ {
				first, last := visits[i-n+1], visits[i]
				if took := last.at.Sub(first.at); took < time.Duration(n-1)*gap-heldUp {
					t.Errorf("%s: %d requests in %v, the pace is one in %v: from %s %s to %s %s",
						name, n, took, gap, first.agent, first.path, last.agent, last.path)
				}
			}
		}
	}
}

// scraper is a process of its own that runs the scrape stage.
type scraper struct {
	t   testing.TB
	cmd *exec.Cmd
	at  string // its health pages
	out sync.WaitGroup
}

func startScraper(t testing.TB, spec pipeline.Scraper) *scraper {
	t.Helper()
	spec.Data = t.TempDir()
	told, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	s := &scraper{t: t, cmd: exec.Command(os.Args[0])}
	s.cmd.Env = append(os.Environ(), pipeline.ScraperSpec+"="+string(told))
	s.cmd.Stderr = t.Output()
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.kill(); s.out.Wait() })
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatalf("the scraper ended before it was up: %v", lines.Err())
	}
	s.at = lines.Text()
	return s
}

// kill ends the process as kill -9 does.
func (s *scraper) kill() {
	if s.cmd.ProcessState == nil {
		_ = s.cmd.Process.Kill() // it may have ended by itself
		_ = s.cmd.Wait()         // with the error that says so
	}
}

// term ends the process as SIGTERM does.
func (s *scraper) term() {
	s.t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		s.t.Errorf("the scraper ended with %v", err)
	}
}

// peak is the most memory that the process ever held, in MiB.
func (s *scraper) peak() int {
	s.t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		s.t.Skipf("memory is measured on Linux: %v", err)
	}
	for line := range strings.SplitSeq(string(status), "\n") {
		var kib int
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kib); err == nil {
			return kib >> 10
		}
	}
	s.t.Fatal("no VmHWM in the status of the process")
	return 0
}
