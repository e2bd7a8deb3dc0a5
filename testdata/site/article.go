package site

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// article is one text file: header lines "key: value", a blank line, then
// paragraphs parted by blank lines.
type article struct {
	Publisher, Slug string
	Title, Author   string
	Published       time.Time
	Paragraphs      []string
}

// Path is where the article stands on the site.
func (a article) Path() string {
	if a.Publisher == "ministry" {
		return "/ministry/notices/" + a.Slug
	}
	return "/" + a.Publisher + "/" + a.Slug
}

// Summary is the first paragraph, as feeds show it.
func (a article) Summary() string { return a.Paragraphs[0] }

// Day is the date as the ministry prints it.
func (a article) Day() string { return a.Published.Format("2 January 2006") }

// Stamp is the time as machines read it.
func (a article) Stamp() string { return a.Published.Format(time.RFC3339) }

// mustLoad reads articles/PUBLISHER/SLUG.txt, newest first.
func mustLoad(fsys fs.FS) []article {
	names, err := fs.Glob(fsys, "articles/*/*.txt")
	if err != nil {
		panic(fmt.Errorf("list articles: %w", err))
	}
	var list []article
	for _, name := range names {
		a, err := load(fsys, name)
		if err != nil {
			panic(fmt.Errorf("read article %s: %w", name, err))
		}
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b article) int { return b.Published.Compare(a.Published) })
	return list
}

func load(fsys fs.FS, name string) (article, error) {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return article{}, err
	}
	head, body, ok := strings.Cut(string(data), "\n\n")
	if !ok {
		return article{}, fmt.Errorf("no blank line after the header")
	}
	a := article{
		Publisher:  path.Base(path.Dir(name)),
		Slug:       strings.TrimSuffix(path.Base(name), ".txt"),
		Paragraphs: strings.Split(strings.TrimSpace(body), "\n\n"),
	}
	for line := range strings.Lines(head) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch key {
		case "title":
			a.Title = value
		case "author":
			a.Author = value
		case "published":
			if a.Published, err = time.Parse(time.RFC3339, value); err != nil {
				return article{}, err
			}
		default:
			return article{}, fmt.Errorf("unknown header %q", key)
		}
	}
	if a.Title == "" || a.Published.IsZero() {
		return article{}, fmt.Errorf("title and published are needed")
	}
	return a, nil
}
