package fetch

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// encode compresses data with the codings in turn; "raw" is deflate without
// its header.
func encode(t testing.TB, data []byte, codings ...string) []byte {
	t.Helper()
	for _, coding := range codings {
		var b bytes.Buffer
		var w io.WriteCloser
		switch coding {
		case "gzip":
			w = gzip.NewWriter(&b)
		case "deflate":
			w = zlib.NewWriter(&b)
		case "raw":
			w, _ = flate.NewWriter(&b, 6)
		case "br":
			w = brotli.NewWriter(&b)
		case "zstd":
			w, _ = zstd.NewWriter(&b)
		}
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		data = b.Bytes()
	}
	return data
}

func TestDecoding(t *testing.T) {
	page := strings.Repeat("<p>Duties on steel rise to 25 percent.</p>\n", 50)
	for _, c := range []struct {
		name, header, contentType string
		codings                   []string
		wantType                  string
	}{
		{"plain", "", "text/html", nil, "text/html"},
		{"gzip", "gzip", "text/html", []string{"gzip"}, "text/html"},
		{"x-gzip", "X-GZip", "text/html", []string{"gzip"}, "text/html"},
		{"deflate", "deflate", "text/html", []string{"deflate"}, "text/html"},
		{"deflate without header", "deflate", "text/html", []string{"raw"}, "text/html"},
		{"br", "br", "text/html", []string{"br"}, "text/html"},
		{"zstd", "zstd", "text/html", []string{"zstd"}, "text/html"},
		{"two codings", "gzip, br", "text/html", []string{"gzip", "br"}, "text/html"},
		{"gzip twice", "gzip, gzip", "text/html", []string{"gzip", "gzip"}, "text/html"},
		{"gzip twice, said once", "gzip", "text/html", []string{"gzip", "gzip"}, "text/html"},
		{"gzip file", "", "application/gzip", []string{"gzip"}, "text/html"},
		{"gzip file in gzip", "gzip", "application/gzip", []string{"gzip", "gzip"}, "text/html"},
		{"gzip file in br", "br", "application/x-gzip", []string{"gzip", "br"}, "text/html"},
		{"says gzip, is plain", "gzip", "text/html", nil, "text/html"},
		{"says utf-8", "utf-8", "text/html", nil, "text/html"},
	} {
		t.Run(c.name, func(t *testing.T) {
			srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", c.contentType)
				if c.header != "" {
					w.Header().Set("Content-Encoding", c.header)
				}
				_, _ = w.Write(encode(t, []byte(page), c.codings...))
			})
			got, err := client(t, quick()).Get(t.Context(), Request{URL: srv.URL})
			if err != nil {
				t.Fatal(err)
			}
			if string(got.Body) != page {
				t.Fatalf("body %.60q", got.Body)
			}
			if got.ContentType != c.wantType {
				t.Errorf("type %q, want %q", got.ContentType, c.wantType)
			}
		})
	}
}

func TestDecodingFails(t *testing.T) {
	page := []byte(strings.Repeat("Duties on steel. ", 500))
	whole := encode(t, page, "gzip")
	spoilt := bytes.Clone(whole)
	spoilt[len(spoilt)-6] ^= 0xff // the checksum
	for _, c := range []struct {
		name, header string
		body         []byte
		class        string
	}{
		{"cut gzip", "gzip", whole[:len(whole)-9], Network},
		{"spoilt gzip", "gzip", spoilt, Encoding},
		{"no brotli", "br", []byte("\xff\xff\xff\xff plain text"), Encoding},
		{"no zstd", "zstd", []byte("plain text"), Encoding},
		{"unknown", "compress", whole, Encoding},
		{"too many", "gzip,gzip,gzip,gzip", whole, Encoding},
		{"too deep", "gzip", encode(t, page, "gzip", "gzip", "gzip", "gzip"), Encoding},
	} {
		t.Run(c.name, func(t *testing.T) {
			srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Encoding", c.header)
				_, _ = w.Write(c.body)
			})
			_, err := client(t, quick()).Get(t.Context(), Request{URL: srv.URL})
			wantClass(t, err, c.class)
		})
	}
}

