package extract

const turnReach = 40

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
