package event

// What values look like; kept loose where the article has the last word.
const (
	countryPattern   = `^[A-Z][A-Z0-9]{1,9}$`
	sectorPattern    = `^[a-z][a-z0-9_]*$`
	publishedPattern = `^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$`
	headerNumber     = `^[0-9]+$`
)

func text(description string) object {
	return object{"type": "string", "description": description}
}

func filled(description string) object {
	return object{"type": "string", "minLength": 1, "description": description}
}

func matching(pattern, description string) object {
	return object{"type": "string", "pattern": pattern, "description": description}
}

func oneOf(description string, values ...string) object {
	return object{"type": "string", "enum": values, "description": description}
}

func instant(description string) object {
	return object{"type": "string", "format": "date-time", "description": description}
}

func truth(description string) object {
	return object{"type": "boolean", "description": description}
}

func count(least int, description string) object {
	return object{"type": "integer", "minimum": least, "description": description}
}

func number(description string) object {
	return object{"type": "number", "minimum": 0, "description": description}
}

func listOf(item object, description string) object {
	return object{"type": "array", "items": item, "description": description}
}

func ref(name string) object { return object{"$ref": "#/$defs/" + name} }

func closed(description string, properties object, required ...string) object {
	return object{
		"type":                 "object",
		"description":          description,
		"properties":           properties,
		"required":             required,
		"additionalProperties": false,
	}
}

func published() object {
	return matching(publishedPattern, "When the article was published: RFC 3339, or a date when no time is known. Absent when the page does not say.")
}

func ruleName() object {
	return text("Name of the rule that found it.")
}

func evidenceList() object {
	return listOf(ref("evidence"), "The passages it rests on.")
}

func confidence() object {
	return object{"type": "number", "exclusiveMinimum": 0, "maximum": 1,
		"description": "How likely it is right, from labelled data: above 0, at most 1."}
}

func factuality() object {
	return oneOf("asserted; reported: by unnamed sources or \"reportedly\"; alleged: only the other side says so.",
		"asserted", "reported", "alleged")
}

func family() object {
	return oneOf("The family of kinds; each has one topic of events.", Families()...)
}

func evidenceSchema() object {
	return closed("A passage of the article's text.", object{
		"sentence": count(0, "Number of the sentence it begins in, from 0."),
		"start":    count(0, "First Unicode code point of the passage in the article's text, from 0."),
		"end":      count(0, "The code point after its last."),
		"text":     text("Exactly the text between start and end."),
	}, "sentence", "start", "end", "text")
}

func sourceSchema() object {
	return closed("An article behind a claim.", object{
		"article":      filled("Id of the article."),
		"claim":        text("Id of the claim it makes."),
		"url":          text("Canonical address of the article."),
		"title":        text("Its title."),
		"publisher":    text("Who published it."),
		"published":    published(),
		"official":     truth("A government or international body published it."),
		"evidence":     evidenceList(),
		"same_text_as": text("Id of an earlier article with nearly the same text: the two count as one origin."),
	}, "article")
}

func rateSchema() object {
	code := matching(countryPattern, "A country, bloc or body.")
	rate := closed("A tariff, duty, levy or trade-remedy rate: a value, or a least and a most.", object{
		"value":     number("The rate, in units."),
		"min":       number("The least, when it lies between two."),
		"max":       number("The most, when it lies between two."),
		"unit":      text("percent, or as the article writes it, such as USD/t."),
		"qualifier": oneOf("How exactly it is said.", "exact", "up_to", "at_least", "about", "between"),
		"by":        listOf(code, "Who imposes it; absent when not said."),
		"on":        listOf(code, "Whose goods it falls on; absent when not said."),
		"evidence":  evidenceList(),
		"rule":      ruleName(),
	})
	delete(rate, "required")
	rate["anyOf"] = []any{object{"required": []string{"value"}}, object{"required": []string{"min", "max"}}}
	return rate
}

