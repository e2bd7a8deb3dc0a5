package score

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
)

// smoothing is how many claims the share of a rule's kind counts as: a rule
// with few labelled claims stays near its kind.
const smoothing = 5

// RuleShare says how often a rule's claims were right.
type RuleShare struct {
	Rule string `json:"rule"`
	Kind string `json:"kind"`
	// Claims are those on labelled articles, Right those with kind and main
	// actor as labelled, Whole those with every core slot right too.
	Claims int `json:"claims"`
	Right  int `json:"right"`
	Whole  int `json:"whole"`
	// Now is the mean confidence that the claims carry, Measured the one that
	// they should.
	Now      float64 `json:"now"`
	Measured float64 `json:"measured"`
}

// Confidence measures each rule's confidence over the reports together, by
// kind and then by rule. A share of few claims says little, so it is drawn
// to that of its kind, and the kind's to that of all claims, each counting
// as five claims: the m-estimate (Cestnik 1990). A rule without a claim on
// labelled articles does not come up.
func Confidence(reports ...Report) []RuleShare {
	var all tally
	kinds := map[string]*tally{}
	rules := map[string]*RuleShare{}
	for _, report := range reports {
		for _, j := range report.Judged {
			s := rules[j.Rule]
			if s == nil {
				s = &RuleShare{Rule: j.Rule, Kind: j.Kind}
				rules[j.Rule] = s
			}
			if kinds[j.Kind] == nil {
				kinds[j.Kind] = &tally{}
			}
			s.Claims++
			s.Now += j.Confidence
			kinds[j.Kind].found++
			all.found++
			if j.Right {
				s.Right++
				kinds[j.Kind].hits++
				all.hits++
			}
			if j.Whole {
				s.Whole++
			}
		}
	}
	var out []RuleShare
	for _, s := range rules {
		kind := drawn(kinds[s.Kind].hits, kinds[s.Kind].found, float64(all.hits)/float64(all.found))
		s.Now /= float64(s.Claims)
		s.Measured = drawn(s.Right, s.Claims, kind)
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b RuleShare) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Rule, b.Rule))
	})
	return out
}

// drawn is the share of hits, drawn to what is expected.
func drawn(hits, n int, expected float64) float64 {
	return (float64(hits) + smoothing*expected) / float64(n+smoothing)
}

// WriteConfidence prints the shares, a rule a line.
func WriteConfidence(w io.Writer, shares []RuleShare) error {
	var out bytes.Buffer
	fmt.Fprintf(&out, "%-32s%8s%7s%7s%7s%10s\n", "rule", "claims", "right", "whole", "now", "measured")
	for _, s := range shares {
		fmt.Fprintf(&out, "%-32s%8d%7d%7d%7.2f%10.2f\n", s.Rule, s.Claims, s.Right, s.Whole, s.Now, s.Measured)
	}
	return flush(w, &out)
}
