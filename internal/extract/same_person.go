package extract

import (
	"slices"
	"strings"

	"github.com/tradewire/tradewire/internal/event"
)

// samePerson compares a known name with another form of it.
func samePerson(name, surname, other string) bool {
	if strings.EqualFold(name, other) || strings.EqualFold(surname, other) {
		return true
	}
	a, b := strings.Fields(strings.ToLower(name)), strings.Fields(strings.ToLower(other))
	if len(a) == 1 && len(b) > 1 {
		return a[0] == b[len(b)-1]
	}
	if len(b) < 2 || len(a) < 2 {
		return false
	}
	if strings.HasSuffix(strings.ToLower(name), " "+strings.ToLower(other)) || strings.HasSuffix(strings.ToLower(other), " "+strings.ToLower(name)) {
		return true
	}
	x, y := a[len(a)-1], b[len(b)-1]
	if x != y {
		return len(a) == len(b) && slices.Equal(a[:len(a)-1], b[:len(b)-1]) && oneLetterApart(x, y)
	}
	return a[0][0] == b[0][0] && (len(a) != len(b) || len(strings.Trim(a[0], ".")) == 1 || len(strings.Trim(b[0], ".")) == 1)
}

// oneLetterApart reports a misspelling: long words with one letter changed,
// added or left out.
func oneLetterApart(x, y string) bool {
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(x) < 5 || len(y)-len(x) > 1 {
		return false
	}
	i := 0
	for i < len(x) && x[i] == y[i] {
		i++
	}
	if len(x) == len(y) {
		return x[min(i+1, len(x)):] == y[min(i+1, len(y)):]
	}
	return x[i:] == y[i+1:]
}

// officials merges what the title and the body name: each person once, with
// the fullest name, in order of the body.
func officials(title, body *view, titlePeople, bodyPeople []person) []event.Official {
	out := make([]event.Official, 0, len(bodyPeople)+1)
	surnames := make([]string, 0, len(bodyPeople)+1)
	for _, list := range [][]person{bodyPeople, titlePeople} {
		for _, p := range list {
			i := slices.IndexFunc(out, func(o event.Official) bool { return samePerson(o.Name, "", p.Official.Name) })
			if i < 0 {
				i = slices.Index(surnames, p.Surname)
				if i >= 0 && strings.Contains(p.Official.Name, " ") && strings.Contains(out[i].Name, " ") {
					i = -1
				}
			}
			if i < 0 {
				out, surnames = append(out, p.Official), append(surnames, p.Surname)
				continue
			}
			join(&out[i], p.Official)
		}
	}
	return out
}

// join fills what the first form left open.
func join(o *event.Official, other event.Official) {
	if strings.Count(other.Name, " ") > strings.Count(o.Name, " ") {
		o.Name = other.Name
	}
	if o.Role == "" {
		o.Role = other.Role
	}
	if o.Country == "" {
		o.Country = other.Country
	}
}
