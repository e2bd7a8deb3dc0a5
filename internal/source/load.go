package source

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/tradewire/tradewire/internal/strictyaml"
)

// The defaults of what a source file may leave out.
const (
	defaultEvery        = 30 * time.Minute
	defaultItems        = 100
	defaultListingPages = 3  // when listing.next or json.next is given
	defaultIndexPages   = 20 // sitemaps
)

// keywordsFile holds named keyword lists, which sources take by "about".
const keywordsFile = "keywords.yaml"

// document is a source file as written.
type document struct {
	Name      string           `yaml:"name"`
	Kind      string           `yaml:"kind"`
	URL       string           `yaml:"url"`
	URLs      []string         `yaml:"urls"`
	Every     time.Duration    `yaml:"every"`
	Publisher string           `yaml:"publisher"`
	Country   string           `yaml:"country"`
	Official  bool             `yaml:"official"`
	Language  string           `yaml:"language"`
	Enabled   *bool            `yaml:"enabled"`
	MaxItems  *int             `yaml:"max_items"`
	MaxPages  *int             `yaml:"max_pages"`
	Budget    Budget           `yaml:"budget"`
	Include   []string         `yaml:"include"`
	Exclude   []string         `yaml:"exclude"`
	Follow    []string         `yaml:"follow"`
	About     []string         `yaml:"about"`
	Keywords  []string         `yaml:"keywords"`
	Listing   ListingSelectors `yaml:"listing"`
	Article   ArticleSelectors `yaml:"article"`
	JSON      JSONFields       `yaml:"json"`
}

// Load reads every .yaml file of dir, in order of name, and returns the
// sources together with all problems of all files. The file keywords.yaml
// holds keyword lists by name ("trade: [tariff, quota]"), which a source
// takes with "about: [trade]". A source with a problem is left out.
func Load(fsys fs.FS, dir string) ([]Source, strictyaml.Problems) {
	names, err := fs.Glob(fsys, path.Join(dir, "*.yaml"))
	if err == nil && len(names) == 0 {
		err = errors.New("no source files (*.yaml) there")
	}
	if err != nil {
		return nil, strictyaml.Problems{{File: dir, Message: err.Error()}}
	}
	l := loader{fsys: fsys, urls: map[string]string{}}
	l.keywords = l.loadKeywords(path.Join(dir, keywordsFile), names)
	for _, name := range names {
		if path.Base(name) != keywordsFile {
			l.load(name)
		}
	}
	return l.sources, l.problems.Sorted()
}

type loader struct {
	fsys     fs.FS
	keywords map[string][]string
	urls     map[string]string // announcement → file
	sources  []Source
	problems strictyaml.Problems
}

func (l *loader) read(file string) ([]byte, bool) {
	data, err := fs.ReadFile(l.fsys, file)
	if err != nil {
		l.problems = append(l.problems, strictyaml.Problem{File: file, Message: err.Error()})
	}
	return data, err == nil
}

func (l *loader) loadKeywords(file string, names []string) map[string][]string {
	if !slices.Contains(names, file) {
		return nil
	}
	lists := map[string][]string{}
	data, ok := l.read(file)
	if !ok {
		return nil
	}
	problems := strictyaml.Decode(file, data, &lists)
	for _, name := range slices.Sorted(maps.Keys(lists)) {
		c := checker{file: file, data: data}
		c.words("$."+name, lists[name])
		problems = append(problems, c.problems...)
	}
	l.problems = append(l.problems, problems...)
	return lists
}

func (l *loader) load(file string) {
	data, ok := l.read(file)
	if !ok {
		return
	}
	var doc document
	problems := strictyaml.Decode(file, data, &doc)
	c := checker{file: file, data: data}
	c.document(doc, l)
	problems = append(problems, c.problems...)
	l.problems = append(l.problems, withoutEchoes(problems)...)
	if len(problems) == 0 {
		l.sources = append(l.sources, doc.source(l.keywords))
	}
}

// withoutEchoes drops what a check says of a place where reading already
// failed: the second message would only follow from the first.
func withoutEchoes(problems strictyaml.Problems) strictyaml.Problems {
	type place struct{ line, column int }
	seen := map[place]bool{}
	return slices.DeleteFunc(problems, func(p strictyaml.Problem) bool {
		at := place{p.Line, p.Column}
		echo := seen[at] && p.Line > 1
		seen[at] = true
		return echo
	})
}

func (d document) source(keywords map[string][]string) Source {
	s := Source{
		Name: d.Name, Kind: kindOf(d.Kind), URL: d.URL, URLs: d.URLs, Every: d.Every,
		Publisher: d.Publisher, Country: d.Country, Official: d.Official, Language: d.Language,
		Enabled: d.Enabled == nil || *d.Enabled, MaxItems: defaultItems, MaxPages: d.pages(), Budget: d.Budget,
		Include: d.Include, Exclude: d.Exclude, Follow: d.Follow, Keywords: slices.Clone(d.Keywords),
		Listing: d.Listing, Article: d.Article, JSON: d.JSON,
	}
	if s.Every == 0 {
		s.Every = defaultEvery
	}
	if d.MaxItems != nil {
		s.MaxItems = *d.MaxItems
	}
	for _, name := range d.About {
		s.Keywords = append(s.Keywords, keywords[name]...)
	}
	return s
}

func (d document) pages() int {
	switch kind := kindOf(d.Kind); {
	case d.MaxPages != nil:
		return *d.MaxPages
	case kind == Sitemap || kind == NewsSitemap:
		return defaultIndexPages
	case d.Listing.Next != "" || d.JSON.Next != "":
		return defaultListingPages
	}
	return 1
}

// kindOf folds the names of one kind into one; "" for an unknown kind.
func kindOf(name string) string {
	switch name {
	case Feed, "rss", "atom", "rdf", "json_feed":
		return Feed
	case Sitemap, "sitemap_index":
		return Sitemap
	case NewsSitemap, ListingPage, JSONAPI, URLs:
		return name
	}
	return ""
}

func kindNames() string {
	return strings.Join([]string{Feed, Sitemap, NewsSitemap, ListingPage, JSONAPI, URLs}, ", ")
}

// Find returns the source of a name, or an error that lists the names there
// are.
func Find(sources []Source, name string) (Source, error) {
	names := make([]string, len(sources))
	for i, s := range sources {
		if s.Name == name {
			return s, nil
		}
		names[i] = s.Name
	}
	return Source{}, fmt.Errorf("no source %q: there are %s", name, strings.Join(names, ", "))
}
