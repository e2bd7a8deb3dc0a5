package extract

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tradewire/tradewire/internal/document"
	"github.com/tradewire/tradewire/internal/ontology"
)

// maxNameWords bounds a name: longer runs of capitals are headings.
const maxNameWords = 5

// nameFinder tells the names of people from other capitals of one text.
type nameFinder struct {
	v   *view
	tok []document.Token
	// ends holds the lexicon's entities by the token behind them.
	ends [][]ontology.Entity
	// caseless says, by sentence, that capitals mean nothing there.
	caseless []bool
}

// names is the finder of a text, made once: it costs a walk over all of it.
func (v *view) names() *nameFinder {
	if v.finder == nil {
		v.finder = newNameFinder(v)
	}
	return v.finder
}

func newNameFinder(v *view) *nameFinder {
	f := &nameFinder{v: v, tok: v.doc.Tokens, ends: make([][]ontology.Entity, len(v.doc.Tokens)+1)}
	for _, at := range v.found {
		for _, e := range at {
			if endsMatter(e.Label) {
				f.ends[e.End] = append(f.ends[e.End], e)
			}
		}
	}
	f.caseless = make([]bool, len(v.doc.Sentences))
	for i, s := range v.doc.Sentences {
		f.caseless[i] = caselessSentence(f.tok[s.First:s.End])
	}
	return f
}

// endsMatter picks the entities that are looked for to the left of a title.
func endsMatter(label string) bool {
	switch label {
	case ontology.LabelCountry, ontology.LabelBody, ontology.LabelRole, ontology.LabelHolder,
		"%not_official", "%honorific", "%government_word", "%organisation_no_government":
		return true
	}
	return strings.HasPrefix(label, "%region_")
}

// caselessSentence reports a headline in title case or in capitals; what ends
// with a full stop and has a word of its own in lower case is none.
func caselessSentence(tokens []document.Token) bool {
	words, capitals, lower := 0, 0, 0
	for _, t := range tokens {
		r, _ := utf8.DecodeRuneInString(t.Norm)
		if !unicode.IsLetter(r) || len(t.Norm) < 3 {
			continue
		}
		if !upperFirst(t.Norm) && !slices.Contains([]string{"the", "and", "for", "with", "from", "but", "its", "into", "over", "than", "that"}, t.Lower) {
			lower++
		}
		if len(t.Norm) < 4 {
			continue
		}
		words++
		if upperFirst(t.Norm) {
			capitals++
		}
	}
	if lower > 0 && tokens[len(tokens)-1].Norm == "." {
		return false
	}
	return words >= 4 && capitals*10 >= words*8
}

func upperFirst(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsUpper(r)
}

// endingAt returns the longest entity of a label that ends before token i.
func (f *nameFinder) endingAt(i int, label string) (ontology.Entity, bool) {
	best, ok := ontology.Entity{}, false
	if i < 0 || i >= len(f.ends) {
		return best, false
	}
	for _, e := range f.ends[i] {
		if e.Label == label && (!ok || e.First < best.First) {
			best, ok = e, true
		}
	}
	return best, ok
}

// starts reports whether an entity of one of the labels starts at token i.
func (f *nameFinder) starts(i int, labels ...string) bool {
	return slices.ContainsFunc(labels, func(l string) bool { _, ok := f.v.at(i, l); return ok })
}

// nameWord reports whether token i may be a part of a name.
func (f *nameFinder) nameWord(i int) bool {
	t := f.tok[i]
	if !upperFirst(t.Norm) && !elided(t.Norm) || strings.ContainsFunc(t.Norm, unicode.IsDigit) {
		return false
	}
	if utf8.RuneCountInString(t.Norm) == 1 {
		return t.End-t.Start > len(t.Norm) || firstRune(t.Norm) > 0x7f || f.initial(i)
	}
	if f.starts(i, "%not_name", "%honorific") && !f.givenMonth(i) {
		return false
	}
	if len(t.Norm) > 3 && t.Norm == strings.ToUpper(t.Norm) && !f.caseless[f.v.doc.SentenceOf(i)] {
		return slices.Contains(f.v.o.People.Surnames, titled(t.Norm)) || f.capitalNeighbour(i)
	}
	return true
}

