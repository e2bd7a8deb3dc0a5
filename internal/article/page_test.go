package article

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tradewire/tradewire/internal/event"
)

func load(t *testing.T, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", "pages", name))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func fromPage(t *testing.T, p Page) event.Article {
	t.Helper()
	a, err := FromPage(p)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestMinistryPage(t *testing.T) {
	fetched := time.Date(2026, 5, 5, 0, 0, 0, 0, time.UTC)
	a := fromPage(t, Page{
		URL: "https://commerce.norland.example/notices/2026/copper-wire?fbclid=1", ContentType: "text/html; charset=utf-8",
		Body: load(t, "ministry.html"), Fetched: fetched, Source: "norland", Country: "NO", Official: true,
	})
	checks := []struct{ name, got, want string }{
		{"url", a.URL, "https://commerce.norland.example/notices/2026/copper-wire"},
		{"id", a.ID, event.ArticleID(a.URL)},
		{"version", a.Version, event.TextHash(a.Text)},
		{"title", a.Title, "Duty on copper wire to rise in June"},
		{"publisher", a.Publisher, "Ministry of Commerce of Norland"},
		{"published", a.Published, "2026-05-04T09:30:00+02:00"},
		{"author", a.Author, "Ingrid Solheim; Per Aas"},
		{"language", a.Language, "en"},
		{"source", a.Source, "norland"},
		{"country", a.Country, "NO"},
	}
	for _, c := range checks {
		if c.got != c.want {
			t.Errorf("%s = %q, want %q", c.name, c.got, c.want)
		}
	}
	if !a.Official || a.Fetched == nil || !a.Fetched.Equal(fetched) {
		t.Errorf("official %t, fetched %v", a.Official, a.Fetched)
	}
}

// TestParagraphs holds the text to one line a paragraph, without menus,
// invisible characters or calls to read on.
func TestParagraphs(t *testing.T) {
	a := fromPage(t, Page{URL: "https://commerce.norland.example/n/1", Body: load(t, "ministry.html")})
	for _, line := range []string{
		"“We have waited long enough,” Commerce Minister Ingrid Solheim told reporters in the capital.",
		"She added that firms holding a licence could ask for an exemption until the end of August.",
		"Wire of refined copper 12% 18%",
		"It will be reviewed after twelve months, the ministry's notice says.",
	} {
		if !strings.Contains("\n"+a.Text+"\n", "\n"+line+"\n") {
			t.Errorf("no line %q in:\n%s", line, a.Text)
		}
	}
	for _, junk := range []string{"Contact us", "Harbour Street", "Quota for dairy", "Read more", "\u00a0", "\u00ad", "\n\n"} {
		if strings.Contains(a.Text, junk) {
			t.Errorf("the text holds %q:\n%s", junk, a.Text)
		}
	}
	if strings.HasPrefix(a.Text, a.Title) {
		t.Errorf("the text repeats the title:\n%s", a.Text)
	}
}

// TestLinkedData reads JSON-LD in a comment, with a line break in a string,
// names behind @id, a headline cut for search engines and an h1 to log in.
func TestLinkedData(t *testing.T) {
	a := fromPage(t, Page{URL: "https://wire.example/2026/dairy", Body: load(t, "wire.html")})
	if a.Title != "Sudland opens talks on dairy quota with Norland after a year of dispute" {
		t.Errorf("title %q", a.Title)
	}
	if a.Author != "Mara Ito; Leo Brandt" || a.Publisher != "Harbour Wire" || a.Published != "2026-03-09T18:05:00Z" {
		t.Errorf("by %q of %q at %q", a.Author, a.Publisher, a.Published)
	}
	if !strings.HasPrefix(a.Text, "Sudland's trade minister") || strings.Contains(a.Text, "Markets") {
		t.Errorf("text:\n%s", a.Text)
	}
}

func TestSelectors(t *testing.T) {
	p := Page{URL: "https://commerce.norland.example/n/1", Body: load(t, "ministry.html"), Country: "GB"}
	p.Selectors = Selectors{
		Title: "aside h3", Body: "article p, article", Date: `meta[property="article:published_time"]`, Author: "p.byline",
		Remove: []string{"table", "ul"},
	}
	a := fromPage(t, p)
	if a.Title != "Other notices" || a.Author != "Ingrid Solheim; Per Aas" || a.Published != "2026-05-04T09:30:00+02:00" {
		t.Errorf("title %q, author %q, published %q", a.Title, a.Author, a.Published)
	}
	if strings.Contains(a.Text, "refined copper") || strings.Count(a.Text, "The Ministry of Commerce said") != 1 {
		t.Errorf("text:\n%s", a.Text)
	}
	p.Selectors = Selectors{Title: "h9", Body: "div.gone", Date: ":::", Author: "[", Remove: []string{"((("}}
	if b := fromPage(t, p); b.Title != "Duty on copper wire to rise in June" || !strings.Contains(b.Text, "waited long enough") {
		t.Errorf("selectors that match nothing must leave the work to the rules: %q\n%s", b.Title, b.Text)
	}
}

func TestDates(t *testing.T) {
	fetched := time.Date(2026, 5, 20, 12, 0, 0, 0, time.UTC)
	const text = "<p>The ministry said it would lift the duty on copper wire, and that firms could ask for an exemption.</p>"
	for _, c := range []struct{ name, url, head, body, selector, country, hint, want string }{
		{"article meta", "https://a.example/x", `<meta property="article:published_time" content="2026-05-04T09:30:00Z">`, "", "", "", "", "2026-05-04T09:30:00Z"},
		{"no zone is a day", "https://a.example/x", `<meta property="article:published_time" content="2026-05-04T09:30:00">`, "", "", "", "", "2026-05-04"},
		{"midnight is a day", "https://a.example/x", `<meta name="dcterms.issued" content="2026-05-04T00:00:00Z">`, "", "", "", "", "2026-05-04"},
		{"time element", "https://a.example/x", "", `<time itemprop="datePublished" datetime="2026-05-03">3 May</time>`, "", "", "", "2026-05-03"},
		{"address beats a later edit", "https://a.example/2026/05/02/x", `<meta property="article:published_time" content="2026-05-12T09:30:00Z">`, "", "", "", "", "2026-05-02"},
		{"future is no date", "https://a.example/x", `<meta property="article:published_time" content="2031-05-04T09:30:00Z">`, "", "", "", "2026-05-01", "2026-05-01"},
		{"hint of a feed", "https://a.example/x", "", "", "", "", "Mon, 04 May 2026 09:30:00 +0200", "2026-05-04T09:30:00+02:00"},
		{"visible date", "https://a.example/x", "", `<div class="date">Published: 6 May 2026</div>`, "", "", "", "2026-05-06"},
		{"selector, day first", "https://a.example/x", "", `<span id=d>04/05/2026</span>`, "#d", "GB", "", "2026-05-04"},
		{"selector, month first", "https://a.example/x", "", `<span id=d>04/05/2026</span>`, "#d", "US", "", "2026-04-05"},
		{"selector, in words", "https://a.example/x", "", `<span id=d>4 mai 2026</span>`, "#d", "", "", "2026-05-04"},
		{"selector, relative", "https://a.example/x", "", `<span id=d>2 days ago</span>`, "#d", "", "", "2026-05-18"},
		{"nothing said", "https://a.example/x", "", "", "", "", "", ""},
	} {
		p := Page{URL: c.url, Fetched: fetched, Country: c.country, Selectors: Selectors{Date: c.selector}}
		p.Body = []byte("<!doctype html><title>Copper</title>" + c.head + "<body>" + c.body + text + text)
		p.Hint.Published = c.hint
		if a := fromPage(t, p); a.Published != c.want {
			t.Errorf("%s: published %q, want %q", c.name, a.Published, c.want)
		}
	}
}

func TestTitles(t *testing.T) {
	for _, c := range []struct{ name, head, body, publisher, want string }{
		{"site cut by publisher", "<title>Copper up - The Harbour Wire</title>", "", "Harbour Wire", "Copper up"},
		{"site cut by host", "<title>Copper up | Harbourwire</title>", "", "", "Copper up"},
		{"section kept", "<title>Copper up - again</title>", "", "Harbour Wire", "Copper up - again"},
		{"og before title", `<meta property="og:title" content="Copper &amp;amp; tin up"><title>x</title>`, "", "", "Copper & tin up"},
		{"heading confirmed", "<title>Copper duty up, says minister | Wire</title>", "<h1>Menu</h1><h1>Copper duty up, says minister</h1>", "", "Copper duty up, says minister"},
		{"live blog", `<script type="application/ld+json">{"@type":"LiveBlogPosting","headline":"LIVE: latest post"}</script><meta property="og:title" content="Tariff day as it happened">`, "", "", "Tariff day as it happened"},
		{"hint as a last resort", "", "", "", "From the feed"},
	} {
		p := Page{URL: "https://www.harbourwire.example/x", Publisher: c.publisher}
		p.Hint.Title = "From the feed"
		p.Body = []byte("<!doctype html>" + c.head + "<body>" + c.body + "<p>" + strings.Repeat("The duty on copper wire rises in June. ", 5))
		if a := fromPage(t, p); a.Title != c.want {
			t.Errorf("%s: title %q, want %q", c.name, a.Title, c.want)
		}
	}
}

func TestAddress(t *testing.T) {
	for _, c := range []struct{ name, asked, canonical, want string }{
		{"tracking dropped", "https://a.example/x?utm_source=y#part", "", "https://a.example/x"},
		{"named by the page", "https://a.example/x?page=2", "https://www.a.example/x", "https://www.a.example/x"},
		{"relative", "https://a.example/n/x?v=amp", "../n/x", "https://a.example/n/x"},
		{"another site may not be claimed", "https://evil.example/x", "https://ministry.example/notice", "https://evil.example/x"},
		{"front page is no article", "https://a.example/x", "https://a.example/", "https://a.example/x"},
		{"a file takes what the page says", "", "https://a.example/x", "https://a.example/x"},
		{"a file with a relative name has none", "", "/x", ""},
		{"script is no address", "https://a.example/x", "javascript:alert(1)", "https://a.example/x"},
	} {
		body := `<!doctype html><link rel="canonical" href="` + c.canonical + `"><p>` + strings.Repeat("The duty on copper wire rises in June. ", 5)
		a := fromPage(t, Page{URL: c.asked, Body: []byte(body)})
		if a.URL != c.want {
			t.Errorf("%s: %q, want %q", c.name, a.URL, c.want)
		}
		if a.ID == "" || c.want != "" && a.ID != event.ArticleID(c.want) {
			t.Errorf("%s: id %q", c.name, a.ID)
		}
	}
}

func TestNoArticle(t *testing.T) {
	for _, c := range []struct {
		name, contentType string
		body              []byte
		class             string
	}{
		{"empty", "text/html", nil, ClassNoText},
		{"markup only", "text/html", []byte("<html><body><div></div><script>var a = 'long enough to be text if it were text';</script>"), ClassNoText},
		{"cookie notice", "text/html", []byte("<html><body><p>Please enable JavaScript.</p>"), ClassNoText},
		{"image", "image/png", []byte("\x89PNG\r\n\x1a\n"), ClassNotText},
		{"image called HTML", "text/html", append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), make([]byte, 300)...), ClassNotText},
		{"archive of unknown type", "", []byte("PK\x03\x04\x14\x00\x00\x00\x08\x00"), ClassNotText},
		{"random bytes", "text/html; charset=utf-8", noise(4000), ClassBadEncoding},
		{"PDF", "application/pdf", []byte("%PDF-1.7\n1 0 obj"), ClassPDF},
		{"PDF called HTML", "text/html", []byte("%PDF-1.7\n1 0 obj"), ClassPDF},
	} {
		_, err := FromPage(Page{URL: "https://a.example/x", ContentType: c.contentType, Body: c.body})
		var typed *Error
		if !errors.As(err, &typed) || typed.Class != c.class {
			t.Errorf("%s: %v, want class %s", c.name, err, c.class)
		}
	}
}

