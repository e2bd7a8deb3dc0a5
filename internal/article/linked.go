package article

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// linked is what the JSON-LD (schema.org) of a page says of its article.
type linked struct {
	headline, published, publisher, language, body string
	authors                                        []string
	// live is true for a live blog, whose headline changes with every post.
	live bool
}

// maxObjects bounds the objects of JSON-LD that are looked at.
const maxObjects = 20_000

// readLinked chooses the object that describes the page's article: an
// article type before a page type, and the outermost of its kind. Scripts
// that are no JSON are skipped.
func readLinked(scripts []string) linked {
	var objects []map[string]any
	for _, script := range scripts {
		if value, ok := readLenient(script); ok {
			objects = outermostFirst(objects, value)
		}
	}
	named := map[string]map[string]any{}
	for _, o := range objects {
		if id, _ := o["@id"].(string); id != "" && len(o) > 1 && named[id] == nil {
			named[id] = o
		}
	}
	var best map[string]any
	bestRank := 0
	for _, o := range objects {
		if rank := articleRank(o); rank > bestRank {
			best, bestRank = o, rank
		}
	}
	if best == nil {
		return linked{}
	}
	l := linked{
		headline:  textField(best, "headline"),
		published: firstOf(textField(best, "datePublished"), textField(best, "dateCreated")),
		publisher: firstOf(namesOf(best["publisher"], named)...),
		language:  textField(best, "inLanguage"),
		body:      textField(best, "articleBody"),
		authors:   namesOf(firstValue(best["author"], best["creator"]), named),
		live:      hasType(best, "LiveBlogPosting"),
	}
	if l.headline == "" && bestRank >= 3 {
		l.headline = textField(best, "name")
	}
	return l
}

// readLenient reads JSON as pages write it: inside comment or CDATA marks,
// with raw line breaks in strings.
func readLenient(script string) (any, bool) {
	script = strings.TrimSpace(script)
	for _, mark := range [...]string{"<!--", "//<![CDATA[", "/*<![CDATA[*/", "<![CDATA["} {
		script = strings.TrimSpace(strings.TrimPrefix(script, mark))
	}
	for _, mark := range [...]string{"-->", "//]]>", "/*]]>*/", "]]>", ";"} {
		script = strings.TrimSpace(strings.TrimSuffix(script, mark))
	}
	script = strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, script)
	var value any
	// encoding/json refuses nesting over 10,000 levels, which bounds us too.
	return value, json.Unmarshal([]byte(script), &value) == nil
}

// outermostFirst appends the objects in value, level by level.
func outermostFirst(objects []map[string]any, value any) []map[string]any {
	queue := []any{value}
	for len(queue) > 0 && len(objects) < maxObjects {
		next := queue[0]
		queue = queue[1:]
		switch v := next.(type) {
		case map[string]any:
			objects = append(objects, v)
			for _, key := range slices.Sorted(maps.Keys(v)) {
				queue = append(queue, v[key])
			}
		case []any:
			queue = append(queue, v...)
		}
	}
	return objects
}

// articleRank orders types: 0 says nothing of an article.
func articleRank(o map[string]any) int {
	switch {
	case hasType(o, "LiveBlogPosting"):
		return 5
	case hasType(o, "Article"), hasType(o, "Report"), hasType(o, "PressRelease"):
		return 4
	case hasType(o, "BlogPosting"), hasType(o, "SocialMediaPosting"), hasType(o, "SpecialAnnouncement"), hasType(o, "GovernmentNotice"):
		return 3
	case hasType(o, "WebPage") && o["datePublished"] != nil:
		return 1
	}
	return 0
}

// hasType reports whether a @type is want or, for "Article", ends in it
// (NewsArticle, ReportageNewsArticle …).
func hasType(o map[string]any, want string) bool {
	for _, t := range textsOf(o["@type"]) {
		t = t[strings.LastIndexAny(t, "/:#")+1:]
		if t == want || want == "Article" && strings.HasSuffix(t, "Article") {
			return true
		}
	}
	return false
}

func textField(o map[string]any, key string) string {
	return firstOf(textsOf(o[key])...)
}

// textsOf returns the strings in a value: alone, in a list, or as @value.
func textsOf(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, item := range v {
			if s, ok := item.(string); ok {
				out = append(out, s)
			}
		}
		return out
	case map[string]any:
		return textsOf(v["@value"])
	}
	return nil
}

// namesOf returns the names of people or organisations, following @id.
func namesOf(v any, named map[string]map[string]any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, item := range v {
			if _, list := item.([]any); !list { // one level, whatever the page nests
				out = append(out, namesOf(item, named)...)
			}
		}
		return out
	case map[string]any:
		if names := textsOf(v["name"]); len(names) > 0 {
			return names
		}
		id, _ := v["@id"].(string)
		return textsOf(named[id]["name"])
	}
	return nil
}

// firstValue returns the first value that is there.
func firstValue(values ...any) any {
	for _, v := range values {
		if v != nil {
			return v
		}
	}
	return nil
}
