package event

import (
	"strings"
	"testing"
	"time"
)

func TestCloudEventRoundTrip(t *testing.T) {
	in := CloudEvent{
		ID: "c1", Source: "/tradewire/extract", Type: "dev.tradewire.claim.v1", Subject: "a1",
		Time:       time.Date(2026, 3, 4, 5, 6, 7, 80, time.FixedZone("CET", 3600)),
		DataSchema: "https://tradewire.example/schema/claim.json",
	}
	headers := map[string]string{}
	for _, a := range in.Attributes() {
		headers[a.Name] = a.Value
	}
	if got := headers["ce_time"]; got != "2026-03-04T04:06:07.00000008Z" {
		t.Errorf("ce_time = %q, want UTC with the fraction", got)
	}
	if got := headers["content-type"]; got != "application/json" {
		t.Errorf("content-type = %q", got)
	}
	out, err := ParseCloudEvent(func(name string) string { return headers[name] })
	if err != nil {
		t.Fatal(err)
	}
	if !out.Time.Equal(in.Time) {
		t.Errorf("time = %v, want %v", out.Time, in.Time)
	}
	out.Time = in.Time
	if out != in {
		t.Errorf("read back %+v, want %+v", out, in)
	}
}

func TestCloudEventLeavesOutWhatIsEmpty(t *testing.T) {
	for _, a := range (CloudEvent{ID: "1", Source: "/s", Type: "t"}).Attributes() {
		switch a.Name {
		case CloudSubject, CloudTime, CloudDataSchema:
			t.Errorf("empty attribute %s was written", a.Name)
		}
	}
}

func TestCloudEventRefuses(t *testing.T) {
	whole := map[string]string{"ce_specversion": "1.0", "ce_id": "1", "ce_source": "/s", "ce_type": "t"}
	for _, tc := range []struct{ header, value, want string }{
		{"ce_specversion", "0.3", "ce_specversion"},
		{"ce_specversion", "", "ce_specversion"},
		{"ce_id", "", "ce_id"},
		{"ce_source", "", "ce_source"},
		{"ce_type", "", "ce_type"},
		{"ce_time", "yesterday", "ce_time"},
	} {
		_, err := ParseCloudEvent(func(name string) string {
			if name == tc.header {
				return tc.value
			}
			return whole[name]
		})
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s=%q: error %v does not name %s", tc.header, tc.value, err, tc.want)
		}
	}
}
