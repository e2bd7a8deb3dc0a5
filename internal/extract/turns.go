package extract

// turnReach is how many sentences an answer in a transcript may last.
const turnReach = 40

// turn is whose turn it is in a transcript: the speaker of the last paragraph
// that starts with "Name:". A journalist's turn has no speaker who counts.
func (v *view) turn(s int) (actor, bool) {
	for k := s; k >= max(0, s-turnReach); k-- {
		sentence := v.doc.Sentences[k]
		if k > 0 && v.doc.Sentences[k-1].Paragraph == sentence.Paragraph {
			continue
		}
		for at := sentence.First + 1; at < min(sentence.End, sentence.First+10); at++ {
			if v.lower(at) != ":" || v.hasAt(at-1, "%say") {
				continue
			}
			if !v.doc.Tokens[sentence.First].Capital() || v.has(sentence.First, at, "%asker") {
				return actor{}, true
			}
			for i := sentence.First; i < at; i++ {
				if a, ok := v.actor(i); ok {
					return a, true
				}
			}
			return actor{}, true
		}
	}
	return actor{}, false
}

// answerer is who answers at token i of a transcript whose turns only say "A:":
// the government that publishes it, else the country that the answer names
// as its own subject before; nobody in a question.
func (v *view) answerer(i int) actor {
	s := v.doc.SentenceOf(i)
	for k := s; s > max(0, k-turnReach) && v.doc.Sentences[s-1].Paragraph == v.doc.Sentences[s].Paragraph; {
		s--
	}
	first := v.doc.Sentences[s].First
	if !v.hasAt(first, "%answer") || v.lower(first+1) != ":" {
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
