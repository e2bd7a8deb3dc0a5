package ontology

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/pattern"
	"github.com/tradewire/tradewire/internal/strictyaml"
)

// RuleSet is one file of pipelines/patterns: the rules of one kind and what
// holds for all of them.
type RuleSet struct {
	File string `yaml:"-"`
	Kind string `yaml:"kind"`
	// Resolve names, by slot, the way in which a slot that no pattern
	// captured is found ("subject", "modality", …).
	Resolve map[string]string `yaml:"resolve"`
	// Merge lists the slots in which two claims of an article must agree to
	// be one.
	Merge []string `yaml:"merge"`
	// Require lists slots without which no claim is made.
	Require []string `yaml:"require"`
	Rules   []Rule   `yaml:"rules"`
}

// Rule is one or more patterns that assert the same.
type Rule struct {
	ID       string   `yaml:"id"`
	Pattern  string   `yaml:"pattern"`
	Patterns []string `yaml:"patterns"`
	// Set fills slots with fixed values.
	Set map[string]string `yaml:"set"`
	// Veto names cue lists that must not stand in the clause of the trigger.
	Veto []string `yaml:"veto"`
	// Between names cue lists that must not stand between the trigger and a
	// captured slot.
	Between []string `yaml:"between"`
	// Resolve overrides the set's for this rule.
	Resolve map[string]string `yaml:"resolve"`
	// UnlessSaid names slots: a claim of this rule stands only where no other
	// rule's claim of the article agrees in them.
	UnlessSaid []string `yaml:"unless_said"`
	// Confidence is the share of this rule's claims that were right on the
	// labelled articles, 0 when unmeasured.
	Confidence float64   `yaml:"confidence"`
	Match      []Example `yaml:"match"`
	Reject     []string  `yaml:"reject"`

	// Programs are Pattern and Patterns, compiled.
	Programs []*pattern.Program `yaml:"-"`
	// Line and Column are where the rule stands.
	Line, Column int `yaml:"-"`
}

// Example is a text that must give a claim of the rule with these slots. A
// list is written with commas: "CN, US".
type Example struct {
	Text  string            `yaml:"text"`
	Slots map[string]string `yaml:"slots"`
}

func (l *loader) ruleSets() {
	files, err := fs.Glob(l.fsys, "patterns/*.yaml")
	if err != nil {
		l.problems = append(l.problems, strictyaml.Problem{File: "patterns", Line: 1, Column: 1, Message: err.Error()})
	}
	l.partial = len(l.problems) > 0
	seen := map[string]string{}
	for _, name := range files {
		set := RuleSet{File: name}
		data, ok := l.read(name, &set)
		if !ok {
			continue
		}
		l.checkSet(&set, data, seen)
		l.out.Sets = append(l.out.Sets, set)
	}
}

func (l *loader) problem(file string, data []byte, path, format string, args ...any) {
	l.problems = append(l.problems, strictyaml.At(file, data, path, format, args...))
}

func (l *loader) checkSet(set *RuleSet, data []byte, seen map[string]string) {
	kind, ok := l.out.Kind(set.Kind)
	if !ok {
		l.problem(set.File, data, "$.kind", "unknown kind %q: expected one of ontology/kinds.yaml", set.Kind)
		return
	}
	for _, list := range [][]string{set.Merge, set.Require} {
		for _, slot := range list {
			if !hasSlot(kind, slot) {
				l.problem(set.File, data, "$.kind", "unknown slot %q in merge or require: %s has %s", slot, kind.Name, slotNames(kind))
			}
		}
	}
	for _, other := range l.out.Sets { // claims of a kind are compared whatever file their rules stand in
		if other.Kind == set.Kind && (!slices.Equal(other.Merge, set.Merge) || !slices.Equal(other.Require, set.Require)) {
			l.problem(set.File, data, "$.kind", "merge and require must be those of %s, which has rules of the same kind", other.File)
		}
	}
	for i := range set.Rules {
		rule := &set.Rules[i]
		path := fmt.Sprintf("$.rules[%d]", i)
		at := strictyaml.At(set.File, data, path+".id", "")
		rule.Line, rule.Column = at.Line, at.Column
		if other, twice := seen[rule.ID]; twice || rule.ID == "" {
			l.problem(set.File, data, path+".id", "rule id %q must be present and unique (other use: %s)", rule.ID, other)
		}
		seen[rule.ID] = set.File
		l.checkRule(set, kind, rule, data, path)
	}
}

