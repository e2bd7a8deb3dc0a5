package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/tradewire/tradewire/internal/topic"
)

// TailOptions say which topics to follow and from where.
type TailOptions struct {
	Brokers  []string
	Security topic.Security
	// Prefix is put before every name of Topics.
	Prefix string
	Topics []string
	// FromBeginning starts with the earliest records, else with the next.
	FromBeginning bool
	// ToEnd stops at the end that the topics have now.
	ToEnd bool
	Log   *slog.Logger
}

// Tail hands the body of every record to show, one at a time, until ctx ends
// (an orderly end), show fails, or, with ToEnd, the topics are read.
// Tombstones are left out. It joins no group and commits nothing.
func Tail(ctx context.Context, o TailOptions, show func(body []byte) error) error {
	return WithCluster(ctx, o.Brokers, o.Prefix, o.Security, o.Log, func(ctx context.Context, cluster *topic.Cluster) error {
		return tail(ctx, cluster, o, show)
	})
}

func tail(ctx context.Context, cluster *topic.Cluster, o TailOptions, show func([]byte) error) error {
	from, follow := topic.FromNow(), cluster.Follow
	if o.FromBeginning {
		from = topic.FromBeginning()
	}
	if o.ToEnd {
		follow = cluster.Scan
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var one sync.Mutex
	var all sync.WaitGroup
	for _, name := range o.Topics {
		all.Go(func() {
			err := follow(ctx, name, from, func(r topic.Record) error {
				one.Lock()
				defer one.Unlock()
				if r.Value == nil {
					return nil
				}
				return show(r.Value)
			})
			if err != nil && ctx.Err() == nil {
				cancel(fmt.Errorf("follow %s: %w", name, err))
			}
		})
	}
	all.Wait()
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}
