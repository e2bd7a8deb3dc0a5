package topic

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
)

// Spec says how a topic has to be. Zero fields leave it to the cluster when
// the topic is created, and are not compared when it exists.
type Spec struct {
	// Name without the prefix.
	Name        string
	Partitions  int
	Replication int
	// Cleanup is "delete", "compact" or "compact,delete".
	Cleanup string
	// Retention of records, in milliseconds on the wire; negative is for ever.
	Retention time.Duration
	// MinInSync is how many replicas must have a record before it counts as
	// written.
	MinInSync int
}

// settings are the configuration entries that the spec asks for.
func (s Spec) settings() map[string]string {
	want := map[string]string{}
	if s.Cleanup != "" {
		want["cleanup.policy"] = s.Cleanup
	}
	switch {
	case s.Retention > 0:
		want["retention.ms"] = strconv.FormatInt(s.Retention.Milliseconds(), 10)
	case s.Retention < 0:
		want["retention.ms"] = "-1"
	}
	if s.MinInSync > 0 {
		want["min.insync.replicas"] = strconv.Itoa(s.MinInSync)
	}
	return want
}

// MismatchError names the topics that exist and are not as they should be.
type MismatchError struct {
	Topics []Mismatch
}

// Mismatch is one topic that differs, with a sentence for each difference.
type Mismatch struct {
	Topic       string
	Differences []string
}

func (e *MismatchError) Error() string {
	var b strings.Builder
	for _, t := range e.Topics {
		fmt.Fprintf(&b, "topic %s is not as configured: %s\n", t.Topic, strings.Join(t.Differences, "; "))
	}
	b.WriteString("existing topics are never altered: write what the topic has into the configuration, " +
		"or change the topic with kafka-configs or kafka-topics, or delete it so that it is made anew")
	return b.String()
}

// Ensure creates the topics that are missing and compares those that exist.
// It waits and retries while the cluster is away. Errors: *MismatchError when
// topics differ (all of them, none is altered); what the cluster refuses
// (rights, more replicas than brokers); that of ctx.
func (c *Cluster) Ensure(ctx context.Context, specs []Spec) error {
	if len(specs) == 0 {
		return nil
	}
	// A transport of its own: what the shared one remembers may be older than
	// the topics.
	transport := c.newTransport()
	defer transport.CloseIdleConnections()
	admin := c.newClient(transport)

	_, err := retry(ctx, c, "create topics", func() (struct{}, error) {
		return struct{}{}, c.createMissing(ctx, admin, specs)
	})
	if err != nil {
		return fmt.Errorf("ensure topics: %w", err)
	}
	mismatches, err := retry(ctx, c, "check topics", func() ([]Mismatch, error) {
		return c.compare(ctx, admin, specs)
	})
	switch {
	case err != nil:
		return fmt.Errorf("ensure topics: %w", err)
	case len(mismatches) > 0:
		return &MismatchError{Topics: mismatches}
	}
	_, err = retry(ctx, c, "wait for topics", func() (struct{}, error) {
		return struct{}{}, c.visible(ctx, specs)
	})
	if err != nil {
		return fmt.Errorf("ensure topics: %w", err)
	}
	return nil
}

func (c *Cluster) createMissing(ctx context.Context, admin *kafka.Client, specs []Spec) error {
	existing, err := c.describe(ctx, admin, specs)
	if err != nil {
		return err
	}
	var create []kafka.TopicConfig
	for _, s := range specs {
		if t := existing[c.wireName(s.Name)]; t.Error != nil {
			create = append(create, c.topicConfig(s))
		}
	}
	if len(create) == 0 {
		return nil
	}
	res, err := admin.CreateTopics(ctx, &kafka.CreateTopicsRequest{Topics: create})
	if err != nil {
		return fmt.Errorf("create: %w", err)
	}
	return notCreated(res.Errors)
}

