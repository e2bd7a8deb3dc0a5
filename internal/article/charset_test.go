package article

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
)

// samples are two sentences in each language, in our own words.
func samples() map[string]string {
	return map[string]string{
		"zh": "商务部发言人周四表示，中方将对进口铜线加征百分之十八的关税，新措施自六月一日起实施。中方愿意与有关国家通过谈判解决分歧，但不会在压力下让步。",
		"tw": "經濟部長週四表示，政府將對進口銅線課徵百分之十八的關稅，新措施自六月一日起實施。我方願意與相關國家透過談判解決分歧，並協助國內業者因應。",
		"ja": "経済産業省は木曜日、輸入する銅線への関税を十八パーセントに引き上げると発表した。新しい措置は六月一日から実施され、企業は免除を申請することができるという。",
		"ko": "산업통상자원부는 목요일 수입 구리선에 대한 관세를 십팔 퍼센트로 인상한다고 발표했다. 새로운 조치는 유월 일일부터 시행되며 기업들은 면제를 신청할 수 있다.",
		"ru": "Министерство торговли сообщило в четверг, что пошлина на ввоз медной проволоки вырастет до восемнадцати процентов. Новые меры вступят в силу первого июня, заявил министр.",
		"fr": "Le ministère du Commerce a déclaré jeudi que le droit sur le fil de cuivre importé serait relevé à dix-huit pour cent. Les entreprises pourront demander à être exemptées, précise l’arrêté.",
		"de": "Das Ministerium für Handel erklärte am Donnerstag, der Zoll auf eingeführten Kupferdraht steige auf achtzehn Prozent. Für kleinere Händler gälten Übergangsfristen.",
		"pl": "Ministerstwo handlu ogłosiło w czwartek, że cło na przywożony drut miedziany wzrośnie do osiemnastu procent. Przedsiębiorcy będą mogli ubiegać się o zwolnienie, głosi zarządzenie.",
		"el": "Το υπουργείο εμπορίου ανακοίνωσε την Πέμπτη ότι ο δασμός στο εισαγόμενο σύρμα χαλκού θα αυξηθεί στο δεκαοκτώ τοις εκατό από την πρώτη Ιουνίου.",
		"tr": "Ticaret Bakanlığı perşembe günü ithal bakır tel üzerindeki gümrük vergisinin yüzde on sekize yükseltileceğini açıkladı. Şirketler muafiyet için başvurabilecek.",
		"he": "משרד המסחר הודיע ביום חמישי כי המכס על חוט נחושת מיובא יעלה לשמונה עשר אחוזים החל מהאחד ביוני.",
		"ar": "أعلنت وزارة التجارة يوم الخميس أن الرسوم على أسلاك النحاس المستوردة سترتفع إلى ثمانية عشر في المئة اعتبارا من أول يونيو.",
		"th": "กระทรวงพาณิชย์แถลงเมื่อวันพฤหัสบดีว่าจะขึ้นภาษีนำเข้าลวดทองแดงเป็นร้อยละสิบแปดตั้งแต่วันที่หนึ่งมิถุนายน",
	}
}

