package extract

import "strconv"

// Labels of the terms in ontology/terms_quantities.yaml.
const (
	labelNumber   = "NUMBER"
	labelTens     = "TENS"
	labelFraction = "FRACTION"
	labelPerCent  = "PERCENTWORD"
	labelPoints   = "POINTS"
	labelScale    = "SCALE"
	labelCurrency = "CURRENCY"
	labelCent     = "CENT"
	labelUnit     = "UNIT"
)

// findQuantities marks percentages, amounts of money and counts with a unit.
// A percentage's and an amount's Value is its number in digits; an amount's
// has its currency in front ("USD 34000000000").
func (v *view) findQuantities() {
	for i := 0; i < len(v.doc.Tokens); {
		end := max(v.markMoney(i), v.markPercent(i), v.markCount(i))
		i = max(end, i+1)
	}
}

// number reads the number at token i: digits ("1,585", "10.5") or a word
// ("five", "twenty-five"). No ordinals, years in the plural or scales.
func (v *view) number(i int) (value float64, end int, ok bool) {
	if numeral(v.lower(i)) {
		value, err := strconv.ParseFloat(v.lower(i), 64)
		part, end := v.fractionPart(i + 1)
		return value + part, end, err == nil
	}
	if e, found := v.at(i, labelTens); found {
		value, end = decimal(e.Value), e.End
		if unit, found := v.at(v.pastHyphen(end), labelNumber); found && decimal(unit.Value) > 0 && decimal(unit.Value) < 10 {
			return value + decimal(unit.Value), unit.End, true
		}
		return value, end, true
	}
	if e, found := v.at(i, labelNumber); found {
		return decimal(e.Value), e.End, true
	}
	return 0, i, false
}

// fractionPart is what a fraction at token i adds to the whole number before
// it, with the token behind it: "½", "1/2", "and a half".
func (v *view) fractionPart(i int) (part float64, end int) {
	switch v.lower(i) {
	case "¼":
		return 0.25, i + 1
	case "½":
		return 0.5, i + 1
	case "¾":
		return 0.75, i + 1
	case "and":
		if v.lower(i+1) == "a" && v.lower(i+2) == "half" {
			return 0.5, i + 3
		}
	case "1", "3":
		if v.lower(i+1) == "/" && (v.lower(i+2) == "2" || v.lower(i+2) == "4") {
			return decimal(v.lower(i)) / decimal(v.lower(i+2)), i + 3
		}
	}
	return 0, i
}

// numeral reports a token that starts with a digit.
func numeral(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

// pastHyphen is i, or the token behind it where i is a hyphen.
func (v *view) pastHyphen(i int) int {
	if v.lower(i) == "-" {
		return i + 1
	}
	return i
}

// decimal reads a number of the lexicon.
func decimal(s string) float64 {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0
	}
	return f
}

// percentWord returns the token behind "%", "percent" or "-percent" at i.
func (v *view) percentWord(i int) (end int, ok bool) {
	i = v.pastHyphen(i)
	if e, found := v.at(i, labelPoints); found {
		return e.End, false
	}
	e, found := v.at(i, labelPerCent)
	return e.End, found
}

// markPercent marks a percentage that starts at i and returns its end, or 0.
// "15 percentage points" is a quantity, not a percentage.
func (v *view) markPercent(i int) int {
	value, end, ok := v.number(i)
	if !ok {
		return 0
	}
	last, ok := v.percentWord(end)
	if !ok {
		return 0
	}
	v.mark(labelPercent, digits(value), 0, i, last)
	v.mark(labelQuantity, digits(value)+" percent", 0, i, last)
	return last
}

// markMoney marks an amount that starts at i ("$34 billion", "3.2 bln dlrs",
// "50 cents") and returns its end, or 0.
func (v *view) markMoney(i int) int {
	currency, before := v.at(i, labelCurrency)
	start := i
	if before {
		start = currency.End
	}
	value, end, ok := v.number(start)
	if !ok {
		return 0
	}
	value, end = v.scaled(value, end)
	if !before {
		end = v.pastHyphen(end)
		if currency, ok = v.at(end, labelCurrency); ok {
			end = currency.End
		} else if currency, ok = v.at(end, labelCent); ok {
			value, end = value/100, currency.End
		} else {
			return 0
		}
	}
	v.mark(labelMoney, currency.Value+" "+digits(value), 0, i, end)
	v.mark(labelQuantity, currency.Value+" "+digits(value), 0, i, end)
	return end
}

// scaled applies "billion", "bn" and the like behind a number.
func (v *view) scaled(value float64, end int) (float64, int) {
	if e, ok := v.at(v.pastHyphen(end), labelScale); ok {
		return value * decimal(e.Value), e.End
	}
	return value, end
}

// markCount marks "79 points" or "1.2 million tonnes" and returns its end, or 0.
func (v *view) markCount(i int) int {
	value, end, ok := v.number(i)
	if !ok {
		return 0
	}
	value, end = v.scaled(value, end)
	end = v.pastHyphen(end)
	for _, label := range [...]string{labelPoints, labelUnit} {
		if e, found := v.at(end, label); found {
			v.mark(labelQuantity, digits(value)+" "+e.Value, 0, i, e.End)
			return e.End
		}
	}
	return 0
}

// digits writes a number with the fewest digits that give it back.
func digits(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
