package source

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

const ministry = `name: ministry
kind: listing
url: https://ministry.example/news/
every: 15m
publisher: Ministry of Trade
country: IN
official: true
language: en
max_items: 20
include: ["/news/"]
about: [trade]
keywords: [customs]
listing:
  item: ul.news > li
  title: a@title
  date: time@datetime
  next: a[rel="next"]
article:
  body: "#text"
  remove: [.share, nav]
`

const minimal = `name: wire
kind: rss
url: https://wire.example/feed
publisher: Wire
country: GB
language: en
`

func files(pairs ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		fsys["sources/"+pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return fsys
}

func TestLoad(t *testing.T) {
	sources, problems := Load(files("ministry.yaml", ministry, "wire.yaml", minimal, "keywords.yaml", "trade: [tariff, quota]\n"), "sources")
	if len(problems) > 0 || len(sources) != 2 {
		t.Fatalf("%d sources, %v", len(sources), problems)
	}
	m, w := sources[0], sources[1]
	if m.Kind != ListingPage || m.Every != 15*time.Minute || !m.Official || !m.Enabled || m.MaxItems != 20 || m.MaxPages != 3 ||
		strings.Join(m.Keywords, " ") != "customs tariff quota" || m.Listing.Next != `a[rel="next"]` || len(m.Article.Remove) != 2 {
		t.Errorf("ministry: %+v", m)
	}
	if w.Kind != Feed || w.Every != defaultEvery || w.Official || !w.Enabled || w.MaxItems != defaultItems || w.MaxPages != 1 {
		t.Errorf("wire: %+v", w)
	}
	if got, err := Find(sources, "wire"); err != nil || got.URL != w.URL {
		t.Errorf("Find: %+v, %v", got, err)
	}
	if _, err := Find(sources, "none"); err == nil || !strings.Contains(err.Error(), "ministry, wire") {
		t.Errorf("Find of an unknown name: %v", err)
	}
}

// TestLoadReportsEverything spoils two files in many ways and wants every
// fault at its place, in one go.
func TestLoadReportsEverything(t *testing.T) {
	bad := `name: other
kind: telegram
url: ftp://ministry.example/
every: 10s
publisher: ""
country: india
language: "?"
max_items: 0
max_pages: 101
include: ["(", ""]
about: [sports]
keywords: ["*"]
colour: red
listing:
  item: "li["
  title: "a[title@x"
  date_format: DD.MM.YYYY
json:
  url: a..b
article:
  body: "p >"
  remove: [nav, "::nope("]
`
	_, problems := Load(files("bad.yaml", bad, "wire.yaml", minimal, "twin.yaml", strings.Replace(minimal, "name: wire", "name: twin", 1),
		"keywords.yaml", "trade: [a*b]\n"), "sources")
	for _, want := range []string{
		`sources/bad.yaml:1:7: name: expected "bad"`,
		`sources/bad.yaml:2:7: kind: expected one of feed, sitemap`,
		`sources/bad.yaml:3:6: url: expected an http or https address`,
		`sources/bad.yaml:4:8: every: expected a time from 1m`,
		`sources/bad.yaml:5:12: publisher: expected`,
		`sources/bad.yaml:6:10: country: expected`,
		`sources/bad.yaml:7:11: language: expected`,
		`sources/bad.yaml:8:12: max_items: expected 1 to 10000, found 0`,
		`sources/bad.yaml:9:12: max_pages: expected`,
		`sources/bad.yaml:10:11: include: expected a regular expression`,
		`sources/bad.yaml:10:16: include: an empty pattern`,
		`sources/bad.yaml:11:9: about: no keyword list "sports"`,
		`sources/bad.yaml:12:12: expected a word or phrase`,
		`sources/bad.yaml:13:1: `,
		`sources/bad.yaml:15:9: listing.item: expected a CSS selector`,
		`sources/bad.yaml:16:10: listing.title: expected a CSS selector`,
		`sources/bad.yaml:17:16: date_format: expected`,
		`sources/bad.yaml:19:8: json.url: expected keys`,
		`sources/bad.yaml:21:9: article.body: expected a CSS selector`,
		`sources/bad.yaml:22:17: article.remove[1]: expected a CSS selector`,
		`sources/keywords.yaml:1:9: expected a word or phrase`,
		`sources/wire.yaml:3:6: url: sources/twin.yaml announces from the same address`,
	} {
		if !strings.Contains(problems.Error(), want) {
			t.Errorf("no problem %q", want)
		}
	}
	if t.Failed() {
		t.Logf("problems:\n%v", problems)
	}
}

func TestLoadKinds(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"listing without selector": {strings.Replace(minimal, "rss", "listing", 1), "listing.item: expected"},
		"api without path":         {strings.Replace(minimal, "rss", "json_api", 1), "json.url: expected"},
		"urls without urls":        {strings.Replace(minimal, "kind: rss\nurl: https://wire.example/feed", "kind: urls", 1), "urls: expected"},
		"urls beside a url":        {strings.Replace(minimal, "rss", "urls\nurls: [https://a.example/]", 1), "has urls instead"},
		"bad url among urls":       {strings.Replace(minimal, "kind: rss\nurl: https://wire.example/feed", "kind: urls\nurls: [https://a.example/, x]", 1), `found "x"`},
		"selectors of a feed":      {minimal + "listing: {item: li}\n", "listing: only for kind listing"},
		"paths of a feed":          {minimal + "json: {url: a}\n", "json: only for kind json_api"},
		"not YAML":                 {"name: [", "wire.yaml"},
		"empty":                    {"", "wire.yaml"},
		"a wrong type":             {strings.Replace(minimal, "GB", "[GB]", 1), "wire.yaml:5:10"},
	} {
		sources, problems := Load(files("wire.yaml", c.text), "sources")
		if len(sources) != 0 || !strings.Contains(problems.Error(), c.want) {
			t.Errorf("%s: %d sources, problems %v; want %q", name, len(sources), problems, c.want)
		}
	}
	if _, problems := Load(files("readme.txt", ""), "sources"); len(problems) != 1 {
		t.Errorf("no files: %v", problems)
	}
}
