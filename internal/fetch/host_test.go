package fetch

import (
	"fmt"
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"": 0, "120": 2 * time.Minute, " 5 ": 5 * time.Second, "-1": 0, "soon": 0,
		"Mon, 02 Mar 2026 10:00:30 GMT": 30 * time.Second,
		"Mon, 02 Mar 2026 09:00:00 GMT": 0,
		"999999999":                     24 * time.Hour,
	} {
		if got := retryAfter(header, now); got != want {
			t.Errorf("retryAfter(%q) = %v, want %v", header, got, want)
		}
	}
}

func TestHostsAreForgotten(t *testing.T) {
	hs := newHosts(quick().withDefaults())
	held := hs.get("held.example")
	for i := range maxHosts + 100 {
		hs.put(hs.get(fmt.Sprintf("h%d.example", i)))
	}
	if n := len(hs.byName); n > maxHosts {
		t.Errorf("%d hosts remembered, want at most %d", n, maxHosts)
	}
	if hs.get("held.example") != held {
		t.Error("a host in use was forgotten")
	}
}
