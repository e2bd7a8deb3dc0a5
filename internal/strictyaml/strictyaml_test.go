package strictyaml_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tradewire/tradewire/internal/strictyaml"
)

type level string

func (l *level) UnmarshalText(text []byte) error {
	if string(text) != "low" && string(text) != "high" {
		return fmt.Errorf("expected low or high, found %q", text)
	}
	*l = level(text)
	return nil
}

type inner struct {
	Codes []string       `yaml:"codes"`
	Sizes map[string]int `yaml:"sizes"`
}

type Base struct {
	Country string `yaml:"country"`
}

type config struct {
	Name    string        `yaml:"name"`
	Every   time.Duration `yaml:"every"`
	Count   int           `yaml:"count"`
	Small   uint8         `yaml:"small"`
	Ratio   *float64      `yaml:"ratio"`
	Enabled bool          `yaml:"enabled"`
	Inner   inner         `yaml:"inner"`
	List    []inner       `yaml:"list"`
	Level   level         `yaml:"level"`
	Any     any           `yaml:"any"`
	Hidden  string        `yaml:"-"`
	Base    `yaml:",inline"`
}

type open struct {
	Base Base `yaml:",inline"`
	Name string
}

func TestDecodeFillsEveryType(t *testing.T) {
	t.Parallel()
	const text = `
name: a feed
every: 1m30s
count: -4
small: 200
ratio: 3
enabled: true
inner: {codes: ["0201", NO], sizes: {a: 1}}
list:
  - codes: [x]
  - sizes:
      b: 2
level: high
any: [1, two]
`
	var c config
	if err := strictyaml.Decode("f.yaml", []byte(text), &c).Err(); err != nil {
		t.Fatal(err)
	}
	if c.Name != "a feed" || c.Every != 90*time.Second || c.Count != -4 || c.Small != 200 || *c.Ratio != 3 || !c.Enabled {
		t.Errorf("scalars: %+v", c)
	}
	if got := c.Inner.Codes; len(got) != 2 || got[0] != "0201" || got[1] != "NO" {
		t.Errorf("codes = %q", got)
	}
	if c.List[1].Sizes["b"] != 2 || c.Level != "high" {
		t.Errorf("nested: %+v", c)
	}
}

// Every case is one file and all that must be said about it.
func TestDecodeReportsAllProblems(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		text string
		want []string
	}{
		"several at once": {
			"nmae: x\nevery: soon\ncount: 1.5\nenabled: yes\ninner:\n  codes: one\n  extra: 1\nlist:\n  - sizes: {a: b}\n",
			[]string{
				`f.yaml:1:1: unknown key "nmae" (did you mean "name"?): expected one of name, every, count`,
				`f.yaml:2:8: every: expected a duration such as 30s, 5m or 1h30m, found the text "soon"`,
				`f.yaml:3:8: count: expected a whole number, found the number 1.5`,
				`f.yaml:4:10: enabled: expected true or false, found the text "yes"`,
				`f.yaml:6:10: codes: expected a list (each item text), found the text "one"`,
				`f.yaml:7:3: unknown key "extra": expected one of codes, sizes`,
				`f.yaml:9:16: a: expected a whole number, found the text "b"`,
			},
		},
		"number where text is wanted": {"name: 301\ninner:\n  codes: [0201, true]\n", []string{
			`f.yaml:1:7: name: expected text, found the number 301 (quote it to make it text)`,
			`f.yaml:3:11: codes: expected text, found the number 0201 (quote it`,
			`f.yaml:3:17: codes: expected text, found true (quote it`,
		}},
		"out of range": {"small: 256\n", []string{"f.yaml:1:8: small: expected a whole number, zero or more, found the number 256"}},
		"negative":     {"small: -1\n", []string{"f.yaml:1:8: small:"}},
		"key twice":    {"name: a\ncount: 1\nname: b\n", []string{`f.yaml:3:1: key "name" is given twice (first on line 1)`}},
		"key and no value": {"name:\ninner:\n", []string{
			"f.yaml:1:6: name: expected text, found nothing", "f.yaml:2:8: inner: expected the keys codes, sizes, found nothing"}},
		"own unmarshaler":  {"level: middling\n", []string{`f.yaml:1:8: level: expected low or high, found "middling"`}},
		"syntax":           {"name: [a\ncount: 1\n", []string{"f.yaml:"}},
		"list at the top":  {"- a\n", []string{"f.yaml:1:1: expected the keys name, every"}},
		"empty":            {"# nothing\n", []string{"f.yaml:1:1: file is empty: expected the keys name"}},
		"two documents":    {"name: a\n---\nname: b\n", []string{"f.yaml:3:1: expected one YAML document"}},
		"alias to nowhere": {"name: *gone\n", []string{"f.yaml:1:7: "}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			problems := strictyaml.Decode("f.yaml", []byte(c.text), &config{})
			if len(problems) != len(c.want) {
				t.Fatalf("%d problems, want %d:\n%v", len(problems), len(c.want), problems)
			}
			for i, want := range c.want {
				if !strings.HasPrefix(problems[i].Error(), want) {
					t.Errorf("problem %d:\n got %s\nwant %s", i, problems[i], want)
				}
			}
		})
	}
}

