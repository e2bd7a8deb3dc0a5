package document

import (
	"slices"
	"strings"
)

// maxSentence bounds what a rule has to look at: a text without stops is cut.
const maxSentence = 160

// segment cuts the tokens at paragraph ends and at sentence stops.
func segment(text string, tokens []Token) []Sentence {
	var out []Sentence
	first, paragraph := 0, 0
	cut := func(end int) {
		if end > first {
			out = append(out, Sentence{Index: len(out), First: first, End: end, Paragraph: paragraph})
			first = end
		}
	}
	for i := range tokens {
		if i > 0 && strings.ContainsAny(text[tokens[i-1].End:tokens[i].Start], "\n\r\u2029") {
			cut(i)
			paragraph++
		}
		if i >= first && i-first >= maxSentence {
			cut(i)
		}
		if stops(tokens, i) {
			cut(closing(tokens, i))
		}
	}
	cut(len(tokens))
	return out
}

// stops reports whether a sentence ends with token i (and what closes it).
func stops(tokens []Token, i int) bool {
	t := tokens[i]
	mark, abbreviated := false, false
	switch t.Lower {
	case "!", "?", "。", "！", "？", ".", "...":
		mark = true
	default:
		abbreviated = dotted(t)
	}
	if !mark && !abbreviated {
		return false
	}
	end := closing(tokens, i)
	if end >= len(tokens) {
		return false // the last cut follows anyway
	}
	next := tokens[end]
	if abbreviated {
		return next.Space && next.Capital() && starter(next.Lower)
	}
	return next.Space && !startsLower(next) || t.Lower > "~"
}

// dotted reports an abbreviation that carries its own dot ("U.S.").
func dotted(t Token) bool { return t.End-t.Start > len(t.Norm) && len(t.Norm) > 1 && t.Norm[0] != '\'' }

// closing skips the quotes and brackets that belong to the sentence.
func closing(tokens []Token, i int) int {
	end := i + 1
	for end < len(tokens) && !tokens[end].Space && (tokens[end].Norm == `"` || tokens[end].Norm == "'" || tokens[end].Norm == ")" || tokens[end].Norm == "]") {
		end++
	}
	return end
}

func startsLower(t Token) bool {
	return t.Norm != "" && t.Norm[0] >= 'a' && t.Norm[0] <= 'z'
}

// starter lists words that open a sentence far more often than they go on
// behind an abbreviation such as "U.S.".
func starter(word string) bool {
	return slices.Contains([]string{"the", "a", "an", "in", "on", "at", "it", "he", "she", "they", "we", "but", "and", "this",
		"that", "these", "those", "however", "while", "if", "as", "after", "before", "when", "since", "some", "both", "mr"}, word)
}
