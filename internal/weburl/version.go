package weburl

import "strings"

// isVersion knows the parameters that ask for a page's AMP or print version:
// amp=1, print, outputType=amp, view=print.
func isVersion(pair string) bool {
	name, value, _ := strings.Cut(strings.ToLower(pair), "=")
	switch name {
	case "amp", "print", "printable", "printpage", "printview":
		switch value {
		case "", "1", "true", "yes", "y":
			return true
		}
	case "outputtype", "output", "format", "view", "mode", "display":
		switch value {
		case "amp", "print", "printable", "printview":
			return true
		}
	}
	return false
}

// articlePath drops what leads from an article's path to its AMP or print
// version: a last segment "amp" or "print" behind one that looks like an
// article's, and ".amp" at the end of the name.
func articlePath(path string) string {
	for {
		shorter := withoutVersion(path)
		if shorter == path {
			return path
		}
		path = shorter
	}
}

func withoutVersion(path string) string {
	for _, ending := range [...]string{".amp", ".amp.html", ".amp.htm"} {
		if name, ok := strings.CutSuffix(path, ending); ok && namesArticle(name) {
			return name + strings.TrimPrefix(ending, ".amp")
		}
	}
	rest := strings.TrimSuffix(path, "/")
	for _, last := range [...]string{"/amp", "/print"} {
		if before, ok := strings.CutSuffix(rest, last); ok && namesArticle(before) {
			return before + path[len(rest):]
		}
	}
	return path
}

// namesArticle reports whether the last segment of a path looks like the name
// of an article (words with dashes, or a number), not of a section: a section
// may well be called amp.
func namesArticle(path string) bool {
	name := path[strings.LastIndexByte(path, '/')+1:]
	return strings.ContainsAny(name, "-_0123456789") && len(name) > 3
}