func articleSchema() object {
	return closed("One published text, cleaned of everything around it.", object{
		"id":           filled("Hash of the canonical address, or the id that the input gave."),
		"version":      text("Hash of the text: it changes when the publisher edits."),
		"input":        text("The path or address that was asked for."),
		"url":          text("Canonical address, without tracking parameters or fragment."),
		"title":        text("The headline."),
		"author":       text("The byline."),
		"publisher":    text("Who published it."),
		"source":       text("Name of the source that announced it."),
		"country":      matching(countryPattern, "The publisher's country, ISO 3166-1 alpha-2, or its body."),
		"official":     truth("A government or international body published it."),
		"published":    published(),
		"language":     text("BCP 47 code of the language, such as en."),
		"same_text_as": text("Id of an earlier article with nearly the same text: the two count as one origin."),
		"fetched":      instant("When it was fetched."),
		"text":         text("The main text, paragraphs parted by a line feed. All evidence counts its code points."),
	}, "id", "text")
}

func fetchSchema() object {
	return closed("Asks for one address to be fetched.", object{
		"url":       filled("The address."),
		"source":    text("Name of the source that announced it."),
		"title":     text("The title that the announcement gave."),
		"published": text("The date that the announcement gave, as written there."),
		"listing":   count(1, "Set when the address announces articles: the number of its page."),
		"asked":     instant("When it was first tried, when this is not the first time."),
		"attempts":  count(0, "Failures since."),
		"hops":      count(0, "Redirects since, to other hosts."),
	}, "url", "source")
}

func pageSchema() object {
	return closed("What the scrapers remember of an address.", object{
		"url":           filled("The address."),
		"etag":          text("Validator of the last answer, sent back as If-None-Match."),
		"last_modified": text("Validator of the last answer, sent back as If-Modified-Since."),
		"content_hash":  text("Hash of the last body."),
		"status":        count(0, "HTTP status of the last answer."),
		"fetched":       instant("When it was last fetched; year 1 when it never was."),
		"article":       text("Id of the article made of it; absent when it became none."),
		"waits": closed("Set while the address is still to be fetched, but not yet.", object{
			"until":  instant("When it will be."),
			"reason": oneOf("budget: that of the source's day is used up; host: the host wants to be left alone; turn: many of the same host come before it.", WaitBudget, WaitHost, WaitTurn),
			"fetch":  fetchSchema(),
		}, "until", "reason", "fetch"),
		"spent": closed("What its source had used on one day, on this host, this address included.", object{
			"source": text("Name of the source."),
			"day":    filled("The day in UTC, as 2026-01-31."),
			"pages":  count(0, "Addresses fetched."),
			"bytes":  count(0, "Bytes of bodies on the wire."),
		}, "source", "day", "pages", "bytes"),
		"sketch":       text("Stands for the article's text: 64 least hashes of its runs of four words, in base64url."),
		"same_text_as": text("Id of the earlier article that it is a copy of."),
		"rhythm": closed("How often a source announces something new; then url names the source, not a page.", object{
			"last":    instant("When it last did."),
			"visited": instant("When it was last looked at."),
			"kept":    instant("When this was written."),
			"gaps":    count(0, "How many times between two announcements are known."),
			"sum":     number("Their sum in seconds, old ones fading."),
			"squares": number("The sum of their squares, old ones fading."),
			"items":   text("32-bit hashes of the addresses last announced, in base64url."),
		}, "last", "visited", "kept", "gaps", "sum", "squares"),
	}, "url", "fetched")
}

func mentionsSchema() object {
	official := closed("A named person who speaks or acts for a government or an international body.", object{
		"name":     filled("The fullest form of the name in the article."),
		"role":     text("The post, as the article gives it."),
		"country":  matching(countryPattern, "The country or body the person acts for."),
		"evidence": evidenceList(),
		"rule":     ruleName(),
	}, "name")
	sector := closed("A sector whose trade or trade policy the article speaks of.", object{
		"code":     matching(sectorPattern, "The sector's code."),
		"match":    oneOf("product: one of its products was stated; sector: it was named itself.", "product", "sector"),
		"hs":       listOf(text("A chapter."), "Chapters of the Harmonized System that the words stand for."),
		"evidence": evidenceList(),
	}, "code")
	schema := closed("The officials, rates and sectors found in one article.", object{
		"article":   text("Id of the article."),
		"officials": listOf(official, "The officials, once each."),
		"rates":     listOf(ref("rate"), "The rates of tariffs, duties, levies and trade remedies."),
		"sectors":   listOf(sector, "The sectors, once each."),
	}, "officials", "rates", "sectors")
	schema["$defs"] = object{"evidence": evidenceSchema(), "rate": rateSchema()}
	return schema
}

