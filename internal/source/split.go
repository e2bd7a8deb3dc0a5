package source

import "bytes"

// maxDepth is how deep a feed may nest; parsers that recurse are kept from
// anything deeper.
const maxDepth = 500

// splitFeed finds the root and the complete items of a feed without parsing
// it: by their tags alone, outside CDATA and comments.
func splitFeed(body []byte) feedParts {
	var p feedParts
	begun := -1
	var name []byte
	eachTag(body, func(start, end int) {
		tag := body[start:end]
		switch {
		case p.kind == "":
			p.kind = rootKind(tagName(tag))
			p.root = tag
		case begun < 0 && tag[1] != '/' && isItem(tagName(tag)):
			if tag[len(tag)-2] != '/' {
				begun, name = start, tagName(tag)
			}
		case begun >= 0 && tag[1] == '/' && bytes.Equal(tagName(tag), name):
			p.items = append(p.items, body[begun:end])
			begun = -1
		}
	})
	return p
}

func rootKind(name []byte) string {
	switch string(bytes.ToLower(name)) {
	case "rss":
		return "rss"
	case "rdf:rdf":
		return "rdf"
	case "feed", "atom:feed":
		return "feed"
	}
	return ""
}

func isItem(name []byte) bool {
	switch string(name) {
	case "item", "entry", "atom:entry", "rss:item":
		return true
	}
	return false
}

// tooDeep says that elements nest deeper than maxDepth.
func tooDeep(body []byte) bool {
	depth, deepest := 0, 0
	eachTag(body, func(start, end int) {
		switch {
		case body[start+1] == '/':
			depth--
		case body[end-2] != '/':
			depth++
			deepest = max(deepest, depth)
		}
	})
	return deepest > maxDepth
}

// eachTag calls visit with the place of every complete start and end tag,
// outside comments, CDATA, declarations and processing instructions.
func eachTag(body []byte, visit func(start, end int)) {
	for at := 0; ; {
		open := bytes.IndexByte(body[at:], '<')
		if open < 0 {
			return
		}
		at += open
		closing := closer(body[at:])
		if closing == nil {
			end := tagEnd(body[at:])
			if end < 0 {
				return
			}
			if end > 2 {
				visit(at, at+end)
			}
			at += end
			continue
		}
		end := bytes.Index(body[at:], closing)
		if end < 0 {
			return
		}
		at += end + len(closing)
	}
}

// closer is what ends the thing that is no tag at the start of s; nil for a
// tag.
func closer(s []byte) []byte {
	switch {
	case bytes.HasPrefix(s, []byte("<![CDATA[")):
		return []byte("]]>")
	case bytes.HasPrefix(s, []byte("<!--")):
		return []byte("-->")
	case bytes.HasPrefix(s, []byte("<?")):
		return []byte("?>")
	case bytes.HasPrefix(s, []byte("<!")):
		return []byte(">")
	}
	return nil
}

// tagEnd is the length of the tag at the start of s, with ">" in attribute
// values passed over; -1 when it does not end. A "<", which XML allows nowhere
// in a tag, begins another one: the tag before it is broken, and ends there.
func tagEnd(s []byte) int {
	quote := byte(0)
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '<':
			return i
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i + 1
		}
	}
	return -1
}

// tagName is the name in a tag, with its prefix.
func tagName(tag []byte) []byte {
	name := bytes.TrimLeft(tag, "</")
	if end := bytes.IndexAny(name, " \t\r\n/>"); end >= 0 {
		name = name[:end]
	}
	return name
}