// encoded writes text in a character set.
func encoded(t *testing.T, label, text string) []byte {
	t.Helper()
	e, name := charset.Lookup(label)
	if strings.HasPrefix(label, "utf-16") {
		order := unicode.LittleEndian
		if strings.HasPrefix(label, "utf-16be") {
			order = unicode.BigEndian
		}
		mark := unicode.IgnoreBOM
		if strings.HasSuffix(label, "+bom") {
			mark = unicode.UseBOM
		}
		e, name = unicode.UTF16(order, mark), label
	}
	if e == nil {
		t.Fatalf("no character set %q", label)
	}
	out, err := encoding.ReplaceUnsupported(e.NewEncoder()).Bytes([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return out
}

// charsetCase is a page in a set, with what is declared of it.
type charsetCase struct{ sample, set, header, meta, lang string }

// charsetCases are the sets the web still uses, declared rightly, wrongly
// and not at all.
func charsetCases() []charsetCase {
	return []charsetCase{
		{"zh", "utf-8", "", "", ""},
		{"zh", "utf-8", "gbk", "gbk", ""},
		{"fr", "utf-8", "iso-8859-1", "", ""},
		{"zh", "utf-16le+bom", "", "", ""},
		{"ru", "utf-16be+bom", "utf-8", "", ""},
		{"fr", "utf-16le", "", "", ""},
		{"fr", "utf-16be", "", "", ""},
		{"zh", "gbk", "gbk", "", ""},
		{"zh", "gbk", "", "gb2312", ""},
		{"zh", "gbk", "utf-8", "", ""},
		{"zh", "gbk", "utf-8", "gbk", ""},
		{"zh", "gbk", "iso-8859-1", "", ""},
		{"zh", "gbk", "iso-8859-1", "gb2312", ""},
		{"zh", "gbk", "big5", "", ""},
		{"zh", "gbk", "", "utf-8", ""},
		{"zh", "gbk", "", "", ""},
		{"tw", "gb18030", "", "", ""},
		{"tw", "big5", "big5", "", ""},
		{"tw", "big5", "utf-8", "", ""},
		{"tw", "big5", "", "", "zh-TW"},
		{"tw", "big5", "", "", ""},
		{"ja", "shift_jis", "shift_jis", "", ""},
		{"ja", "shift_jis", "utf-8", "", ""},
		{"ja", "shift_jis", "", "", ""},
		{"ja", "euc-jp", "", "euc-jp", ""},
		{"ja", "euc-jp", "", "", ""},
		{"ja", "iso-2022-jp", "iso-2022-jp", "", ""},
		{"ko", "euc-kr", "", "euc-kr", ""},
		{"ko", "euc-kr", "utf-8", "", ""},
		{"ko", "euc-kr", "", "", ""},
		{"ru", "windows-1251", "windows-1251", "", ""},
		{"ru", "windows-1251", "utf-8", "", ""},
		{"ru", "windows-1251", "iso-8859-1", "", ""},
		{"ru", "windows-1251", "", "", ""},
		{"ru", "koi8-r", "", "koi8-r", ""},
		{"ru", "koi8-r", "", "", ""},
		{"fr", "windows-1252", "iso-8859-1", "", ""},
		{"fr", "windows-1252", "utf-8", "", ""},
		{"fr", "windows-1252", "", "", ""},
		{"de", "iso-8859-1", "", "iso-8859-1", ""},
		{"de", "iso-8859-15", "iso-8859-15", "", ""},
		{"de", "windows-1252", "", "", ""},
		{"pl", "iso-8859-2", "iso-8859-2", "", ""},
		{"pl", "windows-1250", "", "windows-1250", ""},
		{"pl", "windows-1250", "utf-8", "", "pl"},
		{"el", "windows-1253", "windows-1253", "", ""},
		{"el", "windows-1253", "", "", "el"},
		{"tr", "windows-1254", "", "windows-1254", ""},
		{"tr", "windows-1254", "", "", "tr"},
		{"he", "windows-1255", "windows-1255", "", ""},
		{"he", "windows-1255", "", "", "he"},
		{"ar", "windows-1256", "", "windows-1256", ""},
		{"ar", "windows-1256", "", "", "ar"},
		{"th", "windows-874", "tis-620", "", ""},
	}
}

// TestCharsets wants at least 99.5 % of the characters right in each case, and
// prints their share over all.
func TestCharsets(t *testing.T) {
	good, all := 0.0, 0.0
	for _, c := range charsetCases() {
		name := strings.Join([]string{c.sample, c.set, "header " + c.header, "meta " + c.meta, "lang " + c.lang}, ", ")
		t.Run(name, func(t *testing.T) {
			want := samples()[c.sample]
			page := "<!doctype html><html"
			if c.lang != "" {
				page += ` lang="` + c.lang + `"`
			}
			page += "><head>"
			if c.meta != "" {
				page += `<meta http-equiv="Content-Type" content="text/html; charset=` + c.meta + `">`
			}
			page += "<title>" + clip(want, 30) + "</title></head><body><p>" + want + "</p><p>" + want + "</p></body></html>"
			page = strings.ToValidUTF8(page, "")
			header := "text/html"
			if c.header != "" {
				header += "; charset=" + c.header
			}
			text, set, err := Decode(encoded(t, c.set, page), header)
			if err != nil {
				t.Fatal(err)
			}
			size := float64(utf8.RuneCountInString(page))
			good, all = good+right(page, text)*size, all+size
			if got := right(page, text); got < 0.995 {
				t.Errorf("%.1f%% of the characters right, read as %s: %.80s", 100*got, set, text[strings.Index(text, "<p>"):])
			}
		})
	}
	t.Logf("%d cases: %.3f%% of %.0f characters right", len(charsetCases()), 100*good/all, all)
}

// right is the share of characters that came out as they went in.
func right(want, got string) float64 {
	a, b := []rune(want), []rune(got)
	if len(a) != len(b) {
		return 0
	}
	n := 0
	for i := range a {
		if a[i] == b[i] {
			n++
		}
	}
	return float64(n) / float64(len(a))
}

func TestDecodeDamaged(t *testing.T) {
	text := strings.Repeat(samples()["fr"], 20)
	cutShort := []byte(text)[:strings.LastIndex(text, "é")+1]
	got, set, err := Decode(cutShort, "text/html; charset=utf-8")
	if err != nil || set != "utf-8" || !utf8.ValidString(got) || strings.Count(got, "\ufffd") != 1 {
		t.Errorf("a body cut in a character: %s, %v, %d replaced", set, err, strings.Count(got, "\ufffd"))
	}
	// One odd sign must not cost an English article.
	got, _, err = Decode([]byte("<p>The duty rises by half (\xbd) a point, the ministry said on Monday in the capital."), "")
	if err != nil || !utf8.ValidString(got) || !strings.Contains(got, "the ministry said") {
		t.Errorf("got %q, %v", got, err)
	}
}
