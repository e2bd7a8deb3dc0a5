package event

import (
	"strconv"
	"time"
)

// SpecVersion is the version of CloudEvents that the messages carry.
const SpecVersion = "1.0"

// CloudEvent is what the headers of a message say of its body (CloudEvents
// 1.0, Kafka binding, binary mode: each attribute is a header ce_<name>).
type CloudEvent struct {
	// ID and Source together name the message: one written twice has the
	// same ID both times.
	ID     string
	Source string // who wrote it, such as "tradewire/extract"
	Type   string // dev.tradewire.<noun>.v1
	// Subject is what the message is about: the article or event id, a URL.
	Subject    string
	Time       time.Time // when it was written
	DataSchema string    // SchemaID of the noun
}

// NewCloudEvent describes a message whose body is the noun of that name
// (article, fetch, page, mentions, claim, event).
func NewCloudEvent(noun, id, source, subject string, at time.Time) CloudEvent {
	return CloudEvent{
		ID:         id,
		Source:     source,
		Type:       "dev.tradewire." + noun + ".v1",
		Subject:    subject,
		Time:       at.UTC(),
		DataSchema: SchemaID(noun),
	}
}

// CloudEvent describes the message of an event written by source at that
// time: one id for each revision.
func (e Event) CloudEvent(source string, at time.Time) CloudEvent {
	return NewCloudEvent("event", e.ID+"."+strconv.Itoa(e.Rev), source, e.ID, at)
}

// CloudEvent describes the message of a claim written by source at that time.
// A correction has an id of its own.
func (c Claim) CloudEvent(source string, at time.Time) CloudEvent {
	id := c.ID
	if r := c.Revision; r != nil {
		id += "." + r.Event + "." + strconv.Itoa(r.Rev)
	}
	return NewCloudEvent("claim", id, source, c.Article, at)
}

// CloudEvent describes the message of an article written by source at that
// time: one id for each version of the text.
func (a Article) CloudEvent(source string, at time.Time) CloudEvent {
	return NewCloudEvent("article", a.ID+"."+a.Version, source, a.ID, at)
}

// Headers of a dead letter, beside those of the message that was refused.
const (
	HeaderStage     = "dl_stage"
	HeaderClass     = "dl_class"
	HeaderMessage   = "dl_message"
	HeaderAttempt   = "dl_attempt"
	HeaderSource    = "dl_source"
	HeaderTopic     = "dl_topic"
	HeaderPartition = "dl_partition"
	HeaderOffset    = "dl_offset"
	HeaderInput     = "dl_input"
	HeaderInputType = "dl_input_type"
	// HeaderReplayed is the one header of a record that takes a dead letter
	// off the list: the letter's partition/offset on its topic. A record that
	// was replayed carries HeaderAttempt alone, beside its own headers.
	HeaderReplayed = "dl_replayed"
)
