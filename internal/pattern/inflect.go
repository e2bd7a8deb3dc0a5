package pattern

import "strings"

// Inflect expands "impose+v" to a regular verb's forms and "duty+n" to a
// noun's; the marked word may stand in a phrase ("roll+v back"). A term
// without a mark is returned as it is. Irregular forms are written out.
func Inflect(term string) []string {
	for _, mark := range []string{"+v", "+n"} {
		at := strings.Index(term, mark)
		if at < 0 {
			continue
		}
		before, after := term[:at], term[at+len(mark):]
		start := strings.LastIndexAny(before, " -") + 1
		forms := nounForms
		if mark == "+v" {
			forms = verbForms
		}
		var out []string
		for _, form := range forms(before[start:]) {
			out = append(out, before[:start]+form+after)
		}
		return out
	}
	return []string{term}
}

func nounForms(w string) []string { return []string{w, plural(w)} }

func plural(w string) string {
	switch {
	case strings.HasSuffix(w, "y") && !vowelBefore(w, 1):
		return w[:len(w)-1] + "ies"
	case strings.HasSuffix(w, "s"), strings.HasSuffix(w, "x"), strings.HasSuffix(w, "ch"), strings.HasSuffix(w, "sh"), strings.HasSuffix(w, "z"):
		return w + "es"
	}
	return w + "s"
}

// verbForms gives base, -s, -ed and -ing ("levy", "levies", "levied",
// "levying"; "cut" doubles its last letter by being written out).
func verbForms(w string) []string {
	out := []string{w, plural(w)}
	switch {
	case strings.HasSuffix(w, "ee"):
		return append(out, w+"d", w+"ing")
	case strings.HasSuffix(w, "ie"):
		return append(out, w+"d", w[:len(w)-2]+"ying")
	case strings.HasSuffix(w, "e"):
		return append(out, w+"d", w[:len(w)-1]+"ing")
	case strings.HasSuffix(w, "y") && !vowelBefore(w, 1):
		return append(out, w[:len(w)-1]+"ied", w+"ing")
	case doubles(w):
		last := w[len(w)-1:]
		return append(out, w+last+"ed", w+last+"ing")
	}
	return append(out, w+"ed", w+"ing")
}

// doubles is true for words of one short syllable ("slap", "scrap", "ban"; not "open")
// and for stressed endings that the trade lexicon needs.
func doubles(w string) bool {
	for _, stressed := range []string{"permit", "commit", "refer", "prefer", "defer", "admit", "regret", "rebut"} {
		if w == stressed {
			return true
		}
	}
	if len(w) < 3 {
		return false
	}
	c := w[len(w)-1]
	return !isVowel(c) && c != 'w' && c != 'x' && c != 'y' && vowelBefore(w, 1) && !strings.ContainsAny(w[:len(w)-2], "aeiou")
}

func vowelBefore(w string, n int) bool { return len(w) > n && isVowel(w[len(w)-1-n]) }

func isVowel(c byte) bool { return strings.IndexByte("aeiou", c) >= 0 }
