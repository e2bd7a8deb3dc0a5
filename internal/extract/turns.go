package extract

// turnReach is how many sentences an answer in a transcript may last.
const turnReach = 40

// turn is whose turn it is in a transcript: the speaker of the last paragraph
// that starts with "Name:". A journalist's turn has no speaker who counts.
func (v *view) turn(s int) (actor, bool) {
	first, at, ok := v.turnStart(s)
	if !ok || !v.doc.Tokens[first].Capital() || v.has(first, at, "%asker") {
		return actor{}, ok
	}
	for i := first; i < at; i++ {
		if a, ok := v.actor(i); ok {
			return a, true
		}
	}
	return actor{}, true
}

// turnStart finds the paragraph that opens the turn of sentence s: its first
// token and the colon behind the name.
func (v *view) turnStart(s int) (first, colon int, ok bool) {
	for k := s; k >= max(0, s-turnReach); k-- {
		sentence := v.doc.Sentences[k]
		if k > 0 && v.doc.Sentences[k-1].Paragraph == sentence.Paragraph {
			continue
		}
		for at := sentence.First + 1; at < min(sentence.End, sentence.First+10); at++ {
			if v.lower(at) == ":" && !v.hasAt(at-1, "%say") {
				return sentence.First, at, true
			}
		}
	}
	return 0, 0, false
}

// answerer is who answers at token i of a transcript whose turns only say "A:":
// the government that publishes it, else the country that the answer names
// as its own subject before; nobody in a question.
func (v *view) answerer(i int) actor {
	first, _, ok := v.turnStart(v.doc.SentenceOf(i))
	if !ok || !v.hasAt(first, "%answerer") || v.lower(first+1) != ":" && !v.hasAt(first, "%spokesperson") {
		return actor{}
	}
	if a := v.house(); len(a.codes) > 0 {
		return a
	}
	if a, ok := v.actor(first + 2); ok && a.kind == "country" && !a.possessive {
		return a
	}
	return actor{}
}
