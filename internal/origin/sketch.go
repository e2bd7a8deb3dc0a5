// Package origin tells which texts are copies of one another: a wire story
// that many papers print, the AMP or the print version of a page. It is pure:
// the same texts in the same order give the same answers.
package origin

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode"
)

const (
	// slots is how many hash functions a sketch has: the resemblance it
	// estimates has a standard error of at most 1/(2·√64), 0.06.
	slots = 64
	// run is how many words in a row make a shingle.
	run = 4
	// minShingles is the fewest that a text needs: of one or two sentences,
	// two writers may find the same.
	minShingles = 40
	// sketchBytes is the length of a sketch before base64.
	sketchBytes = 2*slots + 8
)

// Sketch stands for a text: for each of 64 hash functions the least hash of
// its shingles, the runs of four words (MinHash: A. Broder, "On the
// resemblance and containment of documents", 1997). Only 16 bits of each are
// kept, which makes one slot of two unlike texts agree by chance once in
// 65,536 times. Figures is a hash of the set of numbers in the text, Title one
// of the words of the title.
type Sketch struct {
	Least          [slots]uint16
	Figures, Title uint32
}

// Of sketches an article; false when its text is too short to be told from others.
// Letter case and everything but letters and digits do not count. In scripts
// that do not part words (Chinese, Japanese, Thai) each character is a word.
func Of(title, text string) (Sketch, bool) {
	var s, head sketcher
	s.read(text)
	head.read(title)
	if s.shingles < minShingles {
		return Sketch{}, false
	}
	var out Sketch
	for i, least := range s.least {
		out.Least[i] = uint16(least >> 48)
	}
	for figure := range s.figures {
		out.Figures += uint32(figure >> 32)
	}
	out.Title = uint32(head.all >> 32)
	return out, true
}

// Resemblance estimates which share of the shingles of both texts together
// stands in each of them, 0 to 1.
func (s Sketch) Resemblance(other Sketch) float64 {
	same := 0
	for i, least := range s.Least {
		if least == other.Least[i] {
			same++
		}
	}
	return float64(same) / slots
}

// String writes a sketch in 182 characters, which Parse reads.
func (s Sketch) String() string {
	data := make([]byte, 0, sketchBytes)
	for _, least := range s.Least {
		data = binary.BigEndian.AppendUint16(data, least)
	}
	return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(data, s.Figures), s.Title))
}

// Parse reads what String wrote.
func Parse(text string) (Sketch, error) {
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(data) != sketchBytes {
		return Sketch{}, fmt.Errorf("read sketch: expected %d bytes in base64url, found %d characters", sketchBytes, len(text))
	}
	var s Sketch
	for i := range s.Least {
		s.Least[i] = binary.BigEndian.Uint16(data[2*i:])
	}
	s.Figures, s.Title = binary.BigEndian.Uint32(data[2*slots:]), binary.BigEndian.Uint32(data[2*slots+4:])
	return s, nil
}

// sketcher reads words one after another.
type sketcher struct {
	least    [slots]uint64
	figures  map[uint64]bool
	all      uint64      // hash of all words in their order
	last     [run]uint64 // hashes of the last words, the newest at the end
	words    int
	shingles int
}

func (s *sketcher) read(text string) {
	for i := range s.least {
		s.least[i] = ^uint64(0)
	}
	s.figures = map[uint64]bool{}
	word := strings.Builder{}
	flush := func() {
		if word.Len() > 0 {
			s.word(word.String())
			word.Reset()
		}
	}
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai):
			flush()
			s.word(string(r))
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			word.WriteRune(unicode.ToLower(r))
		default:
			flush()
		}
	}
	flush()
}

func (s *sketcher) word(w string) {
	h := fnv(w)
	if strings.ContainsFunc(w, unicode.IsDigit) {
		s.figures[mixed(h)] = true
	}
	s.all = mixed(s.all ^ h)
	copy(s.last[:], s.last[1:])
	s.last[run-1] = h
	if s.words++; s.words < run {
		return
	}
	s.shingles++
	var shingle uint64
	for _, h := range s.last {
		shingle = mixed(shingle ^ h)
	}
	// One hash of the shingle, turned into 64 by odd multipliers.
	multiplier := uint64(0)
	for i := range s.least {
		multiplier += 0x9e3779b97f4a7c15
		s.least[i] = min(s.least[i], mixed(shingle*(mixed(multiplier)|1)))
	}
}

// fnv is the 64-bit FNV-1a hash.
func fnv(s string) uint64 {
	h := uint64(0xcbf29ce484222325)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 0x100000001b3
	}
	return h
}

// mixed is the finaliser of SplitMix64 (Steele, Lea, Flood 2014).
func mixed(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}
