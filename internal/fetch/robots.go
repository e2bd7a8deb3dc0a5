package fetch

import (
	"bytes"
	"strconv"
	"strings"
	"time"
)

// maxRobots is how much of a robots.txt is read (RFC 9309, 2.5).
const maxRobots = 500 << 10

// robotsRules is what a robots.txt says to one robot. The zero value allows
// everything.
type robotsRules struct {
	rules []robotsRule
	// gap is the time between requests that Crawl-delay or Request-rate ask
	// for; 0 when neither does.
	gap time.Duration
}

type robotsRule struct {
	allow   bool
	pattern string // escapes normalised
}

// allows says whether path (with its query) may be fetched: the longest
// matching pattern decides, of equals the allowing one (RFC 9309, 2.2.2).
func (r robotsRules) allows(path string) bool {
	path = robotsEscapes(path)
	if path == "/robots.txt" {
		return true
	}
	allowed, longest := true, -1
	for _, rule := range r.rules {
		n := len(rule.pattern)
		if n < longest || n == longest && !rule.allow {
			continue
		}
		if matchRobots(rule.pattern, path) {
			allowed, longest = rule.allow, n
		}
	}
	return allowed
}

// matchRobots matches a pattern at the start of path: * is any run of
// characters, a final $ the end.
func matchRobots(pattern, path string) bool {
	pattern, anchored := strings.CutSuffix(pattern, "$")
	parts := strings.Split(pattern, "*")
	rest, ok := strings.CutPrefix(path, parts[0])
	if !ok {
		return false
	}
	last := len(parts) - 1
	for i, part := range parts[1:] {
		if anchored && i+1 == last {
			return strings.HasSuffix(rest, part)
		}
		_, after, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = after
	}
	return !anchored || rest == ""
}

// parseRobots reads the rules for the robot called agent: those of all
// groups that name it, else those of the groups for "*".
func parseRobots(data []byte, agent string) robotsRules {
	p := robotsParser{agent: agent}
	for line := range bytes.FieldsFuncSeq(robotsText(data), func(r rune) bool { return r == '\n' || r == '\r' }) {
		text, _, _ := strings.Cut(string(line), "#")
		key, value, ok := strings.Cut(text, ":")
		if ok {
			p.line(strings.ToLower(strings.TrimSpace(key)), strings.TrimSpace(value))
		}
	}
	if p.named {
		return p.mine
	}
	return p.anyone
}

// robotsText drops the byte order mark and what is over the limit, with the
// line that the limit would cut in two.
func robotsText(data []byte) []byte {
	if len(data) >= maxRobots {
		data = data[:maxRobots]
		data = data[:bytes.LastIndexAny(data, "\r\n")+1]
	}
	return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
}

type robotsParser struct {
	agent  string
	mine   robotsRules
	anyone robotsRules
	named  bool // a group names the agent
	// The group being read is for the agent, for anyone, or neither; inRules
	// says that its next User-agent line begins another group.
	forMe, forAny, inRules bool
}

func (p *robotsParser) line(key, value string) {
	switch key {
	case "user-agent", "useragent", "user agent":
		if p.inRules {
			p.forMe, p.forAny, p.inRules = false, false, false
		}
		p.forAny = p.forAny || value == "*"
		if strings.EqualFold(productToken(value), p.agent) {
			p.forMe, p.named = true, true
		}
	case "allow", "disallow":
		p.inRules = true
		if value != "" {
			p.each(func(r *robotsRules) {
				r.rules = append(r.rules, robotsRule{key == "allow", robotsEscapes(value)})
			})
		}
	case "crawl-delay":
		seconds, err := strconv.ParseFloat(value, 64)
		if err == nil {
			p.slow(seconds)
		}
	case "request-rate":
		p.slow(requestRate(value))
	}
}

func (p *robotsParser) slow(seconds float64) {
	if !(seconds > 0 && seconds < 1e6) {
		return
	}
	gap := time.Duration(seconds * float64(time.Second))
	p.each(func(r *robotsRules) { r.gap = max(r.gap, gap) })
}

func (p *robotsParser) each(add func(*robotsRules)) {
	if p.forMe {
		add(&p.mine)
	}
	if p.forAny {
		add(&p.anyone)
	}
}

// requestRate reads "pages/seconds", with s, m or h after the time, as
// seconds per page; 0 when it is anything else.
func requestRate(value string) float64 {
	first, _, _ := strings.Cut(value, " ")
	pages, span, ok := strings.Cut(first, "/")
	if !ok || span == "" {
		return 0
	}
	unit := 1.0
	switch span[len(span)-1] {
	case 's':
		span = span[:len(span)-1]
	case 'm':
		unit, span = 60, span[:len(span)-1]
	case 'h':
		unit, span = 3600, span[:len(span)-1]
	}
	n, err1 := strconv.ParseFloat(pages, 64)
	d, err2 := strconv.ParseFloat(span, 64)
	if err1 != nil || err2 != nil || n <= 0 {
		return 0
	}
	return d * unit / n
}

// productToken is the leading name of a User-Agent value, without version.
func productToken(value string) string {
	end := strings.IndexFunc(value, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || r == '-' || r == '_')
	})
	if end < 0 {
		return value
	}
	return value[:end]
}

// robotsEscapes writes a path or pattern one way: bytes beyond ASCII
// escaped, unreserved characters plain, hex digits in upper case.
func robotsEscapes(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				if isUnreserved(byte(n)) {
					b.WriteByte(byte(n))
				} else {
					b.WriteString(strings.ToUpper(s[i : i+3]))
				}
				i += 2
				continue
			}
		}
		if c >= 0x80 {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

func isUnreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0
}
