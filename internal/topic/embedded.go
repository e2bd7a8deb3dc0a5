package topic

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"

	"github.com/twmb/franz-go/pkg/kfake"
)

// EmbeddedConfig says where the embedded broker keeps its data and listens.
type EmbeddedConfig struct {
	// Dir is made when it is missing. One process at a time can use it.
	Dir string
	// Listen is host:port on loopback; port 0 picks a free one. The broker
	// knows no passwords, so it serves this machine only.
	Listen string
}

// Embedded is a Kafka broker within the process, for one machine. It speaks
// Kafka's protocol to any client (kafka-go, kcat, librdkafka), writes to a
// directory with a sync for every batch, and has all of it again when it is
// started on the directory anew: records, groups and offsets. Topics are
// cleaned (retention, compaction) when it starts.
type Embedded struct {
	broker *kfake.Cluster
	addr   string
	lock   *dirLock
	once   sync.Once
	closed error
}

// neverMilliseconds are a hundred years. kfake cleans topics in place: it
// removes the files of a partition before it writes what is left of them, so
// that a crash, a full disk or a copy in that moment would lose everything.
const neverMilliseconds = "3153600000000"

// ErrInUse is the cause when another process holds the data directory.
var ErrInUse = errors.New("the data directory is in use")

// StartEmbedded starts the broker and returns when it accepts connections.
func StartEmbedded(cfg EmbeddedConfig, log *slog.Logger) (*Embedded, error) {
	if err := loopback(cfg.Listen); err != nil {
		return nil, fmt.Errorf("start embedded broker: %w", err)
	}
	if err := os.MkdirAll(cfg.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("make data directory of the embedded broker: %w", err)
	}
	lock, err := lockDir(filepath.Join(cfg.Dir, "tradewire.lock"))
	if err != nil {
		return nil, fmt.Errorf("lock data directory %s of the embedded broker: %w", cfg.Dir, err)
	}
	if err := repair(cfg.Dir, log); err != nil {
		return nil, errors.Join(fmt.Errorf("repair data directory %s of the embedded broker: %w", cfg.Dir, err), lock.release())
	}
	listener, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return nil, errors.Join(
			fmt.Errorf("start embedded broker: %w (--kafka-listen takes another address, --brokers a cluster that runs)", err),
			lock.release())
	}
	broker, err := kfake.NewCluster(
		kfake.NumBrokers(1),
		kfake.DataDir(cfg.Dir),
		kfake.SyncWrites(),
		kfake.BrokerConfigs(map[string]string{"log.cleaner.backoff.ms": neverMilliseconds}),
		kfake.ClusterID(clusterID),
		kfake.WithLogger(brokerLog{log}),
		kfake.ListenFn(func(string, string) (net.Listener, error) { return listener, nil }),
	)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open data directory %s of the embedded broker: %w", cfg.Dir, err),
			ignoreClosed(listener.Close()), lock.release())
	}
	return &Embedded{broker: broker, addr: listener.Addr().String(), lock: lock}, nil
}

// loopback refuses an address that other machines could reach.
func loopback(listen string) error {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return fmt.Errorf("--kafka-listen %q is not host:port: %w", listen, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("--kafka-listen %q is not a loopback address: the embedded broker serves this machine only, "+
			"use 127.0.0.1:PORT, or --brokers for a cluster", listen)
	}
	return nil
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// Addr is the host:port that the broker listens on.
func (e *Embedded) Addr() string { return e.addr }

// Close stops the broker, writes its state and lets the directory go.
func (e *Embedded) Close() error {
	e.once.Do(func() {
		e.broker.Close()
		if err := e.lock.release(); err != nil {
			e.closed = fmt.Errorf("unlock data directory of the embedded broker: %w", err)
		}
	})
	return e.closed
}

// brokerLog passes on what kfake says of faults; its chatter stays behind.
type brokerLog struct{ log *slog.Logger }

// Logf writes one line of kfake's log.
func (b brokerLog) Logf(level kfake.LogLevel, msg string, args ...any) {
	switch level {
	case kfake.LogLevelError:
		b.log.Error("embedded broker: " + fmt.Sprintf(msg, args...))
	case kfake.LogLevelWarn:
		b.log.Warn("embedded broker: " + fmt.Sprintf(msg, args...))
	}
}
