package pipeline_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/tradewire/tradewire/internal/pipeline"
	"github.com/tradewire/tradewire/internal/topic"
)

// lockedBuffer is a log that several goroutines write.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// A password goes to the broker and nowhere else: not to the log at its most
// talkative, not to /metrics or /readyz, not to an error.
func TestSecretsStayOutOfLogsMetricsAndErrors(t *testing.T) {
	const canary = "canary-51d0-sings"
	broker, err := kfake.NewCluster(kfake.NumBrokers(3), kfake.EnableSASL(), kfake.Superuser("SCRAM-SHA-512", "worker", canary))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(broker.Close)
	w, log := newWire(t), &lockedBuffer{}
	w.brokers = broker.ListenAddrs()
	secure := func(mechanism, password string) func(*pipeline.Options) {
		return func(o *pipeline.Options) {
			o.Security = topic.Security{Mechanism: mechanism, User: "worker", Password: topic.NewSecret(password)}
			o.Log = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		}
	}
	r := w.start(t.TempDir(), secure("scram-sha-512", canary))
	eventually(t, "all events in the feed", func() bool { return len(r.events()) == siteArticles })
	var seen strings.Builder
	for _, path := range []string{"/metrics", "/readyz", "/healthz"} {
		_, body := r.get(path)
		seen.WriteString(body)
	}
	r.stop()

	o := w.options(t.TempDir())
	secure("plain", canary)(&o)
	var usage *pipeline.UsageError
	if err := pipeline.Run(t.Context(), o); !errors.As(err, &usage) || !strings.Contains(err.Error(), "plain sends the password as it is") {
		t.Errorf("a password in the clear: %v", err)
	} else {
		seen.WriteString(err.Error())
	}
	secure("scram-sha-512", canary+"-wrong")(&o)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	err = pipeline.Run(ctx, o)
	fmt.Fprintf(&seen, "%v %+v %#v %+v", err, err, o.Security, o)
	if all := seen.String() + log.String(); strings.Contains(all, canary) {
		t.Errorf("the password is told: …%s", all[max(0, strings.Index(all, canary)-200):])
	}
}

func TestEmbeddedBrokerKnowsNoPasswords(t *testing.T) {
	w := newWire(t)
	w.brokers = nil
	o := w.options(t.TempDir())
	o.Security.TLS = true
	if err := pipeline.Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), "name the brokers with --brokers") {
		t.Errorf("%v", err)
	}
}