// TestBombs serves small bodies that grow to 48 MiB, ten times the limit.
func TestBombs(t *testing.T) {
	zeros := make([]byte, 48<<20)
	gz := encode(t, zeros, "gzip")
	for _, c := range []struct {
		name, header, contentType string
		body                      []byte
	}{
		{"gzip", "gzip", "text/html", gz},
		{"gzip file", "", "application/gzip", gz},
		{"gzip twice", "gzip", "text/html", encode(t, gz, "gzip")},
		{"sitemap.xml.gz in br", "br", "application/x-gzip", encode(t, gz, "br")},
		{"deflate", "deflate", "text/html", encode(t, zeros, "deflate")},
		{"br", "br", "text/html", encode(t, zeros, "br")},
		{"zstd", "zstd", "text/html", encode(t, zeros, "zstd")},
	} {
		t.Run(c.name, func(t *testing.T) {
			srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", c.contentType)
				if c.header != "" {
					w.Header().Set("Content-Encoding", c.header)
				}
				_, _ = w.Write(c.body)
			})
			cl := client(t, quick())
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			began := time.Now()
			_, err := cl.Get(t.Context(), Request{URL: srv.URL})
			took := time.Since(began)
			runtime.ReadMemStats(&after)
			if e := wantClass(t, err, TooLarge); e.Temporary {
				t.Error("a bomb is not temporary")
			}
			if grown := (after.TotalAlloc - before.TotalAlloc) >> 20; !raced() && (grown > 32 || took > time.Second) {
				t.Errorf("allocated %d MiB in all, took %v", grown, took)
			}
			t.Logf("%d KiB on the wire, %d MiB allocated in all, %v", len(c.body)>>10, (after.TotalAlloc-before.TotalAlloc)>>20, took)
		})
	}
}

func TestLimitIsExact(t *testing.T) {
	const limit = 1000
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body := strings.Repeat("a", limit)
		if strings.HasSuffix(r.URL.Path, "/over") {
			body += "a"
		}
		if strings.HasPrefix(r.URL.Path, "/stream") {
			w.(http.Flusher).Flush()
		}
		_, _ = io.WriteString(w, body)
	})
	c := client(t, quick())
	for path, fits := range map[string]bool{"/whole": true, "/over": false, "/stream": true, "/stream/over": false} {
		got, err := c.Get(t.Context(), Request{URL: srv.URL + path, MaxBody: limit})
		if fits && (err != nil || len(got.Body) != limit) {
			t.Errorf("%s: %v", path, err)
		}
		if !fits {
			wantClass(t, err, TooLarge)
		}
	}
}

func FuzzBody(f *testing.F) {
	text := []byte("Duties on steel rise to 25 percent.")
	for _, coding := range []string{"gzip", "deflate", "raw", "br", "zstd"} {
		f.Add(encode(f, text, coding), strings.Replace(coding, "raw", "deflate", 1))
	}
	f.Add(encode(f, text, "gzip", "br"), "gzip, br")
	f.Add(text, "")
	f.Fuzz(func(t *testing.T, wire []byte, header string) {
		const limit = 4096
		body, _, err := readBody(bytes.NewReader(wire), []string{header}, limit)
		if err == nil && len(body) > limit {
			t.Fatalf("%d bytes over a limit of %d", len(body), limit)
		}
		if err != nil && !errors.Is(err, errTooLarge) && !errors.Is(err, io.ErrUnexpectedEOF) && !isEncoding(err) {
			t.Fatalf("untyped error %v", err)
		}
		if err == nil && len(codingNames([]string{header})) == 0 && !bytes.HasPrefix(wire, gzipMagic()) && !bytes.Equal(body, wire) {
			t.Fatal("a plain body changed")
		}
	})
}