// elided reports a name with its elided article: "d'Ávila".
func elided(word string) bool {
	i := strings.IndexByte(word, '\'')
	return (i == 1 || i == 2) && upperFirst(word[i+1:])
}

// initial accepts a single letter without its dot, or with one that was taken
// for a full stop: "S. ROE", "U Aung Roe". "A" and "I" are words.
func (f *nameFinder) initial(i int) bool {
	if f.tok[i].Lower == "a" || f.tok[i].Lower == "i" || i+1 >= len(f.tok) {
		return false
	}
	next := f.tok[i+1].Norm
	return f.tok[i+1].Space && utf8.RuneCountInString(next) > 1 && upperFirst(next) && !f.starts(i+1, "%not_name")
}

// givenMonth reports a month that is a name: no day or year follows it.
func (f *nameFinder) givenMonth(i int) bool {
	if !slices.Contains([]string{"jan", "jun", "mar", "may", "april", "june", "august"}, f.tok[i].Lower) {
		return false
	}
	return i > 0 && f.tok[i-1].Capital() && (i+1 >= len(f.tok) || !unicode.IsDigit(firstRune(f.tok[i+1].Norm)))
}

// capitalNeighbour accepts a surname in capitals beside a given name that is
// not, behind an initial, or beside another where a title follows ("JOHN ROE,
// Minister").
func (f *nameFinder) capitalNeighbour(i int) bool {
	if f.starts(i, ontology.LabelCountry, ontology.LabelBody, "%not_name") {
		return false
	}
	if i > 0 && f.tok[i].Space && utf8.RuneCountInString(f.tok[i-1].Norm) == 1 && upperFirst(f.tok[i-1].Norm) || f.signed(i) {
		return true
	}
	return i+1 < len(f.tok) && f.tok[i+1].Space && upperFirst(f.tok[i+1].Norm) && f.tok[i+1].Norm != strings.ToUpper(f.tok[i+1].Norm) &&
		!f.starts(i, ontology.LabelCountry, ontology.LabelBody) && !f.starts(i+1, "%not_name")
}

// signed reports a word in capitals of a signature: only such words and then a
// comma and a title follow.
func (f *nameFinder) signed(i int) bool {
	for k := i + 1; k < min(i+maxNameWords, len(f.tok)-1); k++ {
		if f.tok[k].Norm == "," {
			return f.starts(k+1, ontology.LabelRole)
		}
		if f.tok[k].Norm != strings.ToUpper(f.tok[k].Norm) || !upperFirst(f.tok[k].Norm) {
			return false
		}
	}
	return false
}

func titled(s string) string {
	if s == "" {
		return s
	}
	_, n := utf8.DecodeRuneInString(s)
	return strings.ToUpper(s[:n]) + strings.ToLower(s[n:])
}

func (f *nameFinder) particle(i int) bool {
	return slices.Contains(f.v.o.People.Particles, f.tok[i].Norm)
}

// blocked reports a word that belongs to a country, body or title.
func (f *nameFinder) blocked(i, words int) bool {
	if words > 0 && f.tok[i].Lower == "king" {
		return false
	}
	return f.starts(i, ontology.LabelCountry, ontology.LabelBody, ontology.LabelRole)
}

// nameAt returns the end of the name that starts at token i; i when none does.
func (f *nameFinder) nameAt(i int) int {
	if i >= len(f.tok) {
		return i
	}
	if e, ok := f.v.at(i, ontology.LabelHolder); ok && e.How == ontology.HowName {
		return e.End
	}
	s := f.v.sentence(i)
	most := maxNameWords
	if f.caseless[s.Index] {
		most = 2
	}
	words, j := 0, i
	for j < s.End && words < most {
		switch {
		case j > i && f.joined(j) && words > 0:
			j += 2
		case j > i && words > 0 && f.tok[j].Norm == "'" && j+2 < s.End && f.tok[j+1].Norm == "t" && f.nameWord(j+2): // "van 't Roe"
			j += 2
		case j > i && !f.tok[j].Space:
			return f.trimmed(i, j)
		case f.nameWord(j) && !f.blocked(j, words):
			words++
			j++
		case f.particle(j) && j+1 < s.End && (f.nameWord(j+1) || f.particle(j+1) || f.tok[j+1].Norm == "-" || f.tok[j+1].Norm == "'") && (words > 0 || !f.tok[j].Capital()):
			j++
			if f.tok[j].Norm == "-" && j+1 < s.End && upperFirst(f.tok[j+1].Norm) {
				j += 2
				words++
			}
		case words > 0 && f.starts(j, "%name_end"):
			return j + 1
		default:
			return f.trimmed(i, j)
		}
	}
	return f.trimmed(i, j)
}

