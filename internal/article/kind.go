package article

import (
	"bytes"
	"mime"
	"net/http"
	"strings"
)

// Kinds of input that FromPage tells apart.
const (
	kindHTML  = "html"
	kindText  = "text"
	kindPDF   = "pdf"
	kindOther = "other"
)

// sniff decides by the header where it is specific and by the bytes where it
// is missing, general or plainly wrong (a PDF served as HTML).
func sniff(contentType string, body []byte) string {
	if bytes.HasPrefix(bytes.TrimLeft(clip(body, 1024), "\x00\t\r\n \ufeff"), []byte("%PDF-")) {
		return kindPDF
	}
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		media, _, _ = strings.Cut(contentType, ";")
		media = strings.ToLower(strings.TrimSpace(media))
	}
	switch {
	case media == "text/html" || media == "application/xhtml+xml":
		return kindHTML
	case media == "text/plain" && looksLikeHTML(body):
		return kindHTML
	case media == "text/plain" || media == "text/markdown":
		return kindText
	case media == "" || media == "application/octet-stream" || media == "text/xml" || media == "application/xml":
		return sniffBytes(body)
	}
	return kindOther
}

// sniffBytes judges input that nobody described.
func sniffBytes(body []byte) string {
	if looksLikeHTML(body) {
		return kindHTML
	}
	if hasWideMark(body) {
		if text, _, err := Decode(body, ""); err == nil && looksLikeHTML([]byte(text)) {
			return kindHTML
		}
		return kindText
	}
	if media := http.DetectContentType(body); !strings.HasPrefix(media, "text/") {
		// DetectContentType calls text with control characters binary; so do we.
		return kindOther
	}
	return kindText
}

// looksLikeHTML finds a tag that only pages have near the start.
func looksLikeHTML(body []byte) bool {
	start := bytes.ToLower(bytes.TrimLeft(clip(body, 4096), "\ufeff\t\r\n "))
	if bytes.HasPrefix(start, []byte("<!doctype html")) || bytes.HasPrefix(start, []byte("<html")) {
		return true
	}
	if !bytes.HasPrefix(start, []byte("<")) {
		return false
	}
	for _, tag := range [...]string{"<html", "<head", "<body", "<title", "<div", "<p>", "<p ", "<article", "<table", "<script", "<h1", "<meta"} {
		if bytes.Contains(start, []byte(tag)) {
			return true
		}
	}
	return false
}

// clip returns the first n bytes, or all of them.
func clip[T ~string | ~[]byte](b T, n int) T {
	return b[:min(n, len(b))]
}
