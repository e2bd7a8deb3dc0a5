package site

import (
	"encoding/xml"
	"net/http"
	"strconv"
	"time"
)

// listing is the ministry's list of notices, in pages.
func (s server) listing(w http.ResponseWriter, r *http.Request) {
	page := 1
	if p := r.PathValue("page"); p != "" {
		var err error
		if page, err = strconv.Atoi(p); err != nil {
			http.NotFound(w, r)
			return
		}
	}
	all := s.of("ministry")
	from := (page - 1) * pageSize
	if page < 1 || from >= len(all) {
		http.NotFound(w, r)
		return
	}
	view := struct {
		Page     int
		Next     int // 0 on the last page
		Articles []article
	}{Page: page, Articles: all[from:min(from+pageSize, len(all))]}
	if from+pageSize < len(all) {
		view.Next = page + 1
	}
	s.render(w, r, "listing.tmpl", newest(all), view)
}

type rssFeed struct {
	XMLName xml.Name `xml:"rss"`
	Version string   `xml:"version,attr"`
	Channel struct {
		Title       string    `xml:"title"`
		Link        string    `xml:"link"`
		Description string    `xml:"description"`
		Language    string    `xml:"language"`
		Items       []rssItem `xml:"item"`
	} `xml:"channel"`
}

type rssItem struct {
	Title       string `xml:"title"`
	Link        string `xml:"link"`
	GUID        string `xml:"guid"`
	PubDate     string `xml:"pubDate"`
	Description string `xml:"description"`
}

// rss is the feed of Harbour Wire; its last item is the broken page.
func (s server) rss(w http.ResponseWriter, r *http.Request) {
	feed := rssFeed{Version: "2.0"}
	feed.Channel.Title = "Harbour Wire (sample)"
	feed.Channel.Link = base(r) + "/"
	feed.Channel.Description = "Sample newsroom of the tradewire project"
	feed.Channel.Language = "en"
	list := s.of("harbour")
	for _, a := range list {
		link := base(r) + a.Path()
		// A tracking parameter, as real feeds carry: scrapers should drop it.
		feed.Channel.Items = append(feed.Channel.Items, rssItem{
			Title: a.Title, Link: link + "?utm_source=rss", GUID: link,
			PubDate: a.Published.Format(time.RFC1123Z), Description: a.Summary(),
		})
	}
	link := base(r) + "/harbour/fish-auction"
	feed.Channel.Items = append(feed.Channel.Items, rssItem{
		Title: "Live from the fish auction", Link: link, GUID: link,
		PubDate: newest(list).Add(-time.Hour).Format(time.RFC1123Z),
	})
	sendXML(w, r, "application/rss+xml; charset=utf-8", newest(list), feed)
}

type urlSet struct {
	XMLName xml.Name `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	News    string   `xml:"xmlns:news,attr,omitempty"`
	URLs    []urlTag `xml:"url"`
}

type urlTag struct {
	Loc     string   `xml:"loc"`
	LastMod string   `xml:"lastmod,omitempty"`
	News    *newsTag `xml:"news:news"`
}

// newsTag follows Google's news sitemap extension.
type newsTag struct {
	Name     string `xml:"news:publication>news:name"`
	Language string `xml:"news:publication>news:language"`
	Date     string `xml:"news:publication_date"`
	Title    string `xml:"news:title"`
}

func (s server) sitemap(w http.ResponseWriter, r *http.Request) {
	set := urlSet{}
	for _, a := range s.articles {
		set.URLs = append(set.URLs, urlTag{Loc: base(r) + a.Path(), LastMod: a.Stamp()})
	}
	sendXML(w, r, "application/xml; charset=utf-8", newest(s.articles), set)
}

func (s server) newsSitemap(w http.ResponseWriter, r *http.Request) {
	list := s.of("meridian")
	set := urlSet{News: "http://www.google.com/schemas/sitemap-news/0.9"}
	for _, a := range list {
		set.URLs = append(set.URLs, urlTag{Loc: base(r) + a.Path(), News: &newsTag{
			Name: "The Meridian Post (sample)", Language: "en", Date: a.Stamp(), Title: a.Title,
		}})
	}
	sendXML(w, r, "application/xml; charset=utf-8", newest(list), set)
}

func sendXML(w http.ResponseWriter, r *http.Request, contentType string, modified time.Time, doc any) {
	body, err := xml.MarshalIndent(doc, "", "  ")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	send(w, r, contentType, modified, append([]byte(xml.Header), body...))
}
