package extract

import (
	"strings"

	"github.com/tradewire/tradewire/internal/ontology"
)

// mentions marks every mention of the people: a full name, a surname, and
// the phrase of a title with the name.
func (f *peopleFinder) mentions() {
	if len(f.people) == 0 {
		return
	}
	bySurname := map[string][]int{}
	for i, p := range f.people {
		key := strings.ToLower(p.Surname)
		if k := strings.LastIndexAny(key, "-‑"); k >= 0 {
			key = key[k+1:]
		}
		bySurname[key] = append(bySurname[key], i)
		if p.First < p.End {
			if last := f.tok[p.End-1].Lower; last != key {
				bySurname[last] = append(bySurname[last], i)
			}
		}
	}
	latest := map[string]int{}
	for i := 0; i < len(f.tok); i++ {
		known, ok := bySurname[f.tok[i].Lower]
		if !ok || !upperFirst(f.tok[i].Norm) {
			continue
		}
		first, end, ref := f.mention(i, known, latest)
		if ref < 0 {
			continue
		}
		latest[strings.ToLower(f.people[ref].Surname)] = ref
		f.markMention(ref, first, end)
		i = end - 1
	}
}

// mention decides which of the people of that name token i means, if any,
// and where the name begins and ends.
func (f *peopleFinder) mention(i int, known []int, latest map[string]int) (first, end, ref int) {
	for _, k := range known {
		if first, end := f.fullAt(i, f.people[k].Official.Name); end > 0 {
			return first, end, k
		}
	}
	if f.partOfBody(i) {
		return 0, 0, -1
	}
	for _, k := range known {
		p := f.people[k]
		if !strings.EqualFold(p.Surname, f.tok[i].Norm) && !(p.First == i && p.End == i+1) {
			continue
		}
		if f.pronoun(i) || !f.alone(i, i+1) && !f.afterTitle(i) {
			continue
		}
		if prior, ok := latest[strings.ToLower(p.Surname)]; ok {
			k = prior
		}
		return i, i + 1, k
	}
	return 0, 0, -1
}

// afterTitle reports a title or honorific right before token i.
func (f *peopleFinder) afterTitle(i int) bool {
	_, role := f.endingAt(i, ontology.LabelRole)
	_, honorific := f.endingAt(i, "%honorific")
	return role || honorific
}

// pronoun reports a surname that is another word, unless a title precedes.
func (f *peopleFinder) pronoun(i int) bool {
	return f.starts(i, "%not_name") && !f.afterTitle(i) || f.tok[i].Lower == "he" && !f.afterTitle(i) || f.v.sentence(i).First == i && (f.tok[i].Lower == "do" || f.tok[i].Lower == "long")
}

// fullAt looks for a whole name that holds token i.
func (f *peopleFinder) fullAt(i int, name string) (first, end int) {
	size := len(name)
	for back := 0; back < maxNameWords*2 && i-back >= 0; back++ {
		start := f.tok[i-back].Start
		if rest := f.v.doc.Text[start:]; len(rest) >= size && strings.EqualFold(rest[:size], name) {
			for k := i; k < len(f.tok) && f.tok[k].Start < start+size; k++ {
				if f.tok[k].End == start+size {
					return i - back, k + 1
				}
			}
		}
	}
	return 0, 0
}

// markMention marks the name and, when a title stands before or in
// apposition after it, the whole phrase too.
func (f *peopleFinder) markMention(ref, first, end int) {
	country := f.people[ref].Official.Country
	f.v.mark(labelPerson, country, ref, first, end)
	at := first
	for {
		e, ok := f.endingAt(at, "%honorific")
		if !ok || e.First >= at {
			break
		}
		at = e.First
	}
	least := f.v.sentence(first).First
	if at > least && f.tok[at-1].Norm == ")" {
		if k := f.openBracket(at-1, least); k > least {
			at = k
		}
	}
	if role, ok := f.endingAt(at, ontology.LabelRole); ok && role.First >= least {
		p := post{role: role, first: role.First, end: role.End}
		f.before(&p)
		f.v.mark(labelPerson, country, ref, p.first, end)
	} else if at < first && f.tok[first-1].Norm != ")" {
		f.v.mark(labelPerson, country, ref, at, end)
	}
}
