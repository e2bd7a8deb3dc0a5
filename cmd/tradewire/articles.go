package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/tradewire/tradewire/internal/article"
	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/fetch"
)

const (
	// maxPage is the most bytes of a page or a text, decompressed.
	maxPage = 32 << 20
	// sniffed is how many bytes tell JSON from HTML from text.
	sniffed = 512
)

// articleReader reads articles from files, addresses and stdin.
type articleReader struct {
	*app
	config   string
	loopback bool
	client   *fetch.Client
}

// each gets every article, or the error of one that cannot be read, with the
// name to show for it.
type each func(name string, a event.Article, err error) error

// read hands all articles of one input to fn. Its error is that of the input
// as a whole, or fn's.
func (r *articleReader) read(ctx context.Context, input string, fn each) error {
	if strings.HasPrefix(input, "http://") || strings.HasPrefix(input, "https://") {
		return r.fetch(ctx, input, fn)
	}
	in := r.stdin
	if input != "-" {
		f, err := os.Open(input)
		if err != nil {
			return errors.Unwrap(err) // without the name, which is shown already
		}
		defer f.Close()
		in = f
	}
	return readStream(input, in, fn)
}

// readStream tells the kind of a stream by its first bytes, and by the ending
// of its name when they say nothing.
func readStream(name string, in io.Reader, fn each) error {
	buffered := bufio.NewReaderSize(in, 64<<10)
	plainName := strings.ToLower(name)
	if magic, _ := buffered.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unzipped, err := gzip.NewReader(buffered)
		if err != nil {
			return fmt.Errorf("decompress: %w", err)
		}
		buffered = bufio.NewReaderSize(unzipped, 64<<10)
		plainName = strings.TrimSuffix(plainName, ".gz")
	}
	head, _ := buffered.Peek(sniffed)
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	extension := filepath.Ext(plainName)
	if extension == ".jsonl" || extension == ".ndjson" || extension == ".json" || bytes.HasPrefix(head, []byte("{")) {
		return readJSON(name, buffered, fn)
	}
	body, err := io.ReadAll(io.LimitReader(buffered, maxPage+1))
	switch {
	case err != nil:
		return fmt.Errorf("read: %w", err)
	case len(body) > maxPage:
		return fmt.Errorf("more than %d bytes", maxPage)
	}
	var a event.Article
	if bytes.HasPrefix(head, []byte("%PDF-")) {
		a, err = article.FromPage(article.Page{ContentType: "application/pdf", Body: body})
		a.Input = name
	} else if extension == ".html" || extension == ".htm" || extension == ".xhtml" || bytes.HasPrefix(head, []byte("<")) {
		a, err = article.FromPage(article.Page{ContentType: "text/html", Body: body})
		a.Input = name
	} else {
		a, err = article.FromText(name, body)
	}
	return fn(name, a, err)
}

// readJSON reads articles: JSON objects one after another, on a line each or
// not, or one list of them. A line that is no JSON costs that line alone.
func readJSON(name string, in *bufio.Reader, fn each) error {
	for number := 1; ; number++ {
		line, err := in.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return fmt.Errorf("read: %w", err)
		}
		if number == 1 && !json.Valid(bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))) && len(bytes.TrimSpace(line)) < sniffed {
			rest, readErr := io.ReadAll(io.LimitReader(in, maxPage))
			if readErr != nil {
				return fmt.Errorf("read: %w", readErr)
			}
			if whole := append(line, rest...); json.Valid(whole) {
				return readWhole(name, whole, fn)
			}
			in = bufio.NewReader(bytes.NewReader(rest))
		}
		if len(bytes.TrimSpace(line)) > 0 {
			if err := fromLine(name, number, line, fn); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
	}
}

func fromLine(name string, number int, line []byte, fn each) error {
	if bytes.HasPrefix(bytes.TrimSpace(line), []byte("[")) {
		return readWhole(name, line, fn)
	}
	a, err := article.FromJSON(name, line)
	return fn(fmt.Sprintf("%s:%d", name, number), a, err)
}

// readWhole reads one article over several lines, or a list of articles.
func readWhole(name string, data []byte, fn each) error {
	var list []json.RawMessage
	if json.Unmarshal(data, &list) != nil {
		list = []json.RawMessage{data}
	}
	for i, item := range list {
		a, err := article.FromJSON(name, item)
		if err := fn(fmt.Sprintf("%s#%d", name, i+1), a, err); err != nil {
			return err
		}
	}
	return nil
}

// fetch reads one page that the user named. Its robots.txt is not asked: that
// is for robots, and this is one request of a person.
func (r *articleReader) fetch(ctx context.Context, url string, fn each) error {
	if err := r.open(); err != nil {
		return err
	}
	resp, err := r.client.Get(ctx, fetch.Request{URL: url})
	if err != nil {
		return err
	}
	a, err := article.FromPage(article.Page{URL: resp.URL, ContentType: resp.ContentType, Body: resp.Body, Fetched: resp.Fetched})
	a.Input = url
	return fn(url, a, err)
}

func (r *articleReader) open() (err error) {
	if r.client != nil {
		return nil
	}
	config, err := loadConfig(r.config)
	if err != nil {
		return err
	}
	r.client, err = fetch.New(fetch.Config{
		UserAgent: config.Fetch.UserAgent, Timeout: config.Fetch.Timeout, MaxBody: config.Fetch.MaxBody, AllowLoopback: r.loopback,
	}, slog.New(slog.DiscardHandler), nil)
	return err
}
