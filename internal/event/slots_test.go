package event_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tradewire/tradewire/internal/event"
)

func code() *rapid.Generator[string] {
	return rapid.StringMatching(`[A-Z]{2}|EU|ASEAN|G20`)
}

func words() *rapid.Generator[string] {
	return rapid.StringN(1, 40, -1)
}

func aRate(t *rapid.T) event.Rate {
	least := rapid.Float64Range(0, 500).Draw(t, "rate")
	r := event.Rate{Unit: "percent"}
	if rapid.Bool().Draw(t, "between") {
		most := least + 5
		r.Min, r.Max, r.Qualifier = &least, &most, "between"
	} else {
		r.Value = &least
	}
	r.By = rapid.SliceOfN(code(), 1, 2).Draw(t, "by")
	return r
}

func aValue(t *rapid.T, s event.Slot) event.Value {
	switch s.Type {
	case event.TypeEnum:
		return event.Text(rapid.SampledFrom(s.Values).Draw(t, s.Name))
	case event.TypeCountry:
		return event.Text(code().Draw(t, s.Name))
	case event.TypeCountries:
		return event.List(rapid.SliceOfN(code(), 1, 4).Draw(t, s.Name)...)
	case event.TypeText:
		return event.Text(words().Draw(t, s.Name))
	case event.TypeTexts:
		return event.List(rapid.SliceOfN(words(), 1, 3).Draw(t, s.Name)...)
	case event.TypeSectors:
		return event.List(rapid.SliceOfN(rapid.StringMatching(`[a-z_]{3,9}`).Filter(func(s string) bool { return s[0] != '_' }), 1, 3).Draw(t, s.Name)...)
	case event.TypeRates:
		return event.Value{Rates: rapid.SliceOfN(rapid.Custom(aRate), 1, 3).Draw(t, s.Name)}
	}
	t.Fatalf("slot type %s is not drawn", s.Type)
	return event.Value{}
}

func someSlots(t *rapid.T, k event.Kind) event.Slots {
	slots := event.Slots{}
	for _, s := range k.Slots {
		if rapid.Bool().Draw(t, s.Name+" said") {
			slots[s.Name] = aValue(t, s)
		}
	}
	return slots
}

func TestEveryClaimAndEventValidatesAndRoundTrips(t *testing.T) {
	schemas := compiled(t)
	kinds := ourKinds(t)
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom(kinds).Draw(t, "kind")
		slots := someSlots(t, kind)
		passage := []event.Evidence{{Start: 3, End: 9, Text: words().Draw(t, "evidence")}}
		claim := event.Claim{ID: event.ClaimID("a1", kind.Name, slots), Article: "a1", Family: kind.Family, Kind: kind.Name,
			Slots: slots, Evidence: passage, Rule: rapid.SampledFrom([]string{"", "r"}).Draw(t, "rule"),
			Confidence: rapid.Float64Range(.01, 1).Draw(t, "confidence"),
			Factuality: rapid.SampledFrom([]string{"", "asserted", "reported", "alleged"}).Draw(t, "factuality"),
			Published:  rapid.SampledFrom([]string{"", "2025-05-02", "2025-05-02T08:00:00+02:00"}).Draw(t, "published")}
		var gotClaim event.Claim
		roundTrip(t, schemas["claim"].Validate, claim, &gotClaim)

		ev := event.Event{ID: event.EventID(claim.ID), Rev: 1, Op: event.OpCreate, Family: kind.Family, Kind: kind.Name, Slots: slots,
			Published: claim.Published, Confidence: claim.Confidence, Claims: []string{claim.ID},
			Sources: []event.Source{{Article: "a1", Evidence: passage}}}
		if rapid.Bool().Draw(t, "known") {
			ev.Known = time.Date(2025, 5, 2, 6, 0, 0, 0, time.UTC)
		}
		var gotEvent event.Event
		roundTrip(t, schemas["event"].Validate, ev, &gotEvent)
		if again := event.ClaimID("a1", kind.Name, gotEvent.Slots); again != claim.ID {
			t.Fatalf("the id became %s, was %s, after a round trip", again, claim.ID)
		}
	})
}

