package feed

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/tradewire/tradewire/internal/event"
)

//go:embed web
var web embed.FS // written by the compiler only

func parsePages() *template.Template {
	return template.Must(template.ParseFS(web, "web/*.html")) // ours, proved by every test that shows a page
}

// static serves the style sheet and the icon.
func static() http.Handler {
	files, err := fs.Sub(web, "web/static")
	if err != nil {
		panic(err) // the name is a constant above
	}
	serve := http.StripPrefix("/static/", http.FileServerFS(files))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=300")
		serve.ServeHTTP(w, r)
	})
}

// indexPage is what web/index.html shows.
type indexPage struct {
	Form    form
	Problem string
	Events  []eventView
	// Next and First are the addresses of the page that follows and of the
	// first page; "" when there is none, or this is it.
	Next, First                 string
	Atom, CSV, NDJSON, JSONPage string
}

// form is the filter form as it was sent.
type form struct {
	Families, Kinds, Statuses, Sectors     []option
	Country, Official, Since, Text, Sector string
	Filtered                               bool
}

type option struct {
	Value, Label string
	Selected     bool
}

// eventView is an event as a page shows it; all of it is plain text that the
// template escapes.
type eventView struct {
	ID, Kind, Family, Headline string
	Published, When            string
	Factuality, Rule           string
	Confidence                 int // percent
	Slots                      []slotView
	Sources                    []sourceView
	// Origins is how many of several sources are no copies of one another.
	Origins int
}

type slotView struct {
	Name, Text string
	// Links are set for countries, bodies and sectors, to filter by them.
	Links []linkView
}

type linkView struct{ Text, Href string }

type sourceView struct {
	Title, Publisher, Href, Page, When string
	Official                           bool
	// Original is our page of the article that this one is a copy of.
	Original string
	Passages []string
}

func (f *feed) index(w http.ResponseWriter, r *http.Request) {
	given := r.URL.Query()
	page := indexPage{
		Form:     f.form(given),
		Atom:     link("/feed.atom", given, "cursor", "", "limit", ""),
		CSV:      link("/export/events.csv", given, "cursor", "", "limit", ""),
		NDJSON:   link("/export/events.ndjson", given, "cursor", "", "limit", ""),
		JSONPage: link("/api/v1/events", given),
	}
	status := http.StatusOK
	events, next, err := f.page(r)
	if err != nil {
		var body failure
		status, body = f.explain(r, err)
		page.Problem = body.Error
	}
	for _, e := range events {
		page.Events = append(page.Events, f.view(e))
	}
	if next != "" {
		page.Next = link("/", given, "cursor", next)
	}
	if given.Get("cursor") != "" {
		page.First = link("/", given, "cursor", "")
	}
	f.show(w, r, status, "index.html", page)
}

// show writes a page, or, when that fails, an answer that says so.
func (f *feed) show(w http.ResponseWriter, r *http.Request, status int, name string, data any) {
	var body bytes.Buffer
	if err := f.pages.ExecuteTemplate(&body, name, data); err != nil {
		f.Log.Error("show page", "path", r.URL.Path, "error", err)
		plain(w, http.StatusInternalServerError, "the page cannot be shown")
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // the client is gone: nobody to tell
}

func (f *feed) form(given url.Values) form {
	return form{
		Families: options(f.filters.families, given.Get("family")),
		Kinds:    options(f.filters.kinds, given.Get("kind")),
		Statuses: options(f.filters.statuses, given.Get("status")),
		Sectors:  options(f.filters.sectors, given.Get("sector")),
		Country:  given.Get("country"),
		Official: given.Get("official"),
		Since:    given.Get("since"),
		Sector:   given.Get("sector"),
		Text:     given.Get("q"),
		Filtered: slices.ContainsFunc(selecting(), func(name string) bool { return given.Get(name) != "" }),
	}
}

func options(values []string, chosen string) []option {
	var out []option
	for _, v := range values {
		out = append(out, option{Value: v, Label: plainWords(v), Selected: v == chosen})
	}
	return out
}

func (f *feed) view(e event.Event) eventView {
	v := eventView{
		ID: e.ID, Kind: plainWords(e.Kind), Family: e.Family, Headline: headline(e),
		Published: e.Published, When: when(e.Published),
		Factuality: e.Factuality, Rule: e.Rule, Confidence: int(e.Confidence*100 + .5),
		Slots: f.slotViews(e),
	}
	for _, s := range e.Sources {
		view := sourceView{Title: s.Title, Publisher: s.Publisher, Href: webAddress(s.URL), Page: articlePath(s.Article),
			When: when(s.Published), Official: s.Official}
		if view.Title == "" {
			view.Title = "Untitled article"
		}
		if s.SameTextAs != "" {
			view.Original = articlePath(s.SameTextAs)
		}
		for _, p := range s.Evidence {
			view.Passages = append(view.Passages, p.Text)
		}
		v.Sources = append(v.Sources, view)
	}
	if len(e.Sources) > 1 {
		v.Origins = e.Origins()
	}
	return v
}

// slotViews lists the slots in the order of their kind, then those that the
// kind does not name.
func (f *feed) slotViews(e event.Event) []slotView {
	var names []string
	for _, k := range f.Kinds {
		if k.Name == e.Kind {
			for _, s := range k.Slots {
				names = append(names, s.Name)
			}
		}
	}
	var others []string
	for name := range e.Slots {
		if !slices.Contains(names, name) {
			others = append(others, name)
		}
	}
	slices.Sort(others)
	var out []slotView
	for _, name := range append(names, others...) {
		if v := e.Slots[name]; !v.Empty() {
			out = append(out, slotViewOf(name, v))
		}
	}
	return out
}

func slotViewOf(name string, v event.Value) slotView {
	view := slotView{Name: plainWords(name)}
	items := v.List
	if v.Text != "" {
		items = []string{v.Text}
	}
	linked := false
	for _, s := range items {
		item := linkView{Text: plainWords(s)}
		switch {
		case event.IsCode(s):
			item.Href = link("/", url.Values{}, "country", s)
		case name == "sectors":
			item.Href = link("/", url.Values{}, "sector", s)
		}
		linked = linked || item.Href != ""
		view.Links = append(view.Links, item)
	}
	if !linked {
		return slotView{Name: view.Name, Text: valueText(v)}
	}
	return view
}

// when writes a publication time for people; what is no time stays as it is.
func when(published string) string {
	if t, err := time.Parse(time.DateOnly, published); err == nil {
		return t.Format("2 Jan 2006")
	}
	if t, err := time.Parse(time.RFC3339, published); err == nil {
		return t.UTC().Format("2 Jan 2006, 15:04 UTC")
	}
	return published
}
