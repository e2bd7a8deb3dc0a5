package event

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
)

const (
	schemaDialect = "https://json-schema.org/draft/2020-12/schema"
	schemaBase    = "https://tradewire.dev/schema/v1/"
)

// SchemaID is the stable address of the JSON Schema of a noun (article,
// fetch, page, mentions, claim, event, deadletter). Within v1 a schema only
// changes so that what was valid stays valid.
func SchemaID(noun string) string { return schemaBase + noun + ".json" }

// object is a JSON object: a schema or a part of one.
type object map[string]any

// Schemas makes the JSON Schema (draft 2020-12) of every noun that goes over
// a topic, by noun: article, fetch, page, mentions, claim, event, and
// deadletter for the headers of a dead letter. Claims and events are closed
// by kind: the slots of their kind and no others. The same kinds give the
// same bytes. An error names everything that is wrong with the kinds.
func Schemas(kinds []Kind) (map[string][]byte, error) {
	if err := CheckKinds(kinds); err != nil {
		return nil, fmt.Errorf("check kinds: %w", err)
	}
	schemas := map[string]object{
		"article":    articleSchema(),
		"fetch":      fetchSchema(),
		"page":       pageSchema(),
		"mentions":   mentionsSchema(),
		"claim":      withKinds(claimSchema(), kinds),
		"event":      withKinds(eventSchema(), kinds),
		"deadletter": deadletterSchema(),
	}
	out := make(map[string][]byte, len(schemas))
	for noun, schema := range schemas {
		schema["$schema"] = schemaDialect
		schema["$id"] = SchemaID(noun)
		schema["title"] = noun
		body, err := json.MarshalIndent(schema, "", "  ")
		if err != nil {
			return nil, fmt.Errorf("marshal schema of %s: %w", noun, err)
		}
		out[noun] = append(body, '\n')
	}
	return out, nil
}

// CheckKinds tells everything that keeps kinds from being described: unknown
// families and types, names given twice or taken by a fixed member, enums
// without values, missing descriptions. It returns nil when all is well.
func CheckKinds(kinds []Kind) error {
	var errs []error
	if len(kinds) == 0 {
		errs = append(errs, errors.New("there are no kinds"))
	}
	seen := map[string]bool{}
	for _, k := range kinds {
		if k.Name == "" || seen[k.Name] {
			errs = append(errs, fmt.Errorf("kind %q: the name is empty or given twice", k.Name))
		}
		seen[k.Name] = true
		if !slices.Contains(Families(), k.Family) {
			errs = append(errs, fmt.Errorf("kind %s: unknown family %q, expected one of %q", k.Name, k.Family, Families()))
		}
		if k.Description == "" {
			errs = append(errs, fmt.Errorf("kind %s: no description", k.Name))
		}
		errs = append(errs, k.checkSlots()...)
	}
	return errors.Join(errs...)
}

func (k Kind) checkSlots() []error {
	var errs []error
	seen := map[string]bool{}
	for _, s := range k.Slots {
		bad := func(format string, args ...any) {
			errs = append(errs, fmt.Errorf("kind %s: slot %q: "+format, append([]any{k.Name, s.Name}, args...)...))
		}
		if s.Name == "" || seen[s.Name] {
			bad("the name is empty or given twice")
		}
		seen[s.Name] = true
		if new(Claim).field(s.Name) != nil || new(Event).field(s.Name) != nil {
			bad("every claim or event has a member of that name")
		}
		if s.Description == "" {
			bad("no description")
		}
		if slotSchema(s) == nil {
			bad("unknown type %q, expected one of %q", s.Type, slotTypes())
		}
		if s.Type == TypeEnum && len(s.Values) == 0 {
			bad("an enum needs values")
		}
		if s.Type != TypeEnum && len(s.Values) != 0 {
			bad("values are for the type enum, this is %s", s.Type)
		}
	}
	return errs
}

func slotTypes() []string {
	return []string{TypeCountry, TypeCountries, TypeEnum, TypeText, TypeTexts, TypeRates, TypeSectors}
}

// slotSchema is what a value of the slot looks like; nil for an unknown type.
func slotSchema(s Slot) object {
	switch s.Type {
	case TypeCountry:
		return object{"type": "string", "pattern": countryPattern, "description": s.Description}
	case TypeCountries:
		return object{"type": "array", "items": object{"type": "string", "pattern": countryPattern}, "description": s.Description}
	case TypeEnum:
		return object{"type": "string", "enum": s.Values, "description": s.Description}
	case TypeText:
		return object{"type": "string", "minLength": 1, "description": s.Description}
	case TypeTexts:
		return object{"type": "array", "items": object{"type": "string", "minLength": 1}, "description": s.Description}
	case TypeRates:
		return object{"type": "array", "items": object{"$ref": "#/$defs/rate"}, "description": s.Description}
	case TypeSectors:
		return object{"type": "array", "items": object{"type": "string", "pattern": sectorPattern}, "description": s.Description}
	}
	return nil
}

// withKinds adds the slots to the schema of a claim or event. All names
// stand in its properties, so that additionalProperties closes it for every
// validator since draft 7; what each kind allows of them is an if and a then.
func withKinds(schema object, kinds []Kind) object {
	properties := schema["properties"].(object)
	fixed := slices.Sorted(maps.Keys(properties))
	defs := schema["$defs"].(object)
	defs["rate"] = rateSchema()
	users := map[string]string{}
	var names []string
	var branches []any
	for _, k := range kinds {
		names = append(names, k.Name)
		defs[k.Name] = kindSchema(k, fixed)
		branches = append(branches, object{
			"if":   object{"properties": object{"kind": object{"const": k.Name}}, "required": []string{"kind"}},
			"then": object{"$ref": "#/$defs/" + k.Name},
		})
		for _, s := range k.Slots {
			users[s.Name] += ", " + k.Name
		}
	}
	for slot, of := range users {
		properties[slot] = object{"description": "A slot of " + of[2:] + "; what it holds is said there."}
	}
	properties["kind"].(object)["enum"] = names
	schema["allOf"] = branches
	return schema
}

func kindSchema(k Kind, fixed []string) object {
	allowed := slices.Clone(fixed)
	properties := object{"family": object{"const": k.Family, "description": "The family of every " + k.Name + "."}}
	for _, s := range k.Slots {
		properties[s.Name] = slotSchema(s)
		allowed = append(allowed, s.Name)
	}
	return object{
		"description":   k.Description,
		"properties":    properties,
		"propertyNames": object{"enum": allowed},
	}
}
