package ontology

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/strictyaml"
)

// Body is a ministry, agency, court or international body.
type Body struct {
	Name    string   `yaml:"name"`
	Aliases []string `yaml:"aliases"`
	Cased   []string `yaml:"cased"`
	Country string   `yaml:"country"`
	Kind    string   `yaml:"kind"`
	// Generic names ("Ministry of Commerce") take the country of their
	// context; Country is what they mean without one.
	Generic bool `yaml:"generic"`
}

// Role is a group of titles of one standing.
type Role struct {
	Titles  []string `yaml:"titles"`
	Country string   `yaml:"country"`
	Kind    string   `yaml:"kind"`
	Cased   []string `yaml:"cased"`
}

// Post is an office held for a time; From and To are dates as precise as
// known (2025, 2025-04, 2025-04-16), To empty while it is held.
type Post struct {
	Role    string `yaml:"role"`
	Country string `yaml:"country"`
	From    string `yaml:"from"`
	To      string `yaml:"to"`
}

// Officeholder is a person with the posts that are known of them.
type Officeholder struct {
	Name    string   `yaml:"name"`
	Aliases []string `yaml:"aliases"`
	Surname string   `yaml:"surname"`
	Posts   []Post   `yaml:"posts"`
}

// Sector is a code of the closed list with its terms.
type Sector struct {
	Code     string   `yaml:"code"`
	HS       []string `yaml:"hs"`
	Named    []string `yaml:"named"`
	Products []string `yaml:"products"`
	Cased    []string `yaml:"cased"`
	Not      []string `yaml:"not"`
}

// People holds what tells names and office from other words.
type People struct {
	Modifiers   []string `yaml:"modifiers"`
	NotOfficial []string `yaml:"not_official"`
	Particles   []string `yaml:"particles"`
	GivenNames  []string `yaml:"given_names"`
	Surnames    []string `yaml:"surnames"`
}

type country struct {
	Code     string   `yaml:"code"`
	Names    []string `yaml:"names"`
	Demonyms []string `yaml:"demonyms"`
	Metonyms []string `yaml:"metonyms"`
	Cased    []string `yaml:"cased"`
	Not      []string `yaml:"not"`
}

// loader fills an Ontology and gathers the problems.
type loader struct {
	fsys     fs.FS
	out      *Ontology
	problems strictyaml.Problems
	// partial says that a file before the rules has faults.
	partial bool
}

// read decodes a file; false when it has problems.
func (l *loader) read(name string, into any) ([]byte, bool) {
	data, err := fs.ReadFile(l.fsys, name)
	if err != nil {
		l.problems = append(l.problems, strictyaml.Problem{File: name, Line: 1, Column: 1, Message: "cannot be read: " + err.Error()})
		return nil, false
	}
	found := strictyaml.Decode(name, data, into)
	l.problems = append(l.problems, found...)
	return data, len(found) == 0
}

func (l *loader) kinds() {
	var file struct {
		Kinds []event.Kind `yaml:"kinds"`
	}
	l.read("ontology/kinds.yaml", &file)
	l.out.Kinds = file.Kinds
}

func (l *loader) countries() {
	var file struct {
		Countries []country `yaml:"countries"`
	}
	l.read("lexicon/countries.yaml", &file)
	for _, c := range file.Countries {
		if len(c.Names) > 0 {
			l.out.Names[c.Code] = c.Names[0]
		} else if len(c.Cased) > 0 {
			l.out.Names[c.Code] = c.Cased[0]
		}
		l.phrases(c.Names, Entry{Label: LabelCountry, Value: c.Code, How: HowName}, c.Cased)
		l.phrases(c.Demonyms, Entry{Label: LabelCountry, Value: c.Code, How: HowDemonym}, c.Cased)
		l.phrases(c.Metonyms, Entry{Label: LabelCountry, Value: c.Code, How: HowMetonym}, c.Cased)
		for _, cased := range c.Cased {
			if !slices.Contains(c.Names, cased) && !slices.Contains(c.Demonyms, cased) && !slices.Contains(c.Metonyms, cased) {
				l.out.Gazetteer.add(cased, Entry{Label: LabelCountry, Value: c.Code, How: HowName}, true)
			}
		}
		l.phrases(c.Not, Entry{Label: LabelCountry, How: howBlock}, nil)
	}
}

// phrases files terms; those listed in cased must match case.
func (l *loader) phrases(terms []string, entry Entry, cased []string) {
	for _, t := range terms {
		l.out.Gazetteer.add(t, entry, slices.Contains(cased, t))
	}
}