// noise is bytes above ASCII in no order that a character set would give.
func noise(n int) []byte {
	out := make([]byte, n)
	state := uint32(7)
	for i := range out {
		state = state*1664525 + 1013904223
		out[i] = byte(0x80 | state>>25)
	}
	return out
}

func TestPlainResponse(t *testing.T) {
	p := Page{URL: "https://a.example/notice.txt", ContentType: "text/plain; charset=iso-8859-1", Body: []byte("Zoll auf Draht\r\n\r\nDer Zoll auf Kupferdraht steigt im Juni f\xfcr alle L\xe4nder auf achtzehn Prozent, teilt das Ministerium mit.")}
	a := fromPage(t, p)
	if a.Title != "Zoll auf Draht" || a.Language != "de" || !strings.Contains(a.Text, "für alle Länder") || strings.Contains(a.Text, "\r") {
		t.Errorf("got %+v", a)
	}
}

// TestConcurrentUse reads the same pages from several goroutines; the race
// detector watches the libraries too.
func TestConcurrentUse(t *testing.T) {
	want := map[string]event.Article{}
	for _, name := range []string{"ministry.html", "wire.html"} {
		want[name] = fromPage(t, Page{URL: "https://a.example/" + name, Body: load(t, name)})
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for name, first := range want {
				body, err := os.ReadFile(filepath.Join("testdata", "pages", name))
				if err != nil {
					t.Error(err)
					return
				}
				again, err := FromPage(Page{URL: "https://a.example/" + name, Body: body})
				if err != nil || again != first {
					t.Errorf("%s: %v, %+v", name, err, again)
				}
			}
		})
	}
	group.Wait()
}

