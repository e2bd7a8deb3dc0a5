package extract

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/ontology"
)

// costly is a rule as nobody should write one: at each word it looks ahead,
// and from each of those words again.
const costly = `kind: market_move
merge: [instrument, direction]
require: [instrument, direction]
rules:
  - id: market_move.costly
    pattern: "@tariff ..40 !( ..40 !( ..40 !( ..40 never ) never ) never ) wherefore"
    set: {instrument: x, direction: up}
    match:
      - text: A tariff rose wherefore.
        slots: {direction: up}
    reject:
      - A tariff rose.
`

// withCostlyRule loads the knowledge of the project and that rule.
func withCostlyRule(t *testing.T) *Extractor {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../pipelines")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "patterns", "costly.yaml"), []byte(costly), 0o600); err != nil {
		t.Fatal(err)
	}
	o, problems := ontology.Load(os.DirFS(dir))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	x, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// usual is the limit of pipelines/trade.yaml.
func usual() Effort { return Effort{PerToken: 1000, Most: 50_000_000} }

// An article that would take the processor for some 20 s is given up within
// a moment, always at the same place, and harms none of those after it.
func TestArticleThatTakesTooMuch(t *testing.T) {
	x := withCostlyRule(t).Limited(usual())
	line := strings.Repeat("tariff ", 150) + "wherefore.\n"
	hostile := event.Article{ID: "hostile", Text: about + strings.Repeat(line, 40)}
	start := processorTime(t)
	found, err := x.Extract(hostile)
	took := processorTime(t) - start
	var over *EffortError
	if !errors.As(err, &over) || over.Class() != "effort" || !strings.Contains(err.Error(), "trade.yaml") {
		t.Fatalf("error is %v, want one of effort that says where its limit is set", err)
	}
	if len(found.Claims) > 0 || over.Steps != usual().PerToken*over.Tokens {
		t.Errorf("found %+v within %d steps for %d tokens", found, over.Steps, over.Tokens)
	}
	if took > 2*time.Second {
		t.Errorf("given up after %v of the processor", took)
	}
	t.Logf("%d tokens given up after %v of the processor", over.Tokens, took)
	if _, _, err := x.Explain(hostile); !errors.As(err, &over) {
		t.Errorf("explained: %v", err)
	}
	if r, err := x.Extract(sample(3)); err != nil || len(r.Claims) == 0 {
		t.Errorf("an ordinary article after it: %d claims, %v", len(r.Claims), err)
	}
	// The same words once are no more than a rule that is written badly.
	if _, err := x.Limited(Effort{}).Extract(event.Article{Text: about + "Tariff wherefore."}); err != nil {
		t.Error(err)
	}
}

// The usual limit stops no text for its length or its oddness; a small one
// stops every text soon after it is reached.
func TestEffortOfAnyText(t *testing.T) {
	x := newExtractor(t)
	for name, text := range hostile(x, 32<<10) {
		a := event.Article{ID: "hostile", Text: text}
		if _, err := x.Limited(usual()).Extract(a); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		stop := func(steps int) time.Duration {
			start := processorTime(t)
			var over *EffortError
			if _, err := x.Limited(Effort{Most: steps}).Extract(a); err != nil && !errors.As(err, &over) {
				t.Errorf("%s: %v", name, err)
			}
			return processorTime(t) - start
		}
		const steps = 100_000 // some 5 ms
		if more := stop(steps) - stop(1); more > 500*time.Millisecond {
			t.Errorf("%s: %d steps take %v", name, steps, more)
		}
	}
}

func TestEffortGrowsWithTheText(t *testing.T) {
	for _, tc := range []struct {
		effort       Effort
		tokens, want int
	}{
		{Effort{PerToken: 10}, 1, 5000}, {Effort{PerToken: 10}, 1000, 10_000},
		{Effort{PerToken: 10, Most: 7000}, 1000, 7000}, {Effort{Most: 7000}, 10, 7000},
	} {
		if got := tc.effort.newMeter(tc.tokens); got.left != tc.want {
			t.Errorf("%+v allows %d tokens %d steps, want %d", tc.effort, tc.tokens, got.left, tc.want)
		}
	}
	if (Effort{}).newMeter(10) != nil {
		t.Error("no limit is one")
	}
}