func (l *loader) bodies() {
	var file struct {
		Bodies []Body `yaml:"bodies"`
	}
	l.read("lexicon/bodies.yaml", &file)
	l.out.Bodies = file.Bodies
	for i, b := range file.Bodies {
		entry := Entry{Label: LabelBody, Value: b.Country, How: b.Kind, Ref: i}
		l.phrases(append([]string{b.Name}, b.Aliases...), entry, b.Cased)
		for _, c := range b.Cased {
			if c != b.Name && !slices.Contains(b.Aliases, c) {
				l.out.Gazetteer.add(c, entry, true)
			}
		}
	}
}

func (l *loader) sectors() {
	var file struct {
		Sectors []Sector `yaml:"sectors"`
	}
	l.read("lexicon/sectors.yaml", &file)
	l.out.Sectors = file.Sectors
	for i, s := range file.Sectors {
		l.phrases(s.Named, Entry{Label: LabelSector, Value: s.Code, How: HowNamed, Ref: i}, s.Cased)
		l.phrases(s.Products, Entry{Label: LabelSector, Value: s.Code, How: HowProduct, Ref: i}, s.Cased)
		l.phrases(s.Not, Entry{Label: LabelSector, How: howBlock}, nil)
	}
}

func (l *loader) roles() {
	var file struct {
		Roles  []Role `yaml:"roles"`
		People `yaml:",inline"`
	}
	l.read("lexicon/roles.yaml", &file)
	l.out.Roles, l.out.People = file.Roles, file.People
	for i, r := range file.Roles {
		l.phrases(r.Titles, Entry{Label: LabelRole, Value: r.Country, How: r.Kind, Ref: i}, r.Cased)
	}
	l.phrases(file.NotOfficial, Entry{Label: "%not_official"}, nil)
}

func (l *loader) holders() {
	var file struct {
		Officeholders []Officeholder `yaml:"officeholders"`
	}
	l.read("lexicon/officeholders.yaml", &file)
	l.out.Holders = file.Officeholders
	for i, h := range file.Officeholders {
		entry := Entry{Label: LabelHolder, How: HowName, Ref: i}
		for _, name := range append([]string{h.Name}, h.Aliases...) {
			l.out.Gazetteer.add(name, entry, true)
			l.out.Gazetteer.add(strings.ToUpper(name), entry, true)
		}
		if h.Surname != "" {
			entry.How = HowSurname
			l.out.Gazetteer.add(h.Surname, entry, true)
		}
	}
}

// cues reads every ontology/cues*.yaml. A list is defined in one file, under
// cues; others add to it under more, so that two lists of one name never
// become one unseen.
func (l *loader) cues() {
	files, err := fs.Glob(l.fsys, "ontology/cues*.yaml")
	if err != nil || len(files) == 0 {
		files = []string{"ontology/cues.yaml"} // read reports that it is missing
	}
	type lists struct {
		Cues map[string][]string `yaml:"cues"`
		More map[string][]string `yaml:"more"`
	}
	all, contents := make([]lists, len(files)), make([][]byte, len(files))
	defined := map[string]string{}
	for i, name := range files {
		contents[i], _ = l.read(name, &all[i])
		for _, list := range slices.Sorted(maps.Keys(all[i].Cues)) {
			if other, twice := defined[list]; twice {
				l.problem(name, contents[i], "$.cues."+list, "cue list %q stands in %s too: give it another name, or put its words under more", list, other)
			}
			defined[list] = name
			l.phrases(all[i].Cues[list], Entry{Label: "%" + list}, nil)
		}
	}
	for i, name := range files {
		for _, list := range slices.Sorted(maps.Keys(all[i].More)) {
			if defined[list] == "" {
				l.problem(name, contents[i], "$.more."+list, "more of a cue list %q, which no ontology/cues*.yaml has under cues", list)
			}
			l.phrases(all[i].More[list], Entry{Label: "%" + list}, nil)
		}
	}
}

// terms loads the labels that are values of slots: instruments, actions.
func (l *loader) terms() {
	files, err := fs.Glob(l.fsys, "ontology/terms*.yaml")
	if err != nil || len(files) == 0 {
		return
	}
	for _, name := range files {
		var file struct {
			Terms []struct {
				Label string   `yaml:"label"`
				Also  []string `yaml:"also"`
				Value string   `yaml:"value"`
				Terms []string `yaml:"terms"`
				Cased []string `yaml:"cased"`
				Not   []string `yaml:"not"`
			} `yaml:"terms"`
		}
		l.read(path.Clean(name), &file)
		for _, t := range file.Terms {
			for _, label := range append([]string{t.Label}, t.Also...) {
				l.phrases(append(t.Terms, t.Cased...), Entry{Label: label, Value: t.Value}, t.Cased)
				l.phrases(t.Not, Entry{Label: label, How: howBlock}, nil)
			}
		}
	}
}