func (l *loader) checkRule(set *RuleSet, kind event.Kind, rule *Rule, data []byte, path string) {
	sources := slices.Clone(rule.Patterns)
	if rule.Pattern != "" {
		sources = append([]string{rule.Pattern}, sources...)
	}
	if len(sources) == 0 {
		l.problem(set.File, data, path, "rule %s has no pattern", rule.ID)
	}
	for k, src := range sources {
		where := path + ".pattern"
		if rule.Pattern == "" {
			where = fmt.Sprintf("%s.patterns[%d]", path, k)
		}
		prog, err := pattern.Compile(src)
		if err != nil {
			l.problem(set.File, data, where, "rule %s: bad pattern %v", rule.ID, err)
			continue
		}
		for _, name := range prog.Names() {
			if !hasSlot(kind, name) && !strings.HasPrefix(name, "_") {
				l.problem(set.File, data, where, "rule %s captures unknown slot %q: %s has %s", rule.ID, name, kind.Name, slotNames(kind))
			}
		}
		for _, label := range prog.Labels() {
			if !l.knows(label) {
				l.problem(set.File, data, where, "rule %s names %s, which no lexicon, cue list or term has", rule.ID, shown(label))
			}
		}
		rule.Programs = append(rule.Programs, prog)
	}
	l.checkCues(set.File, data, path+".veto", rule.ID, rule.Veto)
	l.checkCues(set.File, data, path+".between", rule.ID, rule.Between)
	for slot := range rule.Set {
		if !hasSlot(kind, slot) && slot != "factuality" {
			l.problem(set.File, data, path+".set", "rule %s sets unknown slot %q: %s has %s", rule.ID, slot, kind.Name, slotNames(kind))
		}
	}
	for _, slot := range rule.UnlessSaid {
		if !hasSlot(kind, slot) {
			l.problem(set.File, data, path+".unless_said", "rule %s names unknown slot %q: %s has %s", rule.ID, slot, kind.Name, slotNames(kind))
		}
	}
	if len(rule.Match) == 0 || len(rule.Reject) == 0 {
		l.problem(set.File, data, path, "rule %s needs at least one example under match and one under reject", rule.ID)
	}
}

// checkCues reports the cue lists under a key that no file has.
func (l *loader) checkCues(file string, data []byte, path, rule string, lists []string) {
	for i, cue := range lists {
		if !l.knows("%" + cue) {
			l.problem(file, data, fmt.Sprintf("%s[%d]", path, i), "rule %s: unknown cue list %q: no ontology/cues*.yaml has it", rule, cue)
		}
	}
}

// knows reports whether anything is filed under a label, or code marks it;
// where a lexicon has faults nobody can say.
func (l *loader) knows(label string) bool {
	_, filed := l.out.Gazetteer.labels[label]
	return filed || l.partial || slices.Contains([]string{"ACTOR", "PERSON", "RATE", "PERCENT", "MONEY", "QUANTITY", "DATE", "QUOTE"}, label)
}

// shown writes a label as patterns do.
func shown(label string) string {
	if label[0] == '%' {
		return label
	}
	return "<" + label + ">"
}

func hasSlot(k event.Kind, name string) bool {
	return slices.ContainsFunc(k.Slots, func(s event.Slot) bool { return s.Name == name })
}

func slotNames(k event.Kind) string {
	var names []string
	for _, s := range k.Slots {
		names = append(names, s.Name)
	}
	return strings.Join(names, ", ")
}
