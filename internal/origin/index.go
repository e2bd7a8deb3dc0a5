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
	// MaxTexts bounds the memory, at about half a kilobyte a text.
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

// half holds texts. For each band of each of them there is a link in a hash
// table: heads leads to the newest text of a bucket, links to the others.
type half struct {
	began     time.Time
	texts     []kept
	byArticle map[string]int32
	heads     []int32       // a power of two of them
	links     [][bands]link // beside texts
}

// kept is a Text without the time it was seen at.
type kept struct {
	article, site, origin string
	sketch                Sketch
}

// link names the next link of a bucket: text·bands + band, -1 for none.
type link = int32

// buckets is how many a table begins with; it grows with the texts.
const buckets = 1 << 12

func newHalf(began time.Time) *half {
	return &half{began: began, byArticle: map[string]int32{}, heads: emptied(make([]int32, buckets))}
}

func emptied(heads []int32) []int32 {
	for i := range heads {
		heads[i] = -1
	}
	return heads
}

// Link finds the original of a text and remembers the text. It returns "" for
// an original, else the id of the article that was seen first. An article
// stays what it was first found to be, however it is edited, so that no two
// articles are ever copies of each other.
func (x *Index) Link(t Text) string {
	if _, original, ok := x.Find(t.Article); ok {
		t.Origin = original
	} else {
		t.Origin = x.origin(t)
	}
	x.Add(t)
	return t.Origin
}

// Add remembers a text that was linked before, here or elsewhere.
func (x *Index) Add(t Text) {
	if known, _, ok := x.Find(t.Article); ok && known == t.Sketch {
		return
	}
	if x.newer == nil || len(x.newer.texts) >= MaxTexts/2 || t.Seen.Sub(x.newer.began) >= Window {
		x.older = x.newer
		x.newer = newHalf(t.Seen)
	}
	x.newer.add(t)
}

func (h *half) add(t Text) {
	n := int32(len(h.texts))
	h.texts = append(h.texts, kept{t.Article, t.Site, t.Origin, t.Sketch})
	h.links = append(h.links, [bands]link{})
	h.byArticle[t.Article] = n
	if len(h.texts)*bands <= len(h.heads) {
		h.chain(n)
		return
	}
	h.heads = emptied(make([]int32, 2*len(h.heads)))
	for n := range h.texts {
		h.chain(int32(n))
	}
}

// chain puts the bands of a text at the head of their buckets.
func (h *half) chain(n int32) {
	for b := range bands {
		head := h.bucket(h.texts[n].sketch, b)
		h.links[n][b], *head = *head, n*bands+int32(b)
	}
}

func (h *half) bucket(s Sketch, b int) *int32 {
	return &h.heads[mixed(bandKey(s, b))&uint64(len(h.heads)-1)]
}

// Find returns the latest sketch of an article, and the id of the one it is a
// copy of; false when it is not known, or forgotten.
func (x *Index) Find(article string) (sketch Sketch, original string, ok bool) {
	for _, h := range []*half{x.newer, x.older} {
		if h == nil {
			continue
		}
		if n, ok := h.byArticle[article]; ok {
			return h.texts[n].sketch, h.texts[n].origin, true
		}
	}
	return Sketch{}, "", false
}

// origin is the original behind the text that t resembles most.
func (x *Index) origin(t Text) string {
	best, original := 0.0, ""
	for _, h := range []*half{x.older, x.newer} {
		if h == nil {
			continue
		}
		for _, n := range h.alike(t.Sketch) {
			other := &h.texts[n]
			r := t.Sketch.Resemblance(other.sketch)
			if r <= best || !isCopy(t, other, r) {
				continue
			}
			best, original = r, other.article
			if other.origin != "" {
				original = other.origin
			}
		}
	}
	return original
}

func isCopy(a Text, b *kept, resemblance float64) bool {
	if a.Site == b.site {
		return resemblance >= sameSiteResemblance && a.Sketch.Figures == b.sketch.Figures && a.Sketch.Title == b.sketch.Title
	}
	return resemblance >= copyResemblance
}

// alike lists the texts that share a band with a sketch, in the order they
// came.
func (h *half) alike(s Sketch) []int32 {
	var found []int32
	for b := range bands {
		key, tried := bandKey(s, b), 0
		for at := *h.bucket(s, b); at >= 0 && tried < maxTried; at = h.links[at/bands][at%bands] {
			n := at / bands
			if int(at%bands) != b || bandKey(h.texts[n].sketch, b) != key {
				continue // another band in the same bucket
			}
			tried++
			// A text that was edited since has another entry.
			if h.byArticle[h.texts[n].article] == n {
				found = append(found, n)
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func bandKey(s Sketch, b int) uint64 {
	at := s.Least[b*rows:]
	return uint64(b)<<32 | uint64(at[0])<<16 | uint64(at[1])
}
