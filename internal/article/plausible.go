package article

import (
	"math"
	"strings"
	"unicode"

	"golang.org/x/net/html/charset"
)

// plausibleSample is how many bytes outside markup are read on trial.
const plausibleSample = 1 << 15

// leastPlausible is the score under which no reading of a text that is mostly
// outside ASCII is believed: random bytes score about 0.2 at best, running
// text 0.8 and more. In a text that is mostly ASCII a few odd signs must not
// cost the article, so there any reading serves.
const leastPlausible = 0.4

// The characters that make up about half of running text in their language.
// They tell a right reading from a wrong one that is also made of letters.
const (
	commonHan = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指" +
		"這個國們來時會對發經過說產動後學還實現體電業開關問長與應點門間東車見頭麼義從數種樣無導幾讓書兩聽條馬風萬飛龍話選報濟貿稅關進協議總統美談判貨" +
		"税贸易协议谈判总统美元商务部长政府宣布措施出口进口货物关加征"
	commonHangul = "이다에는을의가고한하지로기사리를서도인대어그시해아정자나은라부수장들일스보상으전제원구만있것적세주미했경국관무역년등업공습니"
	commonKana   = "のにはをたがでてとしれさいるあなかりもっきこらまんよう"
)

// candidates are tried for every page that is not UTF-8.
func candidates(lang string) []string {
	return []string{
		"gb18030", "big5", "shift_jis", "euc-jp", "euc-kr", "windows-1252", "windows-1251", "koi8-r", byLanguage(lang),
	}
}

// byLanguage is the legacy set of pages in a language.
func byLanguage(lang string) string {
	base, region, _ := strings.Cut(strings.ReplaceAll(lang, "_", "-"), "-")
	switch base {
	case "zh":
		if region == "tw" || region == "hk" || strings.HasPrefix(region, "hant") {
			return "big5"
		}
		return "gb18030"
	case "ja":
		return "shift_jis"
	case "ko":
		return "euc-kr"
	case "ru", "uk", "bg", "sr", "be", "mk":
		return "windows-1251"
	case "pl", "cs", "sk", "hu", "sl", "hr", "ro":
		return "windows-1250"
	case "el":
		return "windows-1253"
	case "tr", "az":
		return "windows-1254"
	case "he":
		return "windows-1255"
	case "ar", "fa", "ur":
		return "windows-1256"
	case "lt", "lv", "et":
		return "windows-1257"
	case "vi":
		return "windows-1258"
	case "th":
		return "windows-874"
	}
	return ""
}

// mostPlausible returns the character set whose reading looks most like
// text. What was declared gets a head start; it must not read as rubbish.
func mostPlausible(body []byte, header, meta, lang string) string {
	sample := wordsOnly(body)
	best, bestScore := "", leastPlausible
	if mostlyASCII(sample) {
		bestScore = math.Inf(-1)
	}
	for _, name := range append([]string{header, meta}, candidates(lang)...) {
		e, _ := charset.Lookup(name)
		if name == "" || e == nil {
			continue
		}
		score := plausibility(decodeWith(e, sample))
		if name == header {
			score += 0.25
		}
		if name == meta {
			score += 0.35 // the author's word; headers are often a server's default
		}
		if name == byLanguage(lang) {
			score += 0.3
		}
		if score > bestScore {
			best, bestScore = name, score
		}
	}
	return best
}

func mostlyASCII(sample []byte) bool {
	high := 0
	for _, b := range sample {
		if b >= 0x80 {
			high++
		}
	}
	return high*5 < len(sample)
}

// wordsOnly keeps the parts of a body outside tags, up to plausibleSample
// bytes that matter, cut at ASCII so that no character is torn.
func wordsOnly(body []byte) []byte {
	out := make([]byte, 0, plausibleSample)
	inTag, high := false, 0
	for _, b := range body {
		switch {
		case b == '<':
			inTag = true
		case b == '>' && inTag:
			inTag = false
			b = ' '
		}
		if inTag {
			continue
		}
		if b >= 0x80 {
			high++
		}
		if len(out) >= plausibleSample && b < 0x40 || len(out) >= 4*plausibleSample {
			break
		}
		out = append(out, b)
	}
	if high == 0 {
		return clip(body, 4*plausibleSample)
	}
	return out
}

// plausibility is the mean over all characters outside ASCII of how usual
// they are where they stand: about 1 for running text, below 0 for a wrong
// reading.
func plausibility(text string) float64 {
	var sum float64
	var n int
	before := ' '
	for _, r := range text {
		if r >= 0x80 {
			sum += usual(r, before)
			n++
		}
		before = r
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

// usual judges one character by its script, its frequency and its neighbour.
func usual(r, before rune) float64 {
	switch {
	case r == unicode.ReplacementChar:
		return -8
	case r < 0xa0 || unicode.Is(unicode.Co, r) || !unicode.IsGraphic(r):
		return -4
	case unicode.Is(unicode.Han, r):
		return usualHan(r)
	case unicode.In(r, unicode.Hiragana, unicode.Katakana):
		return usualKana(r)
	case unicode.Is(unicode.Hangul, r):
		if strings.ContainsRune(commonHangul, r) {
			return 1.8
		}
		return 0.4
	case unicode.Is(unicode.Latin, r):
		return usualLatin(r, before)
	case unicode.Is(unicode.Cyrillic, r):
		return usualCase(r, before, unicode.Cyrillic)
	case unicode.Is(unicode.Greek, r):
		return usualCase(r, before, unicode.Greek)
	case unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Thai):
		return 0.9
	case r >= 0x3000 && r <= 0x303f || r >= 0xff01 && r <= 0xff5e:
		return 1 // full-width punctuation
	case strings.ContainsRune("–—‘’“”„…•«»°§€£ ·", r):
		return 0.8
	}
	return -0.5
}

func usualHan(r rune) float64 {
	switch {
	case strings.ContainsRune(commonHan, r):
		return 1.8
	case r >= 0x4e00 && r <= 0x9fff:
		return 0.3
	}
	return -1.5 // extensions and compatibility forms are rare in news
}

func usualKana(r rune) float64 {
	switch {
	case r >= 0xff61: // half-width: a single-byte reading of something else
		return -0.6
	case strings.ContainsRune(commonKana, r):
		return 1.8
	}
	return 0.8
}

// usualLatin expects accented letters alone between plain ones, and in the
// case of the letter before: "café", not "cÃ©" or "ÐÏÎÄ".
func usualLatin(r, before rune) float64 {
	switch {
	case unicode.IsUpper(r) && (unicode.IsLower(before) || before >= 0x80):
		return -1
	case before >= 0x80:
		return -0.7
	case r >= 0xc0 && r <= 0x17f:
		return 0.9
	}
	return 0.1
}

// usualCase expects words in one script whose capitals come first.
func usualCase(r, before rune, script *unicode.RangeTable) float64 {
	switch {
	case unicode.IsUpper(r) && unicode.IsLower(before) && unicode.Is(script, before):
		return -1.5
	case before >= 0x80 && unicode.IsLetter(before) != unicode.Is(script, before), unicode.Is(unicode.Latin, before):
		return -1
	case before >= 0x80 && !unicode.IsLetter(before) && !unicode.IsPunct(before):
		return -1
	case unicode.IsUpper(r):
		return 0.5
	}
	return 1
}