// TestFactsInsideTheBody: what the selectors read as date, title and byline is
// no text, though it stands inside the body.
func TestFactsInsideTheBody(t *testing.T) {
	text := strings.TrimSpace(sentence)
	body := `<div class="release"><h2 id="t">Copper duty to rise</h2><div id="when">Posted On: 4 MAY 2026 9:30AM by the desk</div><p class="by">By Ada Okafor</p><p>` +
		sentence + `</p><p>` + sentence + `</p></div><div id="when2">4 May 2026</div>`
	a, err := FromPage(Page{URL: "https://press.example/1", ContentType: "text/html", Body: []byte(page(body)),
		Selectors: Selectors{Title: "#t", Body: ".release", Date: "#when", Author: ".by"}})
	if err != nil {
		t.Fatal(err)
	}
	if a.Text != text+"\n"+text || a.Published != "2026-05-04" || a.Author != "Ada Okafor" || a.Title != "Copper duty to rise" {
		t.Errorf("%q by %q, %s:\n%s", a.Title, a.Author, a.Published, a.Text)
	}
}

// TestTheDayAboveTheText: a first paragraph that only repeats the day of
// publication goes, another day or a sentence stays.
func TestTheDayAboveTheText(t *testing.T) {
	text := strings.TrimSpace(sentence)
	for line, stays := range map[string]bool{
		"4 May 2026": false, "May 4, 2026": false, "Monday, May 04, 2026": false, "2026-05-04": false, "2026.05.04": false, "04/05/2026": false,
		"5 May 2026": true, "4 May 2026, Port City": true, "The day was Monday.": true, "": false,
	} {
		want := text + "\n" + text
		if stays {
			want = line + "\n" + want
		}
		if got := withoutDate(line+"\n"+text+"\n"+text, "2026-05-04T09:30:00Z"); got != want && (stays || line != "") {
			t.Errorf("%q: %q", line, got)
		}
		if got := withoutDate(line+"\n"+text, ""); got != line+"\n"+text {
			t.Errorf("no day is known: %q", got)
		}
	}
}
