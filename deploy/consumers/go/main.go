// Command consume prints the events of tradewire as they change, one JSON
// object a line. It shows what a consumer in Go has to do:
//
//	go run ./deploy/consumers/go -brokers 127.0.0.1:9092 measures disputes
//
// Delivery is at least once: an id and rev that was seen is ignored, and of
// one id the higher rev wins. The revisions seen are held in memory here, so
// each run reads the topics from their start, in a group of its own; they are
// compacted and hold every event. A consumer that keeps revisions in a
// database commits offsets in place of that, after the rows.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/segmentio/kafka-go"
)

// change is what a consumer needs of an event to keep the rule.
type change struct {
	ID  string `json:"id"`
	Rev int    `json:"rev"`
	Op  string `json:"op"` // create, update or retract
}

func main() {
	brokers := flag.String("brokers", "127.0.0.1:9092", "one Kafka broker, host:port")
	prefix := flag.String("prefix", "trade.", "what the names of topics begin with")
	quiet := flag.Duration("until-quiet", 0, "stop when nothing has come for that long")
	flag.Parse()
	topics := flag.Args()
	if len(topics) == 0 {
		topics = []string{"measures", "negotiations", "stances", "officials", "disputes", "markets"}
	}
	for i := range topics {
		topics[i] = *prefix + topics[i]
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := consume(ctx, *brokers, topics, *quiet); err != nil {
		fmt.Fprintln(os.Stderr, "consume:", err)
		os.Exit(1)
	}
}

// consume prints every change of an event until ctx ends or nothing comes.
func consume(ctx context.Context, broker string, topics []string, quiet time.Duration) error {
	reader := kafka.NewReader(kafka.ReaderConfig{
		Brokers: []string{broker}, GroupTopics: topics, GroupID: fmt.Sprintf("example-go-%d", time.Now().UnixNano()),
		StartOffset: kafka.FirstOffset, MaxWait: 250 * time.Millisecond, RebalanceTimeout: 2 * time.Second,
	})
	defer reader.Close()
	seen := map[string]int{}
	for {
		message, err := fetch(ctx, reader, quiet)
		switch {
		case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
			return nil
		case err != nil:
			return fmt.Errorf("read: %w", err)
		}
		if message.Value == nil { // a tombstone says nothing new
			continue
		}
		var c change
		if err := json.Unmarshal(message.Value, &c); err != nil {
			return fmt.Errorf("%s[%d]@%d is no event: %w", message.Topic, message.Partition, message.Offset, err)
		}
		if c.Rev <= seen[c.ID] {
			continue // the rule
		}
		seen[c.ID] = c.Rev
		fmt.Printf("%s\n", message.Value)
	}
}

func fetch(ctx context.Context, reader *kafka.Reader, quiet time.Duration) (kafka.Message, error) {
	if quiet > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, quiet)
		defer cancel()
	}
	return reader.FetchMessage(ctx)
}
