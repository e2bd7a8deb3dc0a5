package source

import (
	"os"
	"path/filepath"
	"testing"
)

// TestShippedSources loads the source files of the repository and reads, for
// each that depends on selectors or field paths, a document of the shape it
// claims (testdata/shapes, written after what is known of the sites).
func TestShippedSources(t *testing.T) {
	sources, problems := Load(os.DirFS("../../pipelines"), "sources")
	if len(problems) > 0 {
		t.Fatalf("problems:\n%v", problems)
	}
	enabled, official := 0, 0
	for _, s := range sources {
		if s.Enabled {
			enabled++
		}
		if s.Official {
			official++
		}
		if s.Kind == ListingPage || s.Kind == JSONAPI {
			t.Run(s.Name, func(t *testing.T) { checkShape(t, s) })
		}
	}
	if enabled < 30 || official < 15 {
		t.Errorf("%d sources enabled, %d official", enabled, official)
	}
}

func checkShape(t *testing.T, s Source) {
	names, err := filepath.Glob(filepath.Join("testdata", "shapes", s.Name+".*"))
	if err != nil || len(names) != 1 {
		t.Fatalf("want one document testdata/shapes/%s.*, found %v", s.Name, names)
	}
	body, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Items(s.URL, "", body)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Items) < 2 || got.Found <= len(got.Items) {
		t.Errorf("%d items of %d: want two or more, and one turned away", len(got.Items), got.Found)
	}
	for _, it := range got.Items {
		if it.Title == "" || (it.Published == "") == (s.Listing.Date+s.JSON.Date != "") {
			t.Errorf("title or date: %+v", it)
		}
	}
	if next := s.Listing.Next + s.JSON.Next; next != "" && s.MaxPages > 1 && len(got.More) != 1 {
		t.Errorf("next page: %v", got.More)
	}
}
