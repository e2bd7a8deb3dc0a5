// Package deploy_test holds the alert rules to the metrics that exist.
package deploy_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tradewire/tradewire/internal/ops"
)

// TestRulesNameMetricsThatExist fails when a metric is renamed and a rule,
// or the test of a rule, still asks for the old name.
func TestRulesNameMetricsThatExist(t *testing.T) {
	known := metricNames(t)
	named := regexp.MustCompile(`\btradewire_[a-z_]+`)
	suffix := regexp.MustCompile(`_(bucket|sum|count)$`)
	for _, file := range []string{"prometheus/rules.yml", "prometheus/rules_test.yml"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		found := named.FindAllString(string(text), -1)
		if len(found) == 0 {
			t.Errorf("%s names no metric of ours", file)
		}
		for _, name := range found {
			if !slices.Contains(known, name) && !slices.Contains(known, suffix.ReplaceAllString(name, "")) {
				t.Errorf("%s asks for %s, which no process exports", file, name)
			}
		}
	}
}

// metricNames lists what a process exports once every kind of thing happened.
func metricNames(t *testing.T) []string {
	t.Helper()
	m := ops.NewMetrics()
	stage := m.Stage("scrape")
	stage.Begin().Sent(time.Now())
	stage.Begin().Rejected("no_text")
	m.Lag("extract", "trade.articles", 0, 1)
	m.Source("sample")
	m.SourceRead("sample", time.Now(), 1)
	m.SourceNews("sample", time.Now(), time.Hour)
	families, err := m.Registry().Gather()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, family := range families {
		if name := family.GetName(); strings.HasPrefix(name, "tradewire_") {
			names = append(names, name)
		}
	}
	return names
}
