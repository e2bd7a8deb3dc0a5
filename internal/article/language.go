package article

import (
	"strings"

	"github.com/abadojack/whatlanggo"
)

// languageSample is how many bytes of text tell the language: trigram counts
// settle long before, and the detector is linear in its input.
const languageSample = 1024

// language returns a BCP 47 code without region. The text itself is believed
// where it is long enough to be certain, because templates often declare the
// language of their maker; else what the page or the source declares.
func language(text, declared string) string {
	declared, _, _ = strings.Cut(strings.ToLower(strings.ReplaceAll(strings.TrimSpace(declared), "_", "-")), "-")
	if len(declared) < 2 || len(declared) > 3 || strings.Trim(declared, "abcdefghijklmnopqrstuvwxyz") != "" {
		declared = ""
	}
	sample := strings.ToValidUTF8(clip(text, languageSample), "")
	info := whatlanggo.Detect(sample)
	found := info.Lang.Iso6391()
	certain := letters(sample) >= 60 && info.IsReliable()
	if found == "" || !certain && declared != "" || letters(sample) < 20 {
		return declared
	}
	return found
}
