package topic

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
)

// Bounds of the pause between attempts: short enough to be back about a
// second after the broker is.
const (
	firstPause = 50 * time.Millisecond
	lastPause  = time.Second
)

// pause waits before attempt n (0 does not wait) and reports whether ctx is
// still alive.
func pause(ctx context.Context, n int) bool {
	if n == 0 {
		return ctx.Err() == nil
	}
	return wait(ctx, min(firstPause<<min(n-1, 10), lastPause))
}

// wait waits for d and reports whether ctx is still alive.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// refused reports that the cluster will answer the same however often it is
// asked: waiting would only hide a wrong password, right or setting.
func refused(err error) bool {
	if remedy(err) != "" {
		return true
	}
	for _, e := range []kafka.Error{
		kafka.InvalidTopic, kafka.InvalidGroupId, kafka.InvalidRequiredAcks, kafka.InvalidSessionTimeout,
		kafka.PolicyViolation, kafka.InvalidReplicationFactor, kafka.InvalidPartitionNumber,
		kafka.InvalidConfiguration,
	} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// health tells the log once when the cluster goes away and once when it is
// back, however many callers find out.
type health struct {
	log     *slog.Logger
	brokers string

	mu    sync.Mutex
	since time.Time // when the outage began; zero while all is well
	told  time.Time
}

const (
	// patience is how long requests may fail before the log hears of it:
	// leaders move and new topics settle within less.
	patience = time.Second
	// remind is how often an outage that goes on is told again.
	remind = 30 * time.Second
)

// failed takes note of an error that will be retried.
func (h *health) failed(doing string, err error) {
	if errors.Is(err, context.Canceled) {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	if h.since.IsZero() {
		h.since = now
	}
	if now.Sub(h.since) < patience || now.Sub(h.told) < remind {
		return
	}
	h.told = now
	h.log.Warn("kafka does not answer as it should, retrying", "doing", doing, "brokers", h.brokers,
		"since", h.since, "error", err)
}

// worked takes note that a request succeeded after failures.
func (h *health) worked() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.since.IsZero() {
		return
	}
	if !h.told.IsZero() {
		h.log.Info("kafka answers again", "brokers", h.brokers, "after", time.Since(h.since).Round(time.Millisecond))
	}
	h.since, h.told = time.Time{}, time.Time{}
}
