package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/tradewire/tradewire/internal/source"
)

// TestMain is also the main of the scraper processes that tests start: no
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
}

// endWithParent ends a scraper whose test was cut short.
func endWithParent(parent int) {
	for os.Getppid() == parent {
		time.Sleep(time.Second)
	}
	os.Exit(1)
}

// scraperProcess runs the scrape stage on loopback hosts until it is killed.
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
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	return Run(ctx, Options{
		Config: s.Config, Sources: sources, Stages: []string{StageScrape}, Brokers: s.Brokers,
		Listen: "127.0.0.1:0", DataDir: s.Data, Loopback: true,
		Up:  func(at Addresses) { fmt.Println(at.Feed) },
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
	})
}
