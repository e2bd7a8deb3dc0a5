package extract

import (
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/ontology"
)

// apposed reads "Jane Roe, the trade minister" and "Jane Roe, a professor and
// former trade minister".
func (f *peopleFinder) apposed(p post) {
	least := f.v.sentence(p.role.First).First
	at := f.backTo(p.first, least)
	if at <= least { // a signature: the name stands on the line before
		if at != least || p.shared && !p.government || f.v.lower(at-1) != "," {
			return
		}
		least = f.v.sentence(at - 1).First
	}
	sep := f.tok[at-1].Norm
	if sep != "," && sep != "--" && sep != "(" && f.v.lower(at-1) != "is" && f.v.lower(at-1) != "as" && f.v.lower(at-1) != "was" {
		return
	}
	end := at - 1
	if sep == "as" {
		end = f.serving(end, least)
	}
	if f.v.lower(end-1) == "who" {
		end--
	}
	if end > least && f.tok[end-1].Norm == ")" {
		for k := end - 2; k > max(least, end-8); k-- {
			if f.tok[k].Norm == "(" {
				end = k
				break
			}
		}
	}
	if end > least && f.tok[end-1].Norm == "," {
		end--
	}
	first := f.nameBefore(end)
	known, holder := f.holder(first, end)
	if p.role.End-p.role.First == 1 && f.tok[p.role.First].Norm == strings.ToUpper(f.tok[p.role.First].Norm) && !known {
		return // "…, USTR" is the body
	}
	if first >= end || !p.official(false, known) || f.organisation(p.end, p.end) || !f.fullName(first, end, known) {
		return
	}
	if f.ownTitle(first) && !known {
		return
	}
	f.take(p, first, end, holder, ruleTitleAfter)
}

// fullName accepts a name of one word only after an honorific.
func (f *peopleFinder) fullName(first, end int, known bool) bool {
	if known || f.words(first, end) >= 2 {
		return true
	}
	_, addressed := f.endingAt(first, "%honorific")
	return addressed || first > 0 && f.byName(f.v.doc.Span(first, end), "") >= 0
}

// ownTitle reports a title right before the name, to which the name belongs.
func (f *peopleFinder) ownTitle(first int) bool {
	if _, ok := f.endingAt(first, "%not_official"); ok {
		_, role := f.endingAt(first, ontology.LabelRole)
		return !role
	}
	return false
}

// backTo goes left over articles, and over the first half of "a professor
// and former minister".
func (f *peopleFinder) backTo(at, least int) int {
	for at > least && slices.Contains([]string{"the", "a", "an", "another", "one", "his", "her", "its", "their", "our", "until", "now", "recently", "currently", "formerly", "previously", "once"}, f.tok[at-1].Lower) {
		at--
	}
	if at <= least || f.tok[at-1].Lower != "and" {
		return at
	}
	titled := false
	for i := at - 2; i > max(least, at-20); i-- {
		if f.starts(i, ontology.LabelRole, "%not_official") {
			titled = true
		}
		if f.tok[i].Norm == "," {
			if titled {
				return i + 1
			}
			return at
		}
	}
	return at
}
