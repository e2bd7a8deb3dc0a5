// Package topic carries records through Kafka, or through the broker that it
// can embed. It owns every promise about delivery:
//
//   - Writer.Write returns nil only when every record is acknowledged by all
//     in-sync replicas (at least once: a lost acknowledgement writes twice).
//   - Reader hands out records in order per partition and commits only what
//     the caller has finished, and only of partitions that it still holds.
//   - Ensure creates topics that are missing and never alters one.
//
// It rests on segmentio/kafka-go, which finds brokers, dials and secures
// connections, and knows the protocol of groups; batches of records are encoded,
// gathered and decoded here. kfake (franz-go) is the embedded broker.
// Names of topics are given and returned without Config.Prefix.
package topic

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/sasl"

	"github.com/tradewire/tradewire/internal/event"
)

// Header is one header of a record. Names may repeat.
type Header struct {
	Name  string
	Value []byte
}

// Record is one message of a topic.
type Record struct {
	// Topic is the name without the prefix ("articles").
	Topic string
	// Partition and Offset say where the record was read; Write ignores them.
	Partition int
	Offset    int64
	// Key decides the partition unless PartitionKey is set, and is what
	// compaction goes by. A nil Key goes to a random partition.
	Key []byte
	// Value is the body; nil is a tombstone on compacted topics.
	Value   []byte
	Headers []Header
	// Time is the record's timestamp, in milliseconds on the wire; the zero
	// time is set by Write.
	Time time.Time
	// PartitionKey, when not nil, is hashed in place of Key. It is not stored.
	PartitionKey []byte
	// Lease counts the times a Reader has taken hold of the partition. A
	// record of an older lease is never committed. 0 outside of a Reader.
	Lease int64
}

// Header returns the first header of that name as text, or "".
func (r Record) Header(name string) string {
	for _, h := range r.Headers {
		if h.Name == name {
			return string(h.Value)
		}
	}
	return ""
}

// Clone is a copy that shares no bytes with the record.
func (r Record) Clone() Record {
	r.Key, r.Value, r.PartitionKey = bytes.Clone(r.Key), bytes.Clone(r.Value), bytes.Clone(r.PartitionKey)
	r.Headers = slices.Clone(r.Headers)
	for i := range r.Headers {
		r.Headers[i].Value = bytes.Clone(r.Headers[i].Value)
	}
	return r
}

// CloudHeaders are the headers of a CloudEvent in binary mode.
func CloudHeaders(c event.CloudEvent) []Header {
	attributes := c.Attributes()
	headers := make([]Header, len(attributes))
	for i, a := range attributes {
		headers[i] = Header{Name: a.Name, Value: []byte(a.Value)}
	}
	return headers
}

// ErrClosed is returned by everything that was closed.
var ErrClosed = errors.New("topic: closed")

// Config says which cluster to use and how. The zero value of every field but
// Brokers has a default.
type Config struct {
	// Brokers are host:port addresses to start from; any one will do.
	Brokers []string
	// Prefix is put before every topic name ("trade.").
	Prefix string
	// ClientID names us in the brokers' logs and quotas; "tradewire".
	ClientID string
	// Instance names this process among those of the client; "" is none. It
	// is for one process at a time (TakeInstance): who joins a group takes out
	// of it what has the same name, as that can only be what a process left
	// behind that was killed.
	Instance string
	// Memory is a file where the Readers of this process keep where they stood,
	// so that the next process can tell a topic that was created anew, and
	// offsets that were set back; "" keeps nothing.
	Memory string
	// TLS and SASL secure the connections when they are set.
	TLS  *tls.Config
	SASL sasl.Mechanism
	// MaxMessageBytes is the largest record (key, value and headers, before
	// compression) that Write takes; 1,000,000, which fits Kafka's own
	// default of 1,048,588 for a batch. Ensure checks that topics allow it.
	MaxMessageBytes int
	// BatchDelay is how long Write waits for other callers' records to share
	// a request; 1 ms.
	BatchDelay time.Duration
	// Compression is that of what Write sends; snappy. (lz4 holds 4 MiB of
	// memory for each batch that is under way.)
	Compression kafka.Compression
	// PollBytes is what a broker may return of a partition at a time,
	// compressed; 1 MiB. A larger batch still comes whole. A Reader holds as
	// much of each of its partitions, decoded: ten times that, for JSON.
	PollBytes int
	// Timeout bounds one request to a broker; 4 s. It is the price of a
	// broker that hangs without closing its connections.
	Timeout time.Duration
	// Heartbeat is how often a Reader tells the coordinator that it lives,
	// and so how fast it notices a rebalance; 500 ms.
	Heartbeat time.Duration
	// SessionTimeout is how long a silent Reader keeps its partitions; 6 s,
	// the least that a broker allows by default.
	SessionTimeout time.Duration
	// RebalanceTimeout is how long the group waits for a member to rejoin
	// once another one came or went, and so how long work stands still when a
	// member died; 2 s. A member that is slower joins with the next rebalance.
	RebalanceTimeout time.Duration
}

