package weburl

import (
	"net/url"
	"strings"
)

// keepQuery drops tracking parameters and empty pairs and keeps the rest in
// their order: some servers read parameters by position.
func keepQuery(query string) string {
	var kept []string
	for pair := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if decoded, err := url.QueryUnescape(name); err == nil {
			name = decoded
		}
		if pair == "" || isTracking(strings.ToLower(name)) || isVersion(pair) {
			continue
		}
		kept = append(kept, escapes(pair))
	}
	return strings.Join(kept, "&")
}

// isTracking knows the parameters that campaigns, mailers, social networks
// and analytics append to links. Only names that no publisher is known to
// use for content are listed: "ref", "source" and "id" stay.
func isTracking(name string) bool {
	for _, prefix := range [...]string{"utm_", "at_custom", "pk_", "mtm_", "matomo_", "hsa_", "ns_", "oly_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	switch name {
	case "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "ttclid",
		"li_fat_id", "igshid", "igsh", "epik", "srsltid", "rdt_cid", "sc_cid", "sccid", "vero_id", "wickedid",
		"mc_cid", "mc_eid", "mkt_tok", "ml_subscriber", "ml_subscriber_hash", "_hsenc", "_hsmi", "__hssc",
		"__hstc", "__hsfp", "hsctatracking", "_ga", "_gl", "_openstat", "guccounter", "guce_referrer",
		"guce_referrer_sig", "at_medium", "at_campaign", "at_format", "at_link_id", "at_link_type",
		"at_link_origin", "at_ptr_name", "at_bbc_team", "cmpid", "cmp", "icid", "int_cmp", "ftag", "smid",
		"smtyp", "ref_src", "ref_url", "__source", "__twitter_impression", "xtor", "s_cid", "spm", "share_id",
		"sharetoken", "trk", "trkinfo", "mbid", "taid", "ocid", "feedtype", "feedname", "partner_cid":
		return true
	}
	return false
}

// escapes writes percent escapes one way: upper case, none for characters
// that never need one (RFC 3986, 6.2.2), and a stray percent sign as %25, so
// that no later pass can read a new escape out of the result.
func escapes(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		if i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2]) {
			b.WriteString("%25")
			continue
		}
		if c := unhex(s[i+1])<<4 | unhex(s[i+2]); isUnreserved(c) {
			b.WriteByte(c)
		} else {
			b.WriteString(strings.ToUpper(s[i : i+3]))
		}
		i += 2
	}
	return b.String()
}

func isUnreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '-' || c == '.' || c == '_' || c == '~'
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c <= 'F':
		return c - 'A' + 10
	}
	return c - 'a' + 10
}
