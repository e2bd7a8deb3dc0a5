package extract

import (
	"slices"

	"github.com/tradewire/tradewire/internal/document"
	"github.com/tradewire/tradewire/internal/ontology"
)

// house is the government that publishes the text, looked up once.
func (v *view) house() actor {
	if v.publisher == nil {
		a := v.findHouse()
		v.publisher = &a
	}
	return *v.publisher
}

// findHouse is the official source's government, or that of the ministry or
// office after which the publisher is called.
func (v *view) findHouse() actor {
	if v.meta.Official && v.meta.Country != "" {
		return actor{codes: []string{v.meta.Country}, kind: "country"}
	}
	office, country := false, ""
	for _, e := range v.o.Gazetteer.Find(document.New(v.meta.Publisher).Tokens) {
		switch {
		case e.Label == ontology.LabelBody && e.Value != "" && slices.Contains([]string{"ministry", "executive", "agency"}, e.How):
			return actor{codes: []string{e.Value}, kind: "country"}
		case e.Label == "%house", e.Label == "%gazette":
			office = true
		case e.Label == ontology.LabelCountry:
			country = e.Value
		}
	}
	if office && country != "" {
		return actor{codes: []string{country}, kind: "country"}
	}
	return actor{}
}

// gazette is true for a notice whose publisher is a government's journal, or a
// ministry's whose title calls it an order or the like: acts that it tells
// without a doer are that government's. It is looked up once.
func (v *view) gazette() bool {
	if v.notice == nil {
		found := v.findNotice()
		v.notice = &found
	}
	return *v.notice
}

func (v *view) findNotice() bool {
	return v.mentions(v.meta.Publisher, "%gazette") || len(v.house().codes) > 0 && v.mentions(v.meta.Title, "%notice_title")
}

// mentions reports a term of the label in the text.
func (v *view) mentions(text, label string) bool {
	return slices.ContainsFunc(v.o.Gazetteer.Find(document.New(text).Tokens), func(e ontology.Entity) bool { return e.Label == label })
}