// roundTrip marshals in, validates it, and reads it into out (a pointer to
// the same type), which must come out equal.
func roundTrip(t *rapid.T, valid func(any) error, in, out any) {
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var doc any
	if err := json.Unmarshal(body, &doc); err != nil {
		t.Fatal(err)
	}
	if err := valid(doc); err != nil {
		t.Fatalf("%v\n%s", err, body)
	}
	if err := json.Unmarshal(body, out); err != nil {
		t.Fatalf("%v\n%s", err, body)
	}
	if got := reflect.ValueOf(out).Elem().Interface(); !reflect.DeepEqual(in, got) {
		t.Fatalf("wrote %#v\nread  %#v", in, got)
	}
}

// TestFixedNamesAreNeverSlots goes over the struct tags, so that a member
// added later cannot be forgotten.
func TestFixedNamesAreNeverSlots(t *testing.T) {
	for _, of := range []any{&event.Claim{}, &event.Event{}} {
		typ := reflect.TypeOf(of).Elem()
		for f := range typ.Fields() {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "-" {
				continue
			}
			zero, _ := json.Marshal(reflect.Zero(f.Type).Interface())
			for _, body := range []string{`{"` + name + `":null}`, `{"` + name + `":` + string(zero) + `}`} {
				into := reflect.New(typ)
				if err := json.Unmarshal([]byte(body), into.Interface()); err != nil {
					t.Fatalf("%s: %v", body, err)
				}
				if slots := into.Elem().FieldByName("Slots").Interface().(event.Slots); len(slots) != 0 {
					t.Errorf("%s became the slots %v of %s", body, slots, typ.Name())
				}
			}
			into := reflect.New(typ).Elem()
			into.FieldByName("Slots").Set(reflect.ValueOf(event.Slots{name: event.Text("x")}))
			if body, err := json.Marshal(into.Interface()); err == nil {
				t.Errorf("a slot %s was written into %s: %s", name, typ.Name(), body)
			}
		}
	}
}

func TestSlotNamesMatchExactly(t *testing.T) {
	var c event.Claim
	if err := json.Unmarshal([]byte(`{"id":"c1","ID":"slot","Kind":"slot","on":[],"by":null,"about":""}`), &c); err != nil {
		t.Fatal(err)
	}
	want := event.Slots{"ID": event.Text("slot"), "Kind": event.Text("slot"), "on": {List: []string{}}}
	if c.ID != "c1" || c.Kind != "" || !reflect.DeepEqual(c.Slots, want) {
		t.Errorf("id %q, kind %q, slots %#v", c.ID, c.Kind, c.Slots)
	}
}

func TestUnmarshalForgetsWhatWasThere(t *testing.T) {
	c := event.Claim{ID: "old", Rule: "old", Slots: event.Slots{"on": event.List("US")}}
	if err := json.Unmarshal([]byte(`{"id":"new"}`), &c); err != nil {
		t.Fatal(err)
	}
	if c.Rule != "" || len(c.Slots) != 0 {
		t.Errorf("kept %+v", c)
	}
}

func TestBadMembersAreNamed(t *testing.T) {
	for body, want := range map[string]string{
		`{"rev":"one"}`:            "unmarshal rev",
		`{"by":{"US":true}}`:       "unmarshal slot by",
		`{"amount":12.5}`:          "unmarshal slot amount",
		`{"rates":[{"value":"x"}]`: "unexpected end",
	} {
		var e event.Event
		if err := json.Unmarshal([]byte(body), &e); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", body, err, want)
		}
	}
}

func TestClaimIDCountsWhatIsSaid(t *testing.T) {
	ten := 10.0
	base := event.Slots{"by": event.List("US"), "rates": {Rates: []event.Rate{{Value: &ten}}}}
	same := event.Slots{"by": event.List("US"), "on": {List: []string{}}, "until": {},
		"rates": {Rates: []event.Rate{{Value: &ten, Rule: "r", Evidence: []event.Evidence{{End: 3, Text: "10%"}}}}}}
	id := event.ClaimID("a1", "measure", base)
	if got := event.ClaimID("a1", "measure", same); got != id {
		t.Errorf("empty slots and evidence of rates changed the id")
	}
	if same["rates"].Rates[0].Rule != "r" {
		t.Error("the rate was changed")
	}
	if id == event.ClaimID("a2", "measure", base) || id == event.ClaimID("a1", "agreement", base) ||
		id == event.ClaimID("a1", "measure", event.Slots{"by": event.List("CN")}) {
		t.Error("another article, kind or slot has the same id")
	}
}

func BenchmarkEventUnmarshal(b *testing.B) {
	body := []byte(good(b)["event"])
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		var e event.Event
		if err := json.Unmarshal(body, &e); err != nil {
			b.Fatal(err)
		}
	}
}
