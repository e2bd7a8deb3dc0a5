package article

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/tradewire/tradewire/internal/event"
)

// hostileLimit is six times what the slowest page takes on a quiet core: far
// enough from it for a busy machine, near enough to notice a rule whose cost
// grows with the square of the page.
const hostileLimit = 3 * time.Second

const sentence = "The ministry said on Monday that it would lift the duty on imported copper wire to 18 percent from next month. "

// page puts a body into a page with a title.
func page(body string) string {
	return "<!doctype html><html lang=en><head><title>Copper duty to rise</title></head><body>" + body + "</body></html>"
}

// hostilePages are pages that cost a careless reader minutes, its memory or
// its stack. Each holds one article's sentence.
func hostilePages() map[string]string {
	deep := func(tag string, levels int) string {
		return page(strings.Repeat("<"+tag+">", levels) + "<p>" + sentence + sentence + "</p>" + strings.Repeat("</"+tag+">", levels))
	}
	text := "<p>" + sentence + sentence + "</p>"
	return map[string]string{
		"nested 600 deep":            deep("div", 600),
		"nested 100,000 deep":        deep("div", 100_000),
		"nested b":                   deep("b", 100_000),
		"nested tables":              deep("table><tr><td", 30_000),
		"nested lists":               deep("ul><li", 50_000),
		"nested quotes":              deep("blockquote", 400),
		"unclosed font":              page(strings.Repeat("<p><font size=1>x", 7_000) + text),
		"unclosed a":                 page(strings.Repeat("<a href=x><b>y", 7_000) + text),
		"misnested":                  page(strings.Repeat("<b><i></b></i>", 7_000) + text),
		"misnested tables":           page(strings.Repeat("<table><b><tr><i>", 200) + text),
		"350,000 nodes":              page(strings.Repeat("<i>a</i> ", 350_000) + text),
		"350,000 paragraphs":         page(strings.Repeat("<p>a", 350_000) + text),
		"14,000 sibling paragraphs":  page(strings.Repeat("<p>"+sentence+"</p>", 14_000)),
		"14,000 sibling divs":        page(strings.Repeat("<div>"+sentence+"</div>", 14_000)),
		"14,000 different lines":     page(numbered("<p>Line %d of the tariff table was left as it is.</p>", 14_000)),
		"14,000 links":               page(numbered("<a href=/n/%d>News of the day</a> ", 14_000) + text),
		"14,000 line breaks":         page(text + strings.Repeat(sentence+"<br>", 14_000)),
		"14,000 list items":          page("<ul>" + strings.Repeat("<li>"+sentence, 14_000) + "</ul>" + text),
		"large table":                page(text + "<table>" + strings.Repeat("<tr><td>a<td>b<td>c", 7_000) + "</table>"),
		"attribute of 5 MB":          page(`<p class="` + strings.Repeat("a b ", 1_250_000) + `">` + sentence + sentence + "</p>"),
		"attribute of 5 MB in head":  `<html lang="` + strings.Repeat("en ", 1_600_000) + `"><body>` + text,
		"100,000 attributes":         page("<p " + numbered("a%d=1 ", 100_000) + ">" + sentence + sentence + "</p>"),
		"many small attributes":      page(strings.Repeat("<p class=article id=x data-a=1 style='display:block'>"+sentence+"</p>", 9_000)),
		"text of 5 MB":               page("<p>" + strings.Repeat(sentence, 45_000) + "</p>"),
		"text of 5 MB, no space":     page(text + "<p>" + strings.Repeat("x", 5_000_000) + "</p>"),
		"text of 5 MB, digits":       page(text + "<p>" + strings.Repeat("2024-01-", 600_000) + "</p>"),
		"text of 2 MB, only letters": page(text + "<p>" + strings.Repeat("税", 600_000) + "</p>"),
		"text of 900 kB":             page("<p>" + strings.Repeat(sentence, 8_000) + "</p>"),
		"digits of 900 kB":           page(text + "<p>" + strings.Repeat("2024-01-", 110_000) + "</p>"),
		"dates of 900 kB":            page(text + numbered("<p>%d May 2024", 25_000)),
		"letters of 900 kB":          page(text + "<p>" + strings.Repeat("x", 900_000) + "</p>"),
		"breaks of 900 kB":           page("<div>" + strings.Repeat(sentence+"<br>", 7_000) + "</div>"),
		"Chinese of 5 MB in GBK":     "<html><meta charset=gbk>" + page(text+strings.Repeat("\xb9\xd8\xcb\xb0", 1_200_000)),
		"title of 5 MB":              "<title>" + strings.Repeat("Copper | ", 550_000) + "</title><body>" + text,
		"heading of 5 MB":            page("<h1>" + strings.Repeat("Copper - ", 550_000) + "</h1>" + text),
		"10,000 headings":            page(strings.Repeat("<h1>Copper duty to rise</h1>", 10_000) + text),
		"10,000 metas":               page(numbered("<meta name=date%[1]d content=2024-01-%[1]d>", 10_000) + text),
		"10,000 times":               page(strings.Repeat("<time datetime=2024-99-99>May 99</time>", 10_000) + text),
		"JSON-LD of 4 MB":            page(`<script type="application/ld+json">{"@type":"NewsArticle","x":[` + strings.Repeat(`{"a":1},`, 450_000) + `1]}</script>` + text),
		"JSON-LD nested":             page(`<script type="application/ld+json">` + strings.Repeat("[", 1_000_000) + `</script>` + text),
		"unclosed script":            page(text + "<script>" + strings.Repeat("var a = '<p>';", 300_000)),
		"unclosed comment":           page(text + "<!--" + strings.Repeat("-->x<!-- ", 300_000)),
		"only angle brackets":        page(text + strings.Repeat("<", 1_000_000)),
		"entities":                   page(text + strings.Repeat("&amp;&#x4e2d;&bogus", 250_000)),
		"whitespace of 5 MB":         page(text + strings.Repeat(" \n", 2_500_000)),
		"noscript images":            page(strings.Repeat("<img src=a><noscript><img src=b></noscript>", 6_000) + text),
		"nested noscript":            page(strings.Repeat("<noscript><div>", 200) + text),
		"foreign elements":           page(strings.Repeat("<svg><math>", 10_000) + text),
		"templates":                  page(strings.Repeat("<template>", 10_000) + text),
	}
}