func claimSchema() object {
	evidence := evidenceList()
	evidence["minItems"] = 1
	schema := closed("What one article asserts, with its evidence. It never changes. The slots of its kind stand beside these members; "+
		"what the article does not say is absent.", object{
		"id":         filled("Hash of the article's id, the kind and the slots."),
		"article":    filled("Id of the article."),
		"family":     family(),
		"kind":       filled("What kind of claim it is; it decides which slots there are."),
		"published":  published(),
		"factuality": factuality(),
		"evidence":   evidence,
		"rule":       ruleName(),
		"confidence": confidence(),
		"source":     ref("source"),
		"revision": closed("Set when the claim corrects an event and tells of no new one.", object{
			"event":    filled("Id of the event."),
			"rev":      count(1, "The revision that the event becomes."),
			"op":       oneOf("What the event's message will say.", OpCreate, OpUpdate, OpRetract),
			"replaced": listOf(filled("Id of a claim."), "Claims that stood behind the event and do no more."),
		}, "event", "rev", "op"),
	}, "id", "article", "family", "kind", "evidence", "rule", "confidence")
	schema["properties"].(object)["source"].(object)["description"] = "The article, for readers who do not have it."
	schema["$defs"] = object{"evidence": evidenceSchema(), "source": sourceSchema()}
	return schema
}

func eventSchema() object {
	schema := closed("What the claims of one or several articles say about one thing. Ignore an id and rev you have seen; of one id the "+
		"higher rev wins. The slots of its kind stand beside these members; what no article says is absent.", object{
		"id":          filled("Id of the event, the same in all its revisions."),
		"rev":         count(1, "Revision, from 1; it only grows."),
		"op":          oneOf("create: the first revision; update: a later one; retract: the event no longer holds.", OpCreate, OpUpdate, OpRetract),
		"family":      family(),
		"kind":        filled("What kind of event it is; it decides which slots there are."),
		"published":   published(),
		"factuality":  factuality(),
		"confidence":  confidence(),
		"rule":        ruleName(),
		"claims":      listOf(filled("Id of a claim."), "Ids of the claims behind the event."),
		"sources":     listOf(ref("source"), "The articles that make the claims, with their evidence."),
		"replaced":    listOf(filled("Id of a claim."), "Claims that stood behind earlier revisions and do no more."),
		"known_since": instant("When it could first be known: the earliest publication behind it. Absent when none says when."),
	}, "id", "rev", "op", "family", "kind", "confidence", "claims", "sources")
	for _, name := range []string{"claims", "sources"} {
		schema["properties"].(object)[name].(object)["minItems"] = 1
	}
	schema["$defs"] = object{"evidence": evidenceSchema(), "source": sourceSchema()}
	return schema
}

// deadletterSchema describes headers, whose values are all texts; the body
// of a dead letter is whatever was refused, byte for byte.
func deadletterSchema() object {
	schema := closed("The headers of a dead letter, beside those of the message that was refused. The body is that of the message, byte for byte.",
		object{
			HeaderStage:     filled("The stage that refused it: scrape, extract, correlate or serve."),
			HeaderClass:     filled("The class of the reason, such as no_text, too_large or panic."),
			HeaderMessage:   text("The reason in words."),
			HeaderAttempt:   matching(headerNumber, "How often it was tried."),
			HeaderSource:    text("The address or source it came from."),
			HeaderTopic:     filled("The topic it was read from."),
			HeaderPartition: matching(headerNumber, "The partition it was read from."),
			HeaderOffset:    matching(headerNumber, "Its offset there."),
			HeaderInput:     text("The body of the refused record, when the dead letter holds the page it led to."),
			HeaderInputType: text("The content type of that body."),
			HeaderReplayed:  matching(`^[0-9]+/[0-9]+$`, "On a record that takes a dead letter off the list, and has no other of these headers: the partition and offset of that letter on this topic."),
		}, HeaderStage, HeaderClass, HeaderMessage, HeaderAttempt, HeaderTopic, HeaderPartition, HeaderOffset)
	schema["additionalProperties"] = object{"type": "string", "description": "A header of the message that was refused."}
	return schema
}
