package story_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/story"
)

// said is a stance of article a1 on a target, resting on those words.
func said(target, words string) event.Claim {
	slots := event.Slots{"holder": event.Text("US"), "target": event.Text(target)}
	c := claim("stance", slots)
	c.Evidence = []event.Evidence{{Sentence: 1, Start: 3, End: 3 + len(words), Text: words}}
	return c
}

// wireLog is a log of claims as the correlate stage reads it: what it makes of them,
// with the consumers' rule applied.
type wireLog struct {
	claims []event.Claim
	keys   []string
}

func (l *wireLog) add(c event.Claim, key string) {
	l.claims, l.keys = append(l.claims, c), append(l.keys, key)
}

func (l *wireLog) record() *story.Asserted {
	a := new(story.Asserted)
	for i, c := range l.claims {
		a.Add(c, l.keys[i])
	}
	return a
}

// events are the events that a consumer holds after the log, by id.
func (l *wireLog) events() map[string]event.Event {
	held := map[string]event.Event{}
	var settled story.Revised
	for _, c := range l.claims {
		if settled.Settled(c) {
			continue
		}
		e := story.Correlate(c)
		settled.Add(e)
		if old, ok := held[e.ID]; !ok || e.Rev > old.Rev {
			held[e.ID] = e
		}
	}
	return held
}

// standing are the targets that events which were not retracted hold.
func (l *wireLog) standing() []string {
	var out []string
	for _, e := range l.events() {
		if e.Op != event.OpRetract {
			out = append(out, e.Slots["target"].Text)
		}
	}
	slices.Sort(out)
	return out
}

func (l *wireLog) publish(changes []story.Change) {
	for _, c := range changes {
		l.add(c.Record, c.Key)
	}
}

func TestDiffTellsAddedChangedAndVanished(t *testing.T) {
	var l wireLog
	kept, wrong, gone := said("steel", "backs the steel duty"), said("aluminium", "backs the metal duty"), said("copper", "rejects a copper duty")
	for _, c := range []event.Claim{kept, wrong, gone} {
		l.add(c, story.CorrelationKey(c))
	}
	right, fresh := said("metal", "backs the metal duty"), said("zinc", "wants a zinc duty")
	changes := story.Diff(l.record(), []event.Claim{kept, right, fresh, fresh})
	if len(changes) != 3 {
		t.Fatalf("%d changes: %+v", len(changes), changes)
	}
	changed, added, vanished := changes[0], changes[1], changes[2]
	if changed.Old.Claim.ID != wrong.ID || changed.New.ID != right.ID || !slices.Equal(story.Differences(wrong, right), []string{"target"}) ||
		!reflect.DeepEqual(changed.Record.Revision, &event.Revision{Event: event.EventID(wrong.ID), Rev: 2, Op: "update", Replaced: []string{wrong.ID}}) {
		t.Errorf("changed: %+v", changed.Record.Revision)
	}
	if added.Old != nil || added.New.ID != fresh.ID || added.Record.Revision != nil || added.Key != story.CorrelationKey(fresh) {
		t.Errorf("added: %+v", added)
	}
	if vanished.New != nil || vanished.Old.Claim.ID != gone.ID || vanished.Record.Revision.Op != "retract" || vanished.Record.Revision.Rev != 2 {
		t.Errorf("vanished: %+v", vanished.Record.Revision)
	}
	l.publish(changes)
	if got := l.standing(); !slices.Equal(got, []string{"metal", "steel", "zinc"}) {
		t.Errorf("stands after it: %q", got)
	}
	if again := story.Diff(l.record(), []event.Claim{kept, right, fresh}); len(again) != 0 {
		t.Errorf("a second time: %+v", again)
	}
}

func TestTheSameClaimWithAnotherRuleIsAnUpdate(t *testing.T) {
	var l wireLog
	c := said("steel", "backs the steel duty")
	l.add(c, "k")
	surer := c
	surer.Confidence, surer.Rule = .9, "r2"
	changes := story.Diff(l.record(), []event.Claim{surer})
	if len(changes) != 1 || changes[0].Record.Revision.Op != "update" || len(changes[0].Record.Revision.Replaced) > 0 || changes[0].Key != "k" {
		t.Fatalf("%+v", changes)
	}
	if d := story.Differences(c, surer); !slices.Equal(d, []string{"confidence", "rule"}) {
		t.Errorf("differs in %q", d)
	}
	l.publish(changes)
	if e := l.events()[event.EventID(c.ID)]; e.Rev != 2 || e.Confidence != .9 || !slices.Equal(e.Claims, []string{c.ID}) {
		t.Errorf("%+v", e)
	}
}

// A claim that comes again from the extract stage must not undo a correction.
func TestSettledClaimsChangeNothing(t *testing.T) {
	var l wireLog
	first, second := said("aluminium", "backs the metal duty"), said("metal", "backs the metal duty")
	l.add(first, story.CorrelationKey(first))
	l.publish(story.Diff(l.record(), []event.Claim{second}))
	l.publish(story.Diff(l.record(), nil))
	for _, again := range []event.Claim{first, second} {
		l.add(again, story.CorrelationKey(again))
	}
	if got := l.standing(); len(got) != 0 {
		t.Errorf("came back: %q", got)
	}
	l.publish(story.Diff(l.record(), []event.Claim{second}))
	if got := l.events(); len(got) != 1 || got[event.EventID(first.ID)].Rev != 4 || got[event.EventID(first.ID)].Op != "update" {
		t.Errorf("found once more: %+v", got)
	}
}

// Whatever the rules find in one replay after another, the events that stand
// are what was found last, revisions only grow, and nothing is left to do.
func TestReplaysConverge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var l wireLog
		revs := map[string]int{}
		for range rapid.IntRange(1, 6).Draw(t, "replays") {
			var found []event.Claim
			var want []string
			for _, n := range rapid.SliceOfNDistinct(rapid.IntRange(0, 5), 0, 5, rapid.ID[int]).Draw(t, "found") {
				target := fmt.Sprint("target ", n)
				found, want = append(found, said(target, fmt.Sprint("words ", n%2))), append(want, target)
			}
			slices.Sort(want)
			l.publish(story.Diff(l.record(), found))
			if got := l.standing(); !slices.Equal(got, want) {
				t.Fatalf("stand %q, found %q", got, want)
			}
			if left := story.Diff(l.record(), found); len(left) != 0 {
				t.Fatalf("left to do: %+v", left)
			}
			for id, e := range l.events() {
				if e.Rev < revs[id] {
					t.Fatalf("%s fell from revision %d to %d", id, revs[id], e.Rev)
				}
				revs[id] = e.Rev
			}
			if rapid.Bool().Draw(t, "extracted again") {
				for _, c := range found {
					l.add(c, story.CorrelationKey(c))
				}
				if got := l.standing(); !slices.Equal(got, want) {
					t.Fatalf("after another delivery stand %q, found %q", got, want)
				}
			}
		}
	})
}
