package models

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Canonical text is compact JSON in UTF-8: keys sorted by code point at every level, no spaces, non-ASCII characters as
// they are, and numbers written in exactly one way. Equal values have equal text, so text stands for value in hashes,
// comparisons and the database. encoding/json cannot write it (<>&, U+2028, 1.0 and exponents differ), hence these
// files: canonical.go for Go values and numbers, canonical_parse.go for JSON text, canonical_string.go for strings.

// CanonicalJSON returns the canonical text of a Go value: nil, bool, string, json.Number, int, int32, int64, uint64,
// float64, []any, map[string]any, and JSON, which is taken as it is (within an array or object, absent becomes null).
// What ParseJSON says of UTF-8 holds here too; of keys that become equal that way, the greatest in byte order counts.
// BAD_USER_INPUT: a json.Number that is no JSON number or beyond a double's range, NaN and infinities, nesting deeper
// than MaxJSONDepth, any other type.
func CanonicalJSON(v any) (JSON, error) {
	if j, ok := v.(JSON); ok {
		return j, nil
	}
	text, err := appendValue(nil, v, 0)
	if err != nil {
		return "", err
	}
	return JSON(text), nil
}

// appendValue appends v's canonical text; depth is how many arrays and objects are open around it.
func appendValue(dst []byte, v any, depth int) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(dst, Null...), nil
	case bool:
		return strconv.AppendBool(dst, v), nil
	case string:
		return appendString(dst, v), nil
	case json.Number:
		return appendJSONNumber(dst, v)
	case int:
		return strconv.AppendInt(dst, int64(v), 10), nil
	case int32:
		return strconv.AppendInt(dst, int64(v), 10), nil
	case int64:
		return strconv.AppendInt(dst, v, 10), nil
	case uint64:
		return strconv.AppendUint(dst, v, 10), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, Errorf(CodeBadUserInput, "JSON has no number %v", v)
		}
		return appendFloat(dst, v), nil
	case []any:
		return appendArray(dst, v, depth)
	case map[string]any:
		return appendObject(dst, v, depth)
	case JSON:
		return appendPart(dst, v), nil
	default:
		return nil, Errorf(CodeBadUserInput, "a value of type %T is no JSON value", v)
	}
}

func appendArray(dst []byte, items []any, depth int) ([]byte, error) {
	if depth >= MaxJSONDepth {
		return nil, errTooDeep()
	}
	dst = append(dst, '[')
	for i, item := range items {
		if i > 0 {
			dst = append(dst, ',')
		}
		var err error
		if dst, err = appendValue(dst, item, depth+1); err != nil {
			return nil, err
		}
	}
	return append(dst, ']'), nil
}

func appendObject(dst []byte, fields map[string]any, depth int) ([]byte, error) {
	if depth >= MaxJSONDepth {
		return nil, errTooDeep()
	}
	fields, keys := sortedKeys(fields)
	dst = append(dst, '{')
	for i, key := range keys {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendQuoted(dst, key), ':')
		var err error
		if dst, err = appendValue(dst, fields[key], depth+1); err != nil {
			return nil, err
		}
	}
	return append(dst, '}'), nil
}

// appendPart appends a text that is canonical already; absent is null.
func appendPart(dst []byte, part JSON) []byte {
	if part == "" {
		part = Null
	}
	return append(dst, part...)
}

// sortedKeys returns the keys of fields by code point (which is the byte order of UTF-8), and fields itself, unless a
// key is not UTF-8: then a copy under the repaired keys, and of those that meet the greatest original one counts.
func sortedKeys[V any](fields map[string]V) (map[string]V, []string) {
	keys, valid := make([]string, 0, len(fields)), true
	for key := range fields {
		keys = append(keys, key)
		valid = valid && utf8.ValidString(key)
	}
	slices.Sort(keys)
	if valid {
		return fields, keys
	}
	repaired := make(map[string]V, len(fields))
	for _, key := range keys {
		repaired[validUTF8(key)] = fields[key]
	}
	return sortedKeys(repaired)
}

func appendJSONNumber(dst []byte, number json.Number) ([]byte, error) {
	literal := []byte(number)
	length, integer := scanNumber(literal)
	if length == 0 || length < len(literal) {
		return nil, Errorf(CodeBadUserInput, "a JSON number is malformed")
	}
	return appendNumber(dst, literal, integer)
}

// scanNumber returns the length of the JSON number that text begins with (0 if there is none) and whether it is written
// as an integer.
func scanNumber(text []byte) (length int, integer bool) {
	digits := func(from int) int {
		for from < len(text) && '0' <= text[from] && text[from] <= '9' {
			from++
		}
		return from
	}
	first := 0
	if len(text) > 0 && text[0] == '-' {
		first = 1
	}
	end := digits(first)
	if end == first {
		return 0, false
	}
	if text[first] == '0' {
		end = first + 1
	}
	integer = true
	if end < len(text) && text[end] == '.' {
		if e := digits(end + 1); e > end+1 {
			end, integer = e, false
		}
	}
	if end < len(text) && (text[end] == 'e' || text[end] == 'E') {
		sign := end + 1
		if sign < len(text) && (text[sign] == '+' || text[sign] == '-') {
			sign++
		}
		if e := digits(sign); e > sign {
			end, integer = e, false
		}
	}
	return end, integer
}

// appendNumber appends the canonical form of a literal that scanNumber has accepted: integers keep every digit, other
// numbers are doubles. BAD_USER_INPUT beyond a double's range; below its precision it is zero.
func appendNumber(dst, literal []byte, integer bool) ([]byte, error) {
	if integer {
		if string(literal) == "-0" {
			literal = literal[1:]
		}
		return append(dst, literal...), nil
	}
	f, err := strconv.ParseFloat(string(literal), 64)
	if err != nil {
		return nil, Errorf(CodeBadUserInput, "a JSON number is beyond a double's range (about 1.8e308); send it as a string")
	}
	return appendFloat(dst, f), nil
}

// appendFloat appends a finite double as Python's repr does: the shortest digits that read back as f, with .0 when it
// is integral, and with an exponent of at least two digits from 1e16 and below 1e-4.
func appendFloat(dst []byte, f float64) []byte {
	if size := math.Abs(f); size != 0 && (size < 1e-4 || size >= 1e16) {
		return strconv.AppendFloat(dst, f, 'e', -1, 64)
	}
	dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
	if f == math.Trunc(f) {
		dst = append(dst, ".0"...)
	}
	return dst
}

func errTooDeep() error {
	return Errorf(CodeBadUserInput, "JSON is nested deeper than %d levels", MaxJSONDepth)
}
