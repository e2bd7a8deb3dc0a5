package document

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/jdkato/prose/v2"
)

// perceptron is prose's averaged perceptron (Honnibal 2013; port of TextBlob's
// tagger) as numbers: prose adds up its weights in maps made anew for every
// word, which took half of the time of an article. Read-only once made.
type perceptron struct {
	classes []string
	// known holds words that have nearly always the same tag.
	known map[string]uint8
	// features are the parts of votes, by prose's name of the feature.
	features map[string]span
	votes    []vote
	// link finds a dotted word or an address.
	link *regexp.Regexp
}

// span is a part of a list.
type span struct{ first, end int32 }

// vote is what a feature says for a class, in thousandths: prose rounds its
// weights to those.
type vote struct {
	class  uint8
	weight int32
}

// errModel is a prose whose model is laid out in another way.
var errModel = errors.New("prose's model has another form: tradewire is made for prose 2.0.0")

// compile reads the weights of a loaded model. Prose does not export them.
func compile(model *prose.Model) (p *perceptron, err error) {
	defer func() {
		if fault := recover(); fault != nil { // reflect's complaint of a form that is not there
			p, err = nil, fmt.Errorf("%w: %v", errModel, fault)
		}
	}()
	m := reflect.ValueOf(model).Elem().FieldByName("tagger").Elem().FieldByName("model").Elem()
	weights, tags, classes := m.FieldByName("weights"), m.FieldByName("tagMap"), m.FieldByName("classes")
	p = &perceptron{known: make(map[string]uint8, tags.Len()), features: make(map[string]span, weights.Len()), link: regexp.MustCompile(linkPattern)}
	number := map[string]uint8{}
	class := func(tag string) uint8 {
		n, ok := number[tag]
		if !ok {
			n = uint8(len(p.classes))
			number[tag] = n
			p.classes = append(p.classes, tag)
		}
		return n
	}
	for i := range classes.Len() {
		class(classes.Index(i).String())
	}
	for it := tags.MapRange(); it.Next(); {
		p.known[it.Key().String()] = class(it.Value().String())
	}
	var inner reflect.MapIter
	for it := weights.MapRange(); it.Next(); {
		first := len(p.votes)
		for inner.Reset(it.Value()); inner.Next(); {
			p.votes = append(p.votes, vote{class(inner.Key().String()), thousandths(inner.Value().Float())})
		}
		p.features[it.Key().String()] = span{int32(first), int32(len(p.votes))}
	}
	if len(p.votes) == 0 || len(p.classes) > maxClasses {
		return nil, errModel
	}
	return p, nil
}

// maxClasses is how many tags there may be; prose has 45 and a few of marks.
const maxClasses = 64

func thousandths(w float64) int32 {
	if w < 0 {
		return int32(w*1000 - .5)
	}
	return int32(w*1000 + .5)
}

// tag gives each word its tag, left to right.
func (p *perceptron) tag(words []string) ([]string, error) {
	context := make([]string, 0, len(words)+4)
	context = append(context, "-START-", "-START2-")
	for _, w := range words {
		context = append(context, general(w))
	}
	context = append(context, "-END-", "-END2-")
	tags := make([]string, len(words))
	p1, p2 := "-START-", "-START2-"
	b := ballot{perceptron: p}
	for i, w := range words {
		tag := p.fixed(w)
		if tag == "" {
			tag = b.elect(w, context[i:i+5], p1, p2)
		}
		if tag == "" {
			return nil, fmt.Errorf("%w: no tag for %q", errModel, w)
		}
		tags[i] = tag
		p1, p2 = tag, p1
	}
	return tags, nil
}

// fixed is the tag of a word that needs no context, empty when it does. The
// cases are prose's: it takes "12.5" and addresses for links.
func (p *perceptron) fixed(word string) string {
	switch {
	case word == "-":
		return "-"
	case strings.HasPrefix(word, "@") || strings.ContainsAny(word, ".@") && p.link.MatchString(word):
		return "NN"
	case word == "0" || word == "*":
		return "-NONE-"
	}
	if n, ok := p.known[word]; ok {
		return p.classes[n]
	}
	return ""
}

// linkPattern is a dotted word or an address.
const linkPattern = `[a-z0-9.\-][.][^\s()<>]+[^\s!()\[\]{};:'".,<>?]|\S@\S+\.\S`

// general is a word as its neighbours see it.
func general(word string) string {
	switch {
	case word == "":
		return word
	case word[0] != '-' && strings.Contains(word, "-"):
		return "!HYPHEN"
	case word[0] < '0' || word[0] > '9':
		return strings.ToLower(word)
	case len(word) == 4 && strings.Trim(word, "0123456789") == "":
		return "!YEAR"
	}
	return "!DIGITS"
}

// ballot counts the votes for a word's tag.
type ballot struct {
	*perceptron
	scores [maxClasses]int32
	voted  [maxClasses]bool
	key    []byte
}

// elect is the tag with the most votes; context holds the two words before the
// word, itself and two behind; p1 and p2 are the tags before it, nearest first.
func (b *ballot) elect(word string, context []string, p1, p2 string) string {
	clear(b.scores[:])
	clear(b.voted[:])
	b.count("bias")
	b.count("i suffix ", tail(word))
	b.count("i pref1 ", string(rune(word[0])))
	b.count("i-1 tag ", p1)
	b.count("i-2 tag ", p2)
	b.count("i tag+i-2 tag ", p1, " ", p2)
	b.count("i word ", context[2])
	b.count("i-1 tag+i word ", p1, " ", context[2])
	b.count("i-1 word ", context[1])
	b.count("i-1 suffix ", tail(context[1]))
	b.count("i-2 word ", context[0])
	b.count("i+1 word ", context[3])
	b.count("i+1 suffix ", tail(context[3]))
	b.count("i+2 word ", context[4])
	best := -1
	for c := range b.classes {
		if b.voted[c] && (best < 0 || b.scores[c] > b.scores[best]) {
			best = c
		}
	}
	if best < 0 {
		return ""
	}
	return b.classes[best]
}

// count adds the votes of the feature whose name the parts make.
func (b *ballot) count(parts ...string) {
	b.key = b.key[:0]
	for _, part := range parts {
		b.key = append(b.key, part...)
	}
	s := b.features[string(b.key)]
	for _, v := range b.votes[s.first:s.end] {
		b.scores[v.class] += v.weight
		b.voted[v.class] = true
	}
}

// tail is the last three bytes of a word.
func tail(word string) string { return word[max(0, len(word)-3):] }
