package extract

import "testing"

func TestAlikeTargets(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"unilateralism and protectionism of all forms", "forms of unilateralism, protectionism and bullying", true},
		{"step (export controls on tin)", "export control to contain Peru", true},
		{"Peru's tariffs", "tariff", true},
		{"Section 232 tariffs", "Section 301 tariff measures", false},
		{"tariffs", "tariff war", false},
		{"cod quota", "salmon tariffs", false},
		{"", "", false},
	} {
		if got := alike(c.a, c.b); got != c.want || alike(c.b, c.a) != got {
			t.Errorf("alike(%q, %q) = %v, want %v both ways", c.a, c.b, got, c.want)
		}
	}
}
