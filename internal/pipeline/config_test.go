package pipeline

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/tradewire/tradewire/pipelines"
)

func TestOwnConfigIsValid(t *testing.T) {
	t.Parallel()
	c, problems := LoadConfig(pipelines.FS())
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	if c.Prefix != "trade." || c.Stages.Scrape.Attempts < 2 {
		t.Errorf("%+v", c)
	}
	if c.Topics[TopicFetches].Partitions != c.Topics[TopicPages].Partitions {
		t.Error("fetches and pages differ in partitions")
	}
}

func TestConfigReportsAllProblems(t *testing.T) {
	t.Parallel()
	data, err := fs.ReadFile(pipelines.FS(), ConfigFile)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer(
		"prefix: trade.", "prefix: tr ade",
		"replication: 1", "replication: zero",
		"  pages:        {partitions: 6, cleanup: compact}", "  pagse:        {partitions: 6, cleanup: compact}",
		"cleanup: delete, retention: 168h", "cleanup: shred, retention: 168h",
		"workers: 2, queue: 256", "wokers: 2, queue: 256",
		"revisit: 24h", "revisit: 0s",
		"steps_per_word: 1000", "steps_per_word: 0",
		"tradewire/0.1 (+https://github.com/tradewire/tradewire)", "robot",
	).Replace(string(data))
	_, problems := LoadConfig(fstest.MapFS{ConfigFile: {Data: []byte(text)}})
	for _, want := range []string{
		`prefix: expected letters`, `replication: expected a whole number, found the text "zero"`,
		`unknown topic "pagse"`, `pages is missing`, `fetches: cleanup: expected delete or compact, found "shred"`,
		`unknown key "wokers" (did you mean "workers"?)`, `revisit: expected a time above zero`, `steps_per_word: expected 1 or more, found 0`, `user_agent: expected`,
	} {
		found := false
		for _, p := range problems {
			if strings.Contains(p.Message, want) {
				found = p.Line > 0 && p.Column > 0
			}
		}
		if !found {
			t.Errorf("no placed problem says %q", want)
		}
	}
	if len(problems) != 9 {
		t.Errorf("%d problems:\n%v", len(problems), problems)
	}
}

func TestConfigMissing(t *testing.T) {
	t.Parallel()
	if _, problems := LoadConfig(fstest.MapFS{}); len(problems) != 1 || !strings.Contains(problems.Error(), "trade.yaml") {
		t.Errorf("%v", problems)
	}
}
