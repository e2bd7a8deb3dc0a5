package article

import (
	"net/http"
	"net/http/httptest"
	"testing"

	sample "github.com/tradewire/tradewire/testdata/site"
)

// BenchmarkOwnPages reads two articles of the sample site. Real pages carry
// more around the text: BenchmarkFromPage reads those, where they are.
func BenchmarkOwnPages(b *testing.B) {
	handler := sample.Handler()
	var pages []Page
	size := 0
	for _, address := range []string{"http://site.example/meridian/steel-safeguard", "http://site.example/harbour/port-fees"} {
		served := httptest.NewRecorder()
		handler.ServeHTTP(served, httptest.NewRequest(http.MethodGet, address, nil))
		if served.Code != http.StatusOK {
			b.Fatalf("%s: %d", address, served.Code)
		}
		pages = append(pages, Page{URL: address, ContentType: served.Header().Get("Content-Type"), Body: served.Body.Bytes()})
		size += served.Body.Len()
	}
	b.SetBytes(int64(size))
	b.ResetTimer()
	for b.Loop() {
		for _, page := range pages {
			if _, err := FromPage(page); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.N*len(pages))/b.Elapsed().Seconds(), "pages/s")
}