// notCreated tells in one line which topics could not be made, and why the
// first of them could not.
func notCreated(all map[string]error) error {
	var names []string
	for name, err := range all {
		if err != nil && !errors.Is(err, kafka.TopicAlreadyExists) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	return fmt.Errorf("create topic %s: %w", strings.Join(names, ", "), all[names[0]])
}

// describe looks the topics up. Only "does not exist" is left in a topic's
// error field.
func (c *Cluster) describe(ctx context.Context, admin *kafka.Client, specs []Spec) (map[string]kafka.Topic, error) {
	names := make([]string, len(specs))
	for i, s := range specs {
		names[i] = c.wireName(s.Name)
	}
	meta, err := admin.Metadata(ctx, &kafka.MetadataRequest{Topics: names})
	if err != nil {
		return nil, fmt.Errorf("look up: %w", err)
	}
	found := map[string]kafka.Topic{}
	for _, t := range meta.Topics {
		if t.Error != nil && !errors.Is(t.Error, kafka.UnknownTopicOrPartition) {
			return nil, fmt.Errorf("look up topic %s: %w", t.Name, t.Error)
		}
		found[t.Name] = t
	}
	return found, nil
}

func (c *Cluster) topicConfig(s Spec) kafka.TopicConfig {
	t := kafka.TopicConfig{Topic: c.wireName(s.Name), NumPartitions: -1, ReplicationFactor: -1}
	if s.Partitions > 0 {
		t.NumPartitions = s.Partitions
	}
	if s.Replication > 0 {
		t.ReplicationFactor = s.Replication
	}
	for name, value := range s.settings() {
		t.ConfigEntries = append(t.ConfigEntries, kafka.ConfigEntry{ConfigName: name, ConfigValue: value})
	}
	if need := c.batchLimit(); need > kafkaBatchLimit {
		t.ConfigEntries = append(t.ConfigEntries, kafka.ConfigEntry{
			ConfigName: "max.message.bytes", ConfigValue: strconv.Itoa(need),
		})
	}
	return t
}

// kafkaBatchLimit is what Kafka allows a batch to have by default.
const kafkaBatchLimit = 1048588

// batchLimit is what a topic must allow a batch to have so that our largest
// record fits: bytes that do not compress grow a little under snappy.
func (c *Cluster) batchLimit() int {
	size := c.cfg.MaxMessageBytes + deadLetterRoom
	return size + size/128 + 1024
}

// compare finds the differences between the specs and the topics.
func (c *Cluster) compare(ctx context.Context, admin *kafka.Client, specs []Spec) ([]Mismatch, error) {
	found, err := c.describe(ctx, admin, specs)
	if err != nil {
		return nil, err
	}
	settings, err := c.settings(ctx, admin, specs)
	if err != nil {
		return nil, err
	}
	var mismatches []Mismatch
	for _, s := range specs {
		name := c.wireName(s.Name)
		t := found[name]
		if t.Error != nil {
			return nil, fmt.Errorf("look up topic %s: %w", name, t.Error)
		}
		differences := append(differentShape(s, t), c.differentSettings(s, settings[name])...)
		if len(differences) > 0 {
			mismatches = append(mismatches, Mismatch{Topic: name, Differences: differences})
		}
	}
	return mismatches, nil
}

func differentShape(s Spec, t kafka.Topic) []string {
	var out []string
	if s.Partitions > 0 && len(t.Partitions) != s.Partitions {
		note := "a topic cannot lose partitions"
		if s.Partitions > len(t.Partitions) {
			note = "adding some would move keys to other partitions"
		}
		out = append(out, fmt.Sprintf("it has %d partitions, wanted are %d (%s)", len(t.Partitions), s.Partitions, note))
	}
	for _, p := range t.Partitions {
		if s.Replication > 0 && len(p.Replicas) != s.Replication {
			out = append(out, fmt.Sprintf("partition %d has %d replicas, wanted are %d", p.ID, len(p.Replicas), s.Replication))
			break
		}
	}
	return out
}

func (c *Cluster) differentSettings(s Spec, have map[string]string) []string {
	var out []string
	want := s.settings()
	for _, name := range []string{"cleanup.policy", "retention.ms", "min.insync.replicas"} {
		if w, ok := want[name]; ok && !sameSetting(have[name], w) {
			out = append(out, fmt.Sprintf("%s is %s, wanted is %s", name, have[name], w))
		}
	}
	if limit, err := strconv.Atoi(have["max.message.bytes"]); err == nil && limit < c.batchLimit() {
		out = append(out, fmt.Sprintf("max.message.bytes is %d, our largest record needs %d", limit, c.batchLimit()))
	}
	return out
}

// sameSetting compares values, lists without regard to order or spaces.
func sameSetting(a, b string) bool {
	list := func(s string) []string {
		parts := strings.Split(strings.ReplaceAll(s, " ", ""), ",")
		slices.Sort(parts)
		return parts
	}
	return slices.Equal(list(a), list(b))
}

// settings reads the configuration entries of topics, by topic and name.
func (c *Cluster) settings(ctx context.Context, admin *kafka.Client, specs []Spec) (map[string]map[string]string, error) {
	req := &kafka.DescribeConfigsRequest{}
	for _, s := range specs {
		req.Resources = append(req.Resources, kafka.DescribeConfigRequestResource{
			ResourceType: kafka.ResourceTypeTopic, ResourceName: c.wireName(s.Name),
			ConfigNames: []string{"cleanup.policy", "retention.ms", "min.insync.replicas", "max.message.bytes"},
		})
	}
	res, err := admin.DescribeConfigs(ctx, req)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	all := map[string]map[string]string{}
	for _, r := range res.Resources {
		if r.Error != nil {
			return nil, fmt.Errorf("read settings of topic %s: %w", r.ResourceName, r.Error)
		}
		entries := map[string]string{}
		for _, e := range r.ConfigEntries {
			entries[e.ConfigName] = e.ConfigValue
		}
		all[r.ResourceName] = entries
	}
	return all, nil
}

// visible reports an error until the connections that records go over know
// the topics and their leaders.
func (c *Cluster) visible(ctx context.Context, specs []Spec) error {
	found, err := c.describe(ctx, c.client, specs)
	if err != nil {
		return err
	}
	for name, t := range found {
		if t.Error != nil {
			return fmt.Errorf("look up topic %s: %w", name, t.Error)
		}
		for _, p := range t.Partitions {
			if p.Error != nil {
				return fmt.Errorf("look up %s[%d]: %w", name, p.ID, p.Error)
			}
		}
	}
	return nil
}
