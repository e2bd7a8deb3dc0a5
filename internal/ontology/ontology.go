// Package ontology compiles the knowledge in pipelines/ (kinds, lexicons, cue
// lists, patterns) to what the extractor runs. It is pure.
package ontology

import (
	"io/fs"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/strictyaml"
)

// Labels of the gazetteer's entries, beside the cue lists ("%name") and the
// labels that pipelines/ontology/terms.yaml adds.
const (
	LabelCountry = "COUNTRY"
	LabelBody    = "BODY"
	LabelSector  = "SECTOR"
	LabelRole    = "ROLE"
	LabelHolder  = "HOLDER"
)

// How an entry names its thing.
const (
	HowName    = "name"
	HowDemonym = "demonym"
	HowMetonym = "metonym"
	HowProduct = "product"
	HowNamed   = "sector"
	HowSurname = "surname"
	howBlock   = "block"
)

// Ontology is the compiled knowledge; it is immutable and safe to share.
type Ontology struct {
	Kinds     []event.Kind
	Gazetteer *Gazetteer
	Bodies    []Body
	Roles     []Role
	Holders   []Officeholder
	Sectors   []Sector
	People    People
	Sets      []RuleSet
	// Names gives a country's display name by its code.
	Names map[string]string
}

// Kind returns the kind of that name.
func (o *Ontology) Kind(name string) (event.Kind, bool) {
	for _, k := range o.Kinds {
		if k.Name == name {
			return k, true
		}
	}
	return event.Kind{}, false
}

// Load reads the knowledge from the root of pipelines/ and returns every
// problem at once; with problems the Ontology is nil.
func Load(fsys fs.FS) (*Ontology, strictyaml.Problems) {
	l := &loader{fsys: fsys, out: &Ontology{Gazetteer: newGazetteer(), Names: map[string]string{}}}
	l.kinds()
	l.countries()
	l.bodies()
	l.sectors()
	l.roles()
	l.holders()
	l.cues()
	l.terms()
	l.ruleSets()
	if len(l.problems) > 0 {
		return nil, l.problems
	}
	return l.out, nil
}