// joined reports a hyphen inside a name: "Chao-Ming".
func (f *nameFinder) joined(j int) bool {
	return f.tok[j].Norm == "-" && !f.tok[j].Space && j+1 < len(f.tok) && !f.tok[j+1].Space && unicode.IsLetter(firstRune(f.tok[j+1].Norm))
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// trimmed drops initials and particles from the end of a name.
func (f *nameFinder) trimmed(i, j int) int {
	for j > i && (f.particle(j-1) && !f.tok[j-1].Capital() || utf8.RuneCountInString(f.tok[j-1].Norm) == 1) {
		j--
	}
	return j
}

// nameBefore returns the start of the name that ends before token end; end
// when none does.
func (f *nameFinder) nameBefore(end int) int {
	if end <= 0 {
		return end
	}
	if e, ok := f.endingAt(end, ontology.LabelHolder); ok && e.How == ontology.HowName {
		return e.First
	}
	first := f.v.sentence(end - 1).First
	i, words := end, 0
	for i > first && words < maxNameWords {
		p := i - 1
		if i < end && !f.tok[i].Space && f.tok[p].Norm != "-" && f.tok[i].Norm != "-" {
			break
		}
		if f.tok[p].Norm == "-" && i < end && p > first && !f.tok[p].Space && !f.tok[i].Space {
			i = p
			continue
		}
		if p-2 >= first && !f.tok[p].Space && f.tok[p-1].Norm == "-" && !f.tok[p-1].Space && f.nameWord(p-2) && !upperFirst(f.tok[p].Norm) { // "Min-a"
			i = p - 2
			words++
			continue
		}
		hyphened := p+1 < end && f.tok[p+1].Norm == "-"
		if !f.nameWord(p) && !(hyphened && unicode.IsLetter(firstRune(f.tok[p].Norm))) && !(words > 0 && f.particle(p)) || f.blockedBack(p) {
			break
		}
		words++
		i = p
	}
	for i < end && (!unicode.IsLetter(firstRune(f.tok[i].Norm)) || f.particle(i) && !f.tok[i].Capital() && f.tok[i].Lower == "y") {
		i++
	}
	return i
}

// blockedBack reports a word that ends a country, body or title.
func (f *nameFinder) blockedBack(p int) bool {
	for _, label := range []string{ontology.LabelCountry, ontology.LabelBody, ontology.LabelRole} {
		if _, ok := f.endingAt(p+1, label); ok {
			return true
		}
	}
	return f.blocked(p, 0)
}

// words counts the parts of a name, a hyphened part once.
func (f *nameFinder) words(first, end int) int {
	n := 0
	for i := first; i < end; i++ {
		if i == first || f.tok[i].Space {
			n++
		}
	}
	return n
}

// eastern reports a name that begins with its surname.
func (f *nameFinder) eastern(first, end int) bool {
	n := f.words(first, end)
	return (n == 2 || n == 3) && slices.Contains(f.v.o.People.Surnames, titled(f.tok[first].Norm))
}

// surname is the word by which a person is named later.
func (f *nameFinder) surname(first, end int, country string) string {
	if f.eastern(first, end) && (country == "" || slices.Contains(easternCountries(), country)) {
		return titled(f.tok[first].Norm)
	}
	last := end - 1
	for last > first && f.starts(last, "%name_end") {
		last--
	}
	for last > first && !f.tok[last].Space {
		last--
	}
	return f.v.doc.Span(last, f.wordEnd(last, end))
}

func (f *nameFinder) wordEnd(i, end int) int {
	for i++; i < end && !f.tok[i].Space; i++ {
	}
	return i
}

// easternCountries are those whose people write the surname first.
func easternCountries() []string {
	return []string{"CN", "TW", "HK", "MO", "KR", "KP", "VN", "SG"}
}
