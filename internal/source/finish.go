package source

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/weburl"
)

// raw is what a document holds before addresses are resolved and filtered.
type raw struct {
	items      []Item
	more       []string
	index      bool // more are the children of an index, not next pages
	unsorted   bool // the document's order means nothing
	mismatches []string
	problems   []string
}

// finish resolves, filters, orders and caps what was found.
func (s Source) finish(base string, found raw) (Listing, error) {
	f, err := newFilter(s)
	if err != nil {
		return Listing{}, err
	}
	out := Listing{Found: len(found.items), Mismatches: found.mismatches, Problems: found.problems}
	self, _ := weburl.Canonical(base)
	seen := map[string]bool{self: true}
	bad, undated := 0, 0
	for _, item := range found.items {
		item.URL, err = weburl.Resolve(base, item.URL)
		switch {
		case err != nil:
			bad++
		case seen[item.URL]:
		case !f.takes(item):
			out.Skipped++
		default:
			seen[item.URL] = true
			if item.Published == "" {
				undated++
			}
			out.Items = append(out.Items, item)
		}
	}
	out.remark(s, found, bad, undated)
	if found.unsorted {
		slices.SortStableFunc(out.Items, func(a, b Item) int { return strings.Compare(b.Published, a.Published) })
	}
	out.Items = out.Items[:min(len(out.Items), cmp.Or(s.MaxItems, defaultItems))]
	out.More = s.more(base, found, f)
	return out, nil
}

func (l *Listing) remark(s Source, found raw, bad, undated int) {
	if l.Found == 0 && len(found.more) == 0 {
		l.Problems = append(l.Problems, "nothing is announced")
	}
	if bad > 0 {
		l.Problems = append(l.Problems, fmt.Sprintf("%d of %d entries have no usable link", bad, l.Found))
	}
	if undated > 0 && s.Kind != URLs {
		l.Problems = append(l.Problems, fmt.Sprintf("%d of %d items have no date that can be read", undated, len(l.Items)))
	}
}

// more resolves further documents, as many as MaxPages leaves room for.
func (s Source) more(base string, found raw, f *filter) []string {
	room := s.MaxPages - 1
	self, _ := weburl.Canonical(base)
	var list []string
	for _, ref := range found.more {
		if len(list) >= room {
			break
		}
		// Paging may hang on a parameter that canonical addresses drop.
		address, err := weburl.Follow(base, ref)
		if err != nil || address == self || slices.Contains(list, address) {
			continue
		}
		if found.index && !f.follows(address) {
			continue
		}
		list = append(list, address)
	}
	return list
}

// filter is the compiled form of a source's patterns.
type filter struct {
	include, exclude, follow []*regexp.Regexp
	words                    *regexp.Regexp
}

func newFilter(s Source) (*filter, error) {
	f := &filter{}
	for _, part := range []struct {
		from []string
		into *[]*regexp.Regexp
	}{{s.Include, &f.include}, {s.Exclude, &f.exclude}, {s.Follow, &f.follow}} {
		for _, pattern := range part.from {
			re, err := regexp.Compile(pattern)
			if err != nil {
				return nil, fmt.Errorf("compile pattern: %w", err)
			}
			*part.into = append(*part.into, re)
		}
	}
	if len(s.Keywords) == 0 {
		return f, nil
	}
	var err error
	f.words, err = regexp.Compile(keywordPattern(s.Keywords))
	if err != nil {
		return nil, fmt.Errorf("compile keywords: %w", err)
	}
	return f, nil
}

// keywordPattern matches any of the words, whole, in any case, singular or
// plural; a blank stands for what parts words in titles and in addresses.
func keywordPattern(words []string) string {
	parts := make([]string, len(words))
	for i, word := range words {
		word, open := strings.CutSuffix(strings.TrimSpace(word), "*")
		fields := strings.Fields(word)
		for j := range fields {
			fields[j] = regexp.QuoteMeta(fields[j])
		}
		parts[i] = strings.Join(fields, `[\s\-_+/]+`)
		if open {
			parts[i] += `\pL*`
		} else {
			parts[i] += `(?:s|es)?`
		}
	}
	return `(?i)(?:^|[^\pL\pN])(?:` + strings.Join(parts, "|") + `)(?:$|[^\pL\pN])`
}

func (f *filter) takes(item Item) bool {
	if !chosen(f.include, item.URL) || matches(f.exclude, item.URL) {
		return false
	}
	return f.words == nil || f.words.MatchString(item.Title) || f.words.MatchString(item.Summary) ||
		f.words.MatchString(item.URL)
}

func (f *filter) follows(address string) bool { return chosen(f.follow, address) }

// chosen is true as well when there is nothing to choose by.
func chosen(patterns []*regexp.Regexp, s string) bool {
	return len(patterns) == 0 || matches(patterns, s)
}

func matches(patterns []*regexp.Regexp, s string) bool {
	return slices.ContainsFunc(patterns, func(re *regexp.Regexp) bool { return re.MatchString(s) })
}
