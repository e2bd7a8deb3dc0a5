package ontology

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/tradewire/tradewire/internal/document"
)

// small is a whole folder of knowledge, as little as there can be; changed
// gives it with files in the place of others.
func small(changed map[string]string) fstest.MapFS {
	files := map[string]string{
		"ontology/kinds.yaml": `kinds:
  - name: measure
    family: measures
    description: An act.
    slots:
      - {name: instrument, type: enum, core: true, values: [tariff, quota], description: What.}
      - {name: by, type: countries, core: true, description: Who.}
`,
		"lexicon/countries.yaml": `countries:
  - {code: CN, names: [China], demonyms: [Chinese], metonyms: [Beijing], not: [South China Sea]}
  - {code: ZA, names: [South Africa], demonyms: [South African]}
  - {code: US, names: [United States], cased: [US, America]}
`,
		"lexicon/bodies.yaml": `bodies:
  - {name: Ministry of Commerce, aliases: [commerce ministry], country: CN, kind: ministry, generic: true}
  - {name: Africa Trade Office, country: ZA, kind: agency}
`,
		"lexicon/sectors.yaml": `sectors:
  - {code: steel, hs: ["72"], named: [steel], products: [steel pipe+n], not: [steel nerves]}
`,
		"lexicon/roles.yaml": `roles:
  - {titles: [trade minister+n], kind: minister}
modifiers: [former]
not_official: [analyst+n]
particles: [van]
given_names: [Ana]
surnames: [Roe]
`,
		"lexicon/officeholders.yaml": `officeholders:
  - {name: Ana Roe, surname: Roe, posts: [{role: trade minister, country: ZA, from: "2025"}]}
`,
		"ontology/cues.yaml": "cues:\n  act: [impose+v, impose a]\n  other: [impose]\n",
		"ontology/terms.yaml": `terms:
  - {label: INSTRUMENT, value: tariff, terms: [tariff+n], not: [roaming tariff+n]}
`,
		"patterns/measure.yaml": `kind: measure
merge: [instrument, by]
require: [by]
rules:
  - id: measure.verb
    pattern: "{by: <COUNTRY>} @%act ..3 {instrument: <INSTRUMENT>}"
    match:
      - text: China imposed a tariff.
        slots: {by: CN}
    reject:
      - China waited.
`,
	}
	out := fstest.MapFS{}
	for name, text := range files {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	for name, text := range changed {
		if text == "" {
			delete(out, name)
			continue
		}
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

func load(t *testing.T, changed map[string]string) *Ontology {
	t.Helper()
	o, problems := Load(small(changed))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return o
}

func TestLoad(t *testing.T) {
	o := load(t, nil)
	kind, ok := o.Kind("measure")
	if !ok || kind.Family != "measures" || len(kind.Slots) != 2 || !slices.Equal(kind.Slots[0].Values, []string{"tariff", "quota"}) {
		t.Errorf("kind measure: %+v, %v", kind, ok)
	}
	if _, ok := o.Kind("rumour"); ok {
		t.Error("a kind that no file holds is known")
	}
	if o.Names["CN"] != "China" || o.Names["US"] != "United States" {
		t.Errorf("names of countries: %v", o.Names)
	}
	if len(o.Sets) != 1 || o.Sets[0].File != "patterns/measure.yaml" || o.Sets[0].Rules[0].Line != 5 || len(o.Sets[0].Rules[0].Programs) != 1 {
		t.Errorf("rules: %+v", o.Sets)
	}
	if o.Bodies[0].Country != "CN" || !o.Bodies[0].Generic || o.Holders[0].Posts[0].Role != "trade minister" || o.Sectors[0].HS[0] != "72" || o.People.Particles[0] != "van" {
		t.Error("a lexicon's fields did not arrive")
	}
}

// written lists what was found, as LABEL=VALUE "words".
func written(o *Ontology, text string) []string {
	d := document.New(text)
	var out []string
	for _, e := range o.Gazetteer.Find(d.Tokens) {
		out = append(out, e.Label+"="+e.Value+" "+d.Span(e.First, e.End))
	}
	return out
}

func TestGazetteer(t *testing.T) {
	o := load(t, nil)
	for _, tt := range []struct{ name, text, want string }{
		{"the longest phrase of a label counts", "Chinese steel pipes", "COUNTRY=CN Chinese, SECTOR=steel steel pipes"},
		{"and hides those it overlaps", "South African", "COUNTRY=ZA South African"},
		{"but not those of another label", "South Africa Trade Office", "COUNTRY=ZA South Africa, BODY=ZA Africa Trade Office"},
		{"a blocked phrase stands for nothing", "the South China Sea and nerves: steel nerves", ""},
		{"a blocked term of a label", "a roaming tariff, a tariff", "INSTRUMENT=tariff tariff"},
		{"cue lists keep all theirs", "they impose a tariff", "%act= impose, %other= impose, %act= impose a, INSTRUMENT=tariff tariff"},
		{"verbs and nouns in their forms", "imposing tariffs", "%act= imposing, INSTRUMENT=tariff tariffs"},
		{"case where it matters", "US told us of america and America", "COUNTRY=US US, COUNTRY=US America"},
		{"no case where it does not", "CHINA, china", "COUNTRY=CN CHINA, COUNTRY=CN china"},
		{"dots of an abbreviation", "the U.S. side", "COUNTRY=US U.S."},
		{"office-holders by name and by surname", "Ana Roe met ROE and Roe", "HOLDER= Ana Roe, HOLDER= Roe"},
		{"words of phrases alone are none", "south trade of united", ""},
		{"nothing", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := strings.Join(written(o, tt.text), ", "); got != tt.want {
				t.Errorf("%q:\n got %s\nwant %s", tt.text, got, tt.want)
			}
		})
	}
}

// How an entity names its thing, and what it refers to.
func TestEntries(t *testing.T) {
	o := load(t, nil)
	want := map[string]string{"China": HowName, "Chinese": HowDemonym, "Beijing": HowMetonym, "US": HowName, "steel": HowNamed, "steel pipe": HowProduct, "Roe": HowSurname, "Ana Roe": HowName}
	for text, how := range want {
		d := document.New(text)
		found := o.Gazetteer.Find(d.Tokens)
		if len(found) != 1 || found[0].How != how || found[0].Ref != 0 {
			t.Errorf("%s: %+v, want one by %s", text, found, how)
		}
	}
}

// Every fault of every file is reported at once, each at its place.
func TestProblems(t *testing.T) {
	_, problems := Load(small(map[string]string{
		"lexicon/bodies.yaml":    "bodies:\n  - {name: Office, kindd: agency}\n",
		"lexicon/roles.yaml":     "",
		"ontology/terms.yaml":    "terms:\n  - label: [INSTRUMENT]\n",
		"patterns/rumour.yaml":   "kind: rumour\nrules: []\n",
		"patterns/measure2.yaml": "kind: measure\nmerge: [whom]\nrules:\n  - id: measure.verb\n    pattern: \"@a\"\n    match: [{text: a}]\n    reject: [b]\n  - id: measure.bad\n    patterns: [\"@a (b\", \"{whom: <COUNTRY>} @a\"]\n    set: {whom: CN}\n",
	}))
	var got []string
	for _, p := range problems.Sorted() {
		got = append(got, p.Error())
	}
	for _, want := range []string{
		`lexicon/bodies.yaml:2:20: unknown key "kindd" (did you mean "kind"?)`,
		`lexicon/roles.yaml:1:1: cannot be read`,
		`ontology/terms.yaml:2:`,
		`patterns/rumour.yaml:1:7: unknown kind "rumour"`,
		`patterns/measure2.yaml:1:7: unknown slot "whom" in merge or require: measure has instrument, by`,
		`patterns/measure2.yaml:1:7: merge and require must be those of patterns/measure.yaml, which has rules of the same kind`,
		`rule id "measure.verb" must be present and unique (other use: patterns/measure.yaml)`,
		`patterns/measure2.yaml:9:16: rule measure.bad: bad pattern at character 6: ")" is not closed`,
		`patterns/measure2.yaml:9:25: rule measure.bad captures unknown slot "whom": measure has instrument, by`,
		`rule measure.bad sets unknown slot "whom"`,
		`rule measure.bad needs at least one example under match and one under reject`,
	} {
		if !slices.ContainsFunc(got, func(g string) bool { return strings.Contains(g, want) }) {
			t.Errorf("missing: %s\namong:\n%s", want, strings.Join(got, "\n"))
		}
	}
	for _, g := range got {
		if strings.Contains(g, "which no lexicon") || strings.Contains(g, ":0:") {
			t.Errorf("a fault without its place: %s", g)
		}
	}
}

// The knowledge of the project loads, and finds no entity outside the text.
func FuzzFind(f *testing.F) {
	o, problems := Load(os.DirFS("../../pipelines"))
	if len(problems) > 0 {
		f.Fatal(problems)
	}
	for _, s := range []string{"", "China's Ministry of Commerce raised duties on U.S. steel to 25%.", "中国 <b>TARIFF</b>", "South China Sea", strings.Repeat("the ", 300)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d := document.New(text)
		last := 0
		covered := map[string]int{}
		for _, e := range o.Gazetteer.Find(d.Tokens) {
			if e.First < last || e.End <= e.First || e.End > len(d.Tokens) {
				t.Fatalf("%s at [%d,%d) behind %d, of %d tokens", e.Label, e.First, e.End, last, len(d.Tokens))
			}
			if last = e.First; e.Label[0] == '%' {
				continue
			}
			if e.First < covered[e.Label] {
				t.Fatalf("two of %s overlap at token %d", e.Label, e.First)
			}
			covered[e.Label] = e.End
		}
	})
}

// A rule that names a list or label which nothing fills would never match.
func TestUnknownNames(t *testing.T) {
	_, problems := Load(small(map[string]string{"patterns/measure2.yaml": `kind: measure
merge: [instrument, by]
require: [by]
rules:
  - id: measure.typo
    patterns: ["@a", "@%acts <ACTOR> <INSTRUMENTS>"]
    veto: [act, deny]
    between: [others]
    match: [{text: a}]
    reject: [b]
`}))
	want := []string{
		"patterns/measure2.yaml:6:22: rule measure.typo names %acts, which no lexicon, cue list or term has",
		"patterns/measure2.yaml:6:22: rule measure.typo names <INSTRUMENTS>, which no lexicon, cue list or term has",
		`patterns/measure2.yaml:7:17: rule measure.typo: unknown cue list "deny": no ontology/cues*.yaml has it`,
		`patterns/measure2.yaml:8:15: rule measure.typo: unknown cue list "others": no ontology/cues*.yaml has it`,
	}
	if got := strings.Split(problems.Sorted().Error(), "\n"); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Two lists of cues that happen to have one name are not one list.
func TestCueListsOfOneName(t *testing.T) {
	_, problems := Load(small(map[string]string{
		"ontology/cues.yaml":      "cues:\n  act: [impose+v]\n  other: [levy+v]\n",
		"ontology/cues_more.yaml": "cues:\n  act: [sign+v]\nmore:\n  other: [charge+v]\n  another: [tax+v]\n",
	}))
	want := []string{
		`ontology/cues_more.yaml:2:3: cue list "act" stands in ontology/cues.yaml too: give it another name, or put its words under more`,
		`ontology/cues_more.yaml:5:3: more of a cue list "another", which no ontology/cues*.yaml has under cues`,
	}
	if got := strings.Split(problems.Sorted().Error(), "\n"); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// The guide to the rule language names every key that a rule may have.
func TestGuideIsWhole(t *testing.T) {
	guide, err := os.ReadFile("../../pipelines/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, of := range []reflect.Type{reflect.TypeFor[RuleSet](), reflect.TypeFor[Rule](), reflect.TypeFor[Example]()} {
		for i := range of.NumField() {
			key := of.Field(i).Tag.Get("yaml")
			if key != "-" && !regexp.MustCompile(`(^|[^a-z_])`+key+`\b`).Match(guide) {
				t.Errorf("pipelines/README.md does not speak of %s.%s", of.Name(), key)
			}
		}
	}
}
