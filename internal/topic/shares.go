package topic

import (
	"context"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"
)

// sharesEvery is how often a Reader looks whether each partition is somebody's;
// the first time sooner.
const (
	sharesFirst = time.Second
	sharesEvery = 10 * time.Second
)

// watchShares ends the generation, by its return, when a partition is nobody's.
// The member that shared them may have asked in the moment when a topic was
// deleted and not yet created again; kafka-go then watches for a change that
// has been already, and nobody would ever read the topic.
func (r *Reader) watchShares(ctx context.Context) {
	for after := sharesFirst; wait(ctx, after); after = sharesEvery {
		if p, found := r.nobodys(ctx); found {
			r.cluster.log.Info("a partition is nobody's; the group shares its partitions again", "group", r.group, "topic", p.topic, "partition", p.id)
			return
		}
	}
}

// nobodys finds a partition of our topics that no member of the group has.
func (r *Reader) nobodys(ctx context.Context) (partition, bool) {
	var open []partition
	for _, name := range r.config.Topics {
		ids, err := r.cluster.partitionIDs(ctx, name)
		if err != nil {
			return partition{}, false // not there, or not to be asked now
		}
		for _, id := range ids {
			if p := (partition{name, id}); !r.holds(p) {
				open = append(open, p)
			}
		}
	}
	if len(open) == 0 {
		return partition{}, false
	}
	shared, ok := r.cluster.shared(ctx, r.group)
	for _, p := range open {
		if ok && !shared[p] {
			return p, true
		}
	}
	return partition{}, false
}

func (r *Reader) holds(p partition) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.held[p] != nil
}

// shared are the partitions that members of a group have; false while they are
// being shared, and when the group cannot be asked.
func (c *Cluster) shared(ctx context.Context, group string) (map[partition]bool, bool) {
	described, err := c.describeGroup(ctx, group)
	if err != nil || described.Error != nil || described.GroupState != "Stable" {
		return nil, false
	}
	all := map[partition]bool{}
	for _, m := range described.Members {
		for _, t := range m.MemberAssignments.Topics {
			for _, id := range t.Partitions {
				all[partition{t.Topic, id}] = true
			}
		}
	}
	return all, true
}

// describeGroup is what the cluster knows of a group.
func (c *Cluster) describeGroup(ctx context.Context, group string) (kafka.DescribeGroupsResponseGroup, error) {
	res, err := c.client.DescribeGroups(ctx, &kafka.DescribeGroupsRequest{GroupIDs: []string{group}})
	if err != nil {
		return kafka.DescribeGroupsResponseGroup{}, err
	}
	if len(res.Groups) != 1 {
		return kafka.DescribeGroupsResponseGroup{}, fmt.Errorf("the cluster describes %d groups, not %s alone", len(res.Groups), group)
	}
	return res.Groups[0], nil
}
