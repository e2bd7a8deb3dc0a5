package origin

import (
	"slices"
	"time"
)

// Text is an article as the index knows it.
type Text struct {
	// Article is its id, Site who published it, such as "example.org".
	Article, Site string
	Sketch        Sketch
	// Seen is when it was fetched.
	Seen time.Time
	// Origin is the article it is a copy of; empty for an original.
	Origin string
}

// What counts as a copy. In TestCopiesAreTold a copy with half of its text
// gone resembles the original by .4 and more; different articles of different
// publishers never reach .12.
const (
	copyResemblance = 0.3
	// The notices of one publisher share their form: theirs are copies only
	// with the same title and the same numbers.
	sameSiteResemblance = 0.8
)

// Limits of an index.
const (
	// Window is how long a text is remembered at least, unless there are more
	// than MaxTexts in that time: copies come within days.
	Window = 14 * 24 * time.Hour
	// MaxTexts bounds the memory, at about a kilobyte a text.
	MaxTexts = 30_000
	// rows of a sketch make a band, by which texts are found. With 32 bands of
	// two, a copy with a resemblance of .3 is found in 95 of 100 cases, one of
	// .5 in 9,999 of 10,000.
	rows     = 2
	bands    = slots / rows
	maxTried = 64 // texts that share a band are tried, the newest first
)

// Index remembers the texts of the last weeks and finds copies among them. It
// is not safe for concurrent use. Its zero value is ready.
type Index struct {
	// Texts go into the newer half; when that is full or a window old, the
	// older one is forgotten.
	newer, older *half
}

// half holds texts, and for each band the newest text that has it; the others
// are chained behind it.
type half struct {
	began     time.Time
	texts     []chained
	byArticle map[string]int32
	byBand    map[uint64]int32
}

type chained struct {
	Text
	next [bands]int32 // -1 ends the chain
}

// Link finds the original of a text and remembers the text. It returns "" for
// an original, else the id of the article that was seen first. An article
// stays what it was first found to be, however it is edited, so that no two
// articles are ever copies of each other.
func (x *Index) Link(t Text) string {
	if known, ok := x.find(t.Article); ok {
		t.Origin = known.Origin
	} else {
		t.Origin = x.origin(t)
	}
	x.Add(t)
	return t.Origin
}

// Add remembers a text that was linked before, here or elsewhere.
func (x *Index) Add(t Text) {
	if known, ok := x.find(t.Article); ok && known.Sketch == t.Sketch {
		return
	}
	if x.newer == nil || len(x.newer.texts) >= MaxTexts/2 || t.Seen.Sub(x.newer.began) >= Window {
		x.older = x.newer
		x.newer = &half{began: t.Seen, byArticle: map[string]int32{}, byBand: map[uint64]int32{}}
	}
	x.newer.add(t)
}

func (h *half) add(t Text) {
	n := int32(len(h.texts))
	entry := chained{Text: t}
	for b := range bands {
		key := bandKey(t.Sketch, b)
		entry.next[b] = -1
		if before, ok := h.byBand[key]; ok {
			entry.next[b] = before
		}
		h.byBand[key] = n
	}
	h.texts = append(h.texts, entry)
	h.byArticle[t.Article] = n
}

func (x *Index) find(article string) (Text, bool) {
	for _, h := range []*half{x.newer, x.older} {
		if h == nil {
			continue
		}
		if n, ok := h.byArticle[article]; ok {
			return h.texts[n].Text, true
		}
	}
	return Text{}, false
}

// origin is the original behind the text that t resembles most.
func (x *Index) origin(t Text) string {
	best, original := 0.0, ""
	for _, h := range []*half{x.older, x.newer} {
		if h == nil {
			continue
		}
		for _, n := range h.alike(t.Sketch) {
			other := h.texts[n].Text
			r := t.Sketch.Resemblance(other.Sketch)
			if r <= best || !isCopy(t, other, r) {
				continue
			}
			best, original = r, other.Article
			if other.Origin != "" {
				original = other.Origin
			}
		}
	}
	return original
}

func isCopy(a, b Text, resemblance float64) bool {
	if a.Site == b.Site {
		return resemblance >= sameSiteResemblance && a.Sketch.Figures == b.Sketch.Figures && a.Sketch.Title == b.Sketch.Title
	}
	return resemblance >= copyResemblance
}

// alike lists the texts that share a band with a sketch, in the order they
// came.
func (h *half) alike(s Sketch) []int32 {
	var found []int32
	for b := range bands {
		n, ok := h.byBand[bandKey(s, b)]
		for tried := 0; ok && n >= 0 && tried < maxTried; tried++ {
			// A text that was edited since has another entry.
			if h.byArticle[h.texts[n].Article] == n {
				found = append(found, n)
			}
			n = h.texts[n].next[b]
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func bandKey(s Sketch, b int) uint64 {
	at := s.Least[b*rows:]
	return uint64(b)<<32 | uint64(at[0])<<16 | uint64(at[1])
}