func TestHostilePages(t *testing.T) {
	if raced {
		t.Skip("times say nothing under the race detector")
	}
	for name, body := range hostilePages() {
		t.Run(name, func(t *testing.T) {
			var a event.Article
			var err error
			took := time.Hour
			for try := 0; try < 3 && took > hostileLimit; try++ { // a busy machine must not fail it
				begin := time.Now()
				a, err = FromPage(Page{URL: "https://example.org/news/copper", ContentType: "text/html", Body: []byte(body)})
				took = min(took, time.Since(begin))
			}
			t.Logf("%8.0f ms  %9d bytes", took.Seconds()*1000, len(body))
			if err != nil || !strings.Contains(a.Text, "duty on imported copper wire") && !strings.Contains(a.Text, "tariff table") {
				t.Errorf("the article's sentence is lost: %v, %.200q", err, a.Text)
			}
			if !utf8.ValidString(a.Text) || took > hostileLimit {
				t.Errorf("took %v, valid UTF-8 %t", took, utf8.ValidString(a.Text))
			}
		})
	}
}

func numbered(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// TestSkimmedPage holds the fallback to more than text: title, date and
// address come out, menus and footers do not.
func TestSkimmedPage(t *testing.T) {
	body := `<html lang="en"><head><title>Copper duty to rise | Wire</title><link rel=canonical href="/copper">` +
		`<meta property="article:published_time" content="2026-05-04T09:30:00Z"></head><body>` +
		`<nav>` + strings.Repeat(`<a href="/x">All the news of the markets in one place</a> `, 20) + `</nav><h1>Copper duty to rise</h1>` +
		strings.Repeat("<div>", 700) + "<p>" + sentence + "</p><p>" + sentence + "It adds <a href=x>a rule</a>.</p><p>Firms agreed.</p>" +
		`<p><a href="/y">Ten more stories that you may want to read about the markets today</a></p>` + strings.Repeat("</div>", 700) +
		`<footer><p>Wire is a service of the Harbour Company, which holds all the rights in it.</p></footer></body></html>`
	a, err := FromPage(Page{URL: "https://wire.example/copper?x=1", Publisher: "Wire", Body: []byte(body)})
	if err != nil {
		t.Fatal(err)
	}
	if a.Title != "Copper duty to rise" || a.Published != "2026-05-04T09:30:00Z" || a.URL != "https://wire.example/copper" || a.Language != "en" {
		t.Errorf("got %q at %q, %q, %q", a.Title, a.Published, a.URL, a.Language)
	}
	want := strings.TrimSpace(sentence) + "\n" + sentence + "It adds a rule."
	if got := strings.TrimSuffix(a.Text, "\nFirms agreed."); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
