package extract

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
	"github.com/tradewire/tradewire/internal/strictyaml"
)

// CheckExamples runs the examples of every rule and returns those that fail,
// with the place of their rule and what came out instead.
func (x *Extractor) CheckExamples() strictyaml.Problems {
	var out strictyaml.Problems
	for s := range x.o.Sets {
		set := &x.o.Sets[s]
		for i := range set.Rules {
			rule := &set.Rules[i]
			for _, message := range x.failures(set, rule) {
				out = append(out, strictyaml.Problem{File: set.File, Line: rule.Line, Column: rule.Column, Message: "rule " + rule.ID + ": " + message})
			}
		}
	}
	return out
}

func (x *Extractor) failures(set *ontology.RuleSet, rule *ontology.Rule) []string {
	var out []string
	for _, example := range rule.Match {
		claims, err := x.example(example.Text)
		if err != nil {
			return append(out, err.Error())
		}
		claims = slices.DeleteFunc(claims, func(c event.Claim) bool { return c.Rule != rule.ID })
		if !slices.ContainsFunc(claims, func(c event.Claim) bool { return len(differences(c, example.Slots)) == 0 }) {
			out = append(out, fmt.Sprintf("example %q: expected a %s with %v, found %s", example.Text, set.Kind, example.Slots, shown(claims, example.Slots)))
		}
	}
	for _, text := range rule.Reject {
		claims, err := x.example(text)
		if err != nil {
			return append(out, err.Error())
		}
		if slices.ContainsFunc(claims, func(c event.Claim) bool { return c.Rule == rule.ID }) {
			out = append(out, fmt.Sprintf("example %q: must not match, but did", text))
		}
	}
	return out
}

func (x *Extractor) example(text string) ([]event.Claim, error) {
	a := event.Article{ID: "example", Text: text}
	r, err := x.read(a, true, nil)
	if err != nil {
		return nil, err
	}
	return r.published(a), nil
}

// differences lists the slots in which a claim is not as wanted.
func differences(c event.Claim, want map[string]string) []string {
	var out []string
	for slot, value := range want {
		if got := slotText(c, slot); got != value {
			out = append(out, fmt.Sprintf("%s is %q", slot, got))
		}
	}
	slices.Sort(out)
	return out
}

// slotText gives a slot as the examples write it: lists with commas, rates by
// their values.
func slotText(c event.Claim, slot string) string {
	if slot == "factuality" {
		return c.Factuality
	}
	v := c.Slots[slot]
	switch {
	case v.List != nil:
		return strings.Join(v.List, ", ")
	case v.Rates != nil:
		var out []string
		for _, r := range v.Rates {
			out = append(out, ratesWritten(r))
		}
		return strings.Join(out, ", ")
	}
	return v.Text
}

func ratesWritten(r event.Rate) string {
	switch {
	case r.Value != nil:
		return fmt.Sprintf("%g", *r.Value)
	case r.Min != nil && r.Max != nil:
		return fmt.Sprintf("%g-%g", *r.Min, *r.Max)
	}
	return ""
}

func shown(claims []event.Claim, want map[string]string) string {
	if len(claims) == 0 {
		return "no claim of this rule"
	}
	var out []string
	for _, c := range claims {
		out = append(out, strings.Join(differences(c, want), ", "))
	}
	return "one where " + strings.Join(out, "; one where ")
}