func (c Config) withDefaults() Config {
	setDefault(&c.ClientID, "tradewire")
	setDefault(&c.MaxMessageBytes, 1_000_000)
	setDefault(&c.BatchDelay, time.Millisecond)
	setDefault(&c.Compression, kafka.Snappy)
	setDefault(&c.PollBytes, 1<<20)
	setDefault(&c.Timeout, 4*time.Second)
	setDefault(&c.Heartbeat, 500*time.Millisecond)
	setDefault(&c.SessionTimeout, 6*time.Second)
	setDefault(&c.RebalanceTimeout, 2*time.Second)
	return c
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Cluster is a connection to a Kafka cluster; it is safe for concurrent use.
type Cluster struct {
	cfg       Config
	log       *slog.Logger
	conns     *conns
	transport *kafka.Transport
	client    *kafka.Client
	writer    *Writer
	health    *health
	answers   answerPool
	buffers   bufferPool
	memory    *memory

	mu      sync.Mutex
	closed  bool
	readers map[*Reader]struct{}
}

// Open prepares a cluster. It dials nothing yet, so that a stage can start
// before its brokers do; Ping and Ensure tell whether they are there.
func Open(cfg Config, log *slog.Logger) (*Cluster, error) {
	if len(cfg.Brokers) == 0 {
		return nil, errors.New("open cluster: no brokers are named")
	}
	for _, b := range cfg.Brokers {
		if _, _, err := net.SplitHostPort(b); err != nil {
			return nil, fmt.Errorf("open cluster: broker %q is not host:port: %w", b, err)
		}
	}
	c := &Cluster{cfg: cfg.withDefaults(), log: log, readers: map[*Reader]struct{}{}}
	c.memory = newMemory(c.cfg.Memory, log)
	c.health = &health{log: log, brokers: strings.Join(cfg.Brokers, ",")}
	c.conns = &conns{dialer: net.Dialer{Timeout: c.cfg.Timeout}, open: map[*remembered]struct{}{}}
	c.transport = c.newTransport()
	c.client = c.newClient(c.transport)
	c.writer = newWriter(c)
	return c, nil
}

// newTransport makes a pool of connections. The metadata are renewed often,
// because a stale leader is what makes recovery slow.
func (c *Cluster) newTransport() *kafka.Transport {
	return &kafka.Transport{
		Dial:        c.conns.dial,
		DialTimeout: c.cfg.Timeout,
		MetadataTTL: 2 * time.Second,
		ClientID:    c.cfg.ClientID,
		TLS:         c.cfg.TLS,
		SASL:        c.cfg.SASL,
	}
}

func (c *Cluster) newClient(t *kafka.Transport) *kafka.Client {
	return &kafka.Client{Addr: kafka.TCP(c.cfg.Brokers...), Timeout: c.cfg.Timeout, Transport: t}
}

func (c *Cluster) dialer() *kafka.Dialer {
	return &kafka.Dialer{
		ClientID:      c.cfg.ClientID,
		Timeout:       c.cfg.Timeout,
		DualStack:     true,
		TLS:           c.cfg.TLS,
		SASLMechanism: c.cfg.SASL,
	}
}

func (c *Cluster) wireName(topic string) string { return c.cfg.Prefix + topic }

func (c *Cluster) ourName(wire string) string { return strings.TrimPrefix(wire, c.cfg.Prefix) }

// Writer is the one writer of the cluster.
func (c *Cluster) Writer() *Writer { return c.writer }

// Ping asks a broker whether it answers, over a new connection: nothing that
// was remembered from better times can make it succeed. One that answers is
// enough; the error is the last one's.
func (c *Cluster) Ping(ctx context.Context) error {
	var err error
	for _, broker := range c.cfg.Brokers {
		if err = c.pingBroker(ctx, broker); err == nil {
			return nil
		}
	}
	return fmt.Errorf("ping kafka: %w", denied(err))
}

func (c *Cluster) pingBroker(ctx context.Context, broker string) error {
	conn, err := c.dialer().DialContext(ctx, "tcp", broker)
	if err != nil {
		return err
	}
	defer conn.Close()
	deadline := time.Now().Add(c.cfg.Timeout)
	if d, ok := ctx.Deadline(); ok && d.Before(deadline) {
		deadline = d
	}
	if err := conn.SetDeadline(deadline); err != nil {
		return err
	}
	_, err = conn.Brokers()
	return err
}

// Close ends the readers and the writer, waits for writes under way, and
// closes all connections.
func (c *Cluster) Close() error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil
	}
	c.closed = true
	readers := make([]*Reader, 0, len(c.readers))
	for r := range c.readers {
		readers = append(readers, r)
	}
	c.mu.Unlock()

	var errs []error
	for _, r := range readers {
		errs = append(errs, r.Close())
	}
	c.memory.close()
	c.writer.close()
	c.transport.CloseIdleConnections()
	c.conns.close()
	return errors.Join(errs...)
}