func TestDecodeFillsWhatItCanBesideProblems(t *testing.T) {
	t.Parallel()
	var c config
	problems := strictyaml.Decode("f.yaml", []byte("unknown: 1\nname: kept\ncount: wrong\nenabled: true\n"), &c)
	if len(problems) != 2 || c.Name != "kept" || !c.Enabled {
		t.Errorf("%v\n%+v", problems, c)
	}
}

func TestDecodeInlineAndAnchors(t *testing.T) {
	t.Parallel()
	var o open
	if err := strictyaml.Decode("f", []byte("country: GB\nname: x\n"), &o).Err(); err != nil || o.Base.Country != "GB" {
		t.Errorf("%v %+v", err, o)
	}
	var m map[string]inner
	text := "a: &a {codes: [x]}\nb: *a\nc:\n  <<: *a\n  sizes: {k: wrong}\n"
	problems := strictyaml.Decode("f", []byte(text), &m)
	if len(problems) != 1 || problems[0].Line != 5 {
		t.Errorf("%v", problems)
	}
}

type tree struct {
	Kids []tree `yaml:"kids"`
}

func TestDecodeEndsOnEndlessAliases(t *testing.T) {
	t.Parallel()
	problems := strictyaml.Decode("f.yaml", []byte("kids: &a [{kids: *a}, {kids: *a}]\n"), &tree{})
	if len(problems) != 1 || !strings.Contains(problems[0].Message, "nested deeper") {
		t.Errorf("%v", problems)
	}
}

func TestAt(t *testing.T) {
	t.Parallel()
	data := []byte("name: x\nsources:\n  - url: http://a\n    tags: [p, q]\n  - name: b\n'a.b':\n  c: 1\n")
	cases := map[string][2]int{
		"$.name":               {1, 7},
		"$.sources":            {2, 1},
		"$.sources[0].url":     {3, 10},
		"$.sources[0].tags":    {4, 5},
		"$.sources[0].tags[1]": {4, 15},
		"$.sources[1]":         {5, 5},
		"$.sources[1].url":     {5, 5},
		"$.sources[9]":         {2, 1},
		"$['a.b'].c":           {7, 6},
		"$":                    {1, 1},
	}
	for path, want := range cases {
		p := strictyaml.At("f.yaml", data, path, "bad %d", 7)
		if p.Line != want[0] || p.Column != want[1] || p.Message != "bad 7" {
			t.Errorf("%s: %v, want %v", path, p, want)
		}
	}
}

func TestProblemsAsError(t *testing.T) {
	t.Parallel()
	if err := (strictyaml.Problems)(nil).Err(); err != nil {
		t.Errorf("no problem gave %v", err)
	}
	err := strictyaml.Problems{{File: "b", Line: 1, Column: 2, Message: "late"}, {File: "a", Message: "early"}}.Err()
	if err == nil || err.Error() != "a: early\nb:1:2: late" {
		t.Errorf("%v", err)
	}
	var problems strictyaml.Problems
	if !errors.As(err, &problems) || len(problems) != 2 {
		t.Errorf("%#v", err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{"name: x", "a: &a [*a]", "? [x]\n: 1", "<<: {name: 1}", "name: !!str 1", "- - -", "\t", "{", "a: b: c", "list: [{}, null]"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var c config
		for _, p := range strictyaml.Decode("f", data, &c) {
			if p.Message == "" || p.Line < 0 {
				t.Errorf("%+v", p)
			}
		}
		strictyaml.At("f", data, "$.list[0].codes", "x")
	})
}
