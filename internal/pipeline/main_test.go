package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/source"
)

// TestMain is also the main of the processes that tests start: no
// test may leave a goroutine behind, and what Run starts, it ends.
func TestMain(m *testing.M) {
	if spec := os.Getenv(ScraperSpec); spec != "" {
		go endWithParent(os.Getppid())
		if err := scraperProcess(spec); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// ScraperSpec names the variable that makes the test binary a scraper.
const ScraperSpec = "TRADEWIRE_TEST_SCRAPER"

// Scraper is what a scraper process is told, as JSON.
type Scraper struct {
	Config  *Config
	Brokers []string
	// Sources is a folder of source files; Every replaces what they say.
	Sources string
	Every   time.Duration
	Data    string
	// Stage is scrape when it is empty.
	Stage string
}

// endWithParent ends a scraper whose test was cut short.
func endWithParent(parent int) {
	for os.Getppid() == parent {
		time.Sleep(time.Second)
	}
	os.Exit(1)
}

// OneStance is an extractor whose result is known: every article holds one
// stance, whose target is the article's title.
func OneStance(a event.Article) (event.Mentions, []event.Claim, error) {
	slots := event.Slots{"holder": event.Text("GB"), "position": event.Text("support"), "target": event.Text(a.Title)}
	first, _, _ := strings.Cut(a.Text, "\n")
	evidence := []event.Evidence{{Start: 0, End: len([]rune(first)), Text: first}}
	return event.Mentions{}, []event.Claim{{
		ID: event.ClaimID(a.ID, "stance", slots), Article: a.ID, Family: "stances", Kind: "stance", Published: a.Published,
		Slots: slots, Evidence: evidence, Rule: "test", Confidence: 0.5,
		Source: &event.Source{Article: a.ID, URL: a.URL, Title: a.Title, Publisher: a.Publisher, Published: a.Published},
	}}, nil
}

// scraperProcess runs a stage until it is killed; scrape on loopback hosts.
func scraperProcess(spec string) error {
	var s Scraper
	if err := json.Unmarshal([]byte(spec), &s); err != nil {
		return err
	}
	var sources []source.Source
	if s.Sources != "" {
		var err error
		loaded, problems := source.Load(os.DirFS(s.Sources), ".")
		if err = problems.Err(); err != nil {
			return err
		}
		for _, one := range loaded {
			one.Every = s.Every
			sources = append(sources, one)
		}
	}
	if s.Stage == "" {
		s.Stage = StageScrape
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	return Run(ctx, Options{
		Config: s.Config, Sources: sources, Stages: []string{s.Stage}, Brokers: s.Brokers, Extract: OneStance,
		Listen: "127.0.0.1:0", DataDir: s.Data, Loopback: true,
		Up:  func(at Addresses) { fmt.Println(at.Feed) },
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
	})
}
