package feed

import (
	"net/http"
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/event"
)

// articleView is what web/article.html shows.
type articleView struct {
	Problem                                 string
	Title, Author, Publisher, Country, When string
	Published, Href, Language, JSON         string
	Official                                bool
	Original                                string      // our page of the article it is a copy of
	Text                                    [][]segment // by paragraph
	Officials                               []event.Official
	Rates                                   []string
	Sectors                                 []linkView
	Events                                  []eventView
}

// segment is a piece of the text; Marked when an event rests on it.
type segment struct {
	Text   string
	Marked bool
}

func (f *feed) articlePage(w http.ResponseWriter, r *http.Request) {
	a, mentions, events, err := f.Store.Article(r.Context(), r.PathValue("id"))
	if err != nil {
		status, body := f.explain(r, err)
		f.show(w, r, status, "article.html", articleView{Title: "No article", Problem: body.Error})
		return
	}
	view := articleView{
		Title: a.Title, Author: a.Author, Publisher: a.Publisher, Country: a.Country, Official: a.Official,
		Published: a.Published, When: when(a.Published), Href: webAddress(a.URL), Language: a.Language,
		JSON:      "/api/v1" + articlePath(a.ID),
		Text:      paragraphs(marked(a.Text, passages(a.ID, events))),
		Officials: mentions.Officials,
	}
	if view.Title == "" {
		view.Title = "Untitled article"
	}
	if a.SameTextAs != "" {
		view.Original = articlePath(a.SameTextAs)
	}
	for _, rate := range mentions.Rates {
		if text := rateText(rate); !slices.Contains(view.Rates, text) {
			view.Rates = append(view.Rates, text)
		}
	}
	for _, s := range mentions.Sectors {
		view.Sectors = append(view.Sectors, linkView{Text: plainWords(s.Code), Href: link("/", nil, "sector", s.Code)})
	}
	for _, e := range events {
		view.Events = append(view.Events, f.view(e))
	}
	f.show(w, r, http.StatusOK, "article.html", view)
}

// passages are those of an article that events rest on.
func passages(article string, events []event.Event) []event.Evidence {
	var out []event.Evidence
	for _, e := range events {
		for _, s := range e.Sources {
			if s.Article == article {
				out = append(out, s.Evidence...)
			}
		}
	}
	return out
}

// marked parts a text at the passages, which count code points and may
// overlap. A passage that the text does not hold at its place, as after the
// publisher edited it, is not marked.
func marked(text string, at []event.Evidence) []segment {
	runes := []rune(text)
	at = slices.DeleteFunc(slices.Clone(at), func(p event.Evidence) bool {
		return p.Start < 0 || p.Start >= p.End || p.End > len(runes) || string(runes[p.Start:p.End]) != p.Text
	})
	slices.SortFunc(at, func(a, b event.Evidence) int { return a.Start - b.Start })
	var out []segment
	done := 0
	add := func(end int, mark bool) {
		if end > done {
			if n := len(out); n > 0 && out[n-1].Marked == mark {
				out[n-1].Text += string(runes[done:end])
			} else {
				out = append(out, segment{string(runes[done:end]), mark})
			}
			done = end
		}
	}
	for _, p := range at {
		add(p.Start, false)
		add(p.End, true)
	}
	add(len(runes), false)
	return out
}

// paragraphs parts segments where the text has line feeds.
func paragraphs(segments []segment) [][]segment {
	var out [][]segment
	var current []segment
	for _, s := range segments {
		for i, line := range strings.Split(s.Text, "\n") {
			if i > 0 && len(current) > 0 {
				out, current = append(out, current), nil
			}
			if line != "" {
				current = append(current, segment{line, s.Marked})
			}
		}
	}
	if len(current) > 0 {
		out = append(out, current)
	}
	return out
}
