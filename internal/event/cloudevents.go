package event

import (
	"errors"
	"fmt"
	"time"
)

// Names of the message headers that carry a CloudEvent in binary mode over
// Kafka (CloudEvents 1.0.2 and its Kafka protocol binding: attributes take the
// prefix "ce_", datacontenttype is "content-type"). TraceParent follows W3C
// Trace Context and stands without the prefix, as tracing libraries expect.
const (
	CloudSpecVersion = "ce_specversion"
	CloudID          = "ce_id"
	CloudSource      = "ce_source"
	CloudType        = "ce_type"
	CloudSubject     = "ce_subject"
	CloudTime        = "ce_time"
	CloudDataSchema  = "ce_dataschema"
	ContentType      = "content-type"
	TraceParent      = "traceparent"
)

// ContentJSON is the content type of every body that we publish.
const ContentJSON = "application/json"

// Attribute is one header of a message: a name and its value in UTF-8.
type Attribute struct{ Name, Value string }

// Attributes lists the headers in a fixed order; empty ones are left out.
func (c CloudEvent) Attributes() []Attribute {
	all := []Attribute{
		{CloudSpecVersion, SpecVersion},
		{CloudID, c.ID},
		{CloudSource, c.Source},
		{CloudType, c.Type},
		{CloudSubject, c.Subject},
		{CloudTime, formatTime(c.Time)},
		{CloudDataSchema, c.DataSchema},
		{ContentType, ContentJSON},
	}
	kept := all[:0]
	for _, a := range all {
		if a.Value != "" {
			kept = append(kept, a)
		}
	}
	return kept
}

// Validate names the required attributes that are missing: the id, the source
// and the type.
func (c CloudEvent) Validate() error {
	var missing []error
	for _, a := range []Attribute{{CloudID, c.ID}, {CloudSource, c.Source}, {CloudType, c.Type}} {
		if a.Value == "" {
			missing = append(missing, fmt.Errorf("cloud event lacks %s", a.Name))
		}
	}
	return errors.Join(missing...)
}

func formatTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// ParseCloudEvent reads the envelope back from headers; get returns the value
// of a header, or "" when the message has none of that name. An error says
// that the message is no CloudEvent 1.0.
func ParseCloudEvent(get func(name string) string) (CloudEvent, error) {
	if v := get(CloudSpecVersion); v != SpecVersion {
		return CloudEvent{}, fmt.Errorf("read cloud event: %s is %q, want %q", CloudSpecVersion, v, SpecVersion)
	}
	c := CloudEvent{
		ID:         get(CloudID),
		Source:     get(CloudSource),
		Type:       get(CloudType),
		Subject:    get(CloudSubject),
		DataSchema: get(CloudDataSchema),
	}
	if s := get(CloudTime); s != "" {
		t, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			return CloudEvent{}, fmt.Errorf("read %s: %w", CloudTime, err)
		}
		c.Time = t
	}
	return c, c.Validate()
}
