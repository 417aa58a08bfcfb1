package models

import (
	"strconv"
	"time"
	"unicode/utf8"
)

// JSON is a JSON value as its canonical text: two values are equal exactly when their texts are. "" means absent (SQL
// NULL, GraphQL null); "null" is JSON's null. Text from outside becomes JSON by ParseJSON or CanonicalJSON alone; a
// conversion is for what they have returned, such as a column that was written from a JSON.
type JSON string

// Null is JSON's null.
const Null JSON = "null"

// JSONKind says what a JSON value is.
type JSONKind byte

// The kinds of JSON values; JSONAbsent is that of "".
const (
	JSONAbsent JSONKind = iota
	JSONNull
	JSONBool
	JSONNumber
	JSONString
	JSONArray
	JSONObject
)

// Kind returns what j is, judging by its first byte.
func (j JSON) Kind() JSONKind { return kindOf(j) }

func kindOf[T JSON | Text](value T) JSONKind {
	if len(value) == 0 {
		return JSONAbsent
	}
	switch value[0] {
	case 'n':
		return JSONNull
	case 't', 'f':
		return JSONBool
	case '"':
		return JSONString
	case '[':
		return JSONArray
	case '{':
		return JSONObject
	default:
		return JSONNumber
	}
}

// IsNull tells whether j is absent or null.
func (j JSON) IsNull() bool { return j == "" || j == Null }

// IsObject tells whether j is an object.
func (j JSON) IsObject() bool { return j.Kind() == JSONObject }

// IsArray tells whether j is an array.
func (j JSON) IsArray() bool { return j.Kind() == JSONArray }

// Fields returns the members of an object, each canonical, under their decoded keys; nil when j is no object. To compare
// one with a string: j.Fields()["status"] == String("succeeded").
func (j JSON) Fields() map[string]JSON {
	if !j.IsObject() {
		return nil
	}
	fields := make(map[string]JSON)
	for i := 1; i < len(j) && j[i] == '"'; i++ {
		colon := valueEnd(j, i)
		end := valueEnd(j, min(colon+1, len(j)))
		key := parser{src: []byte(j[i:colon])}
		if name, err := key.text(); err == nil {
			fields[string(name)] = j[min(colon+1, len(j)):end]
		}
		i = end
	}
	return fields
}

// valueEnd returns where the canonical value (or key) that begins at i ends.
func valueEnd(j JSON, i int) int {
	depth, quoted := 0, false
	for ; i < len(j); i++ {
		switch c := j[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{', c == '[':
			depth++
		case depth == 0 && (c == ',' || c == ':' || c == '}' || c == ']'):
			return i
		case c == '}', c == ']':
			depth--
		}
	}
	return len(j)
}

// Object returns the object of fields, which are canonical already; absent becomes null.
func Object(fields map[string]JSON) JSON {
	fields, keys := sortedKeys(fields)
	size := len("{}")
	for _, key := range keys {
		size += len(`"":null,`) + len(key) + len(fields[key])
	}
	text := append(make([]byte, 0, size), '{')
	for i, key := range keys {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(appendQuoted(text, key), ':')
		text = appendPart(text, fields[key])
	}
	return JSON(append(text, '}'))
}

// Array returns the array of items, which are canonical already; absent becomes null. No items, nil included, are [].
func Array(items []JSON) JSON {
	size := len("[]")
	for _, item := range items {
		size += len("null,") + len(item)
	}
	text := append(make([]byte, 0, size), '[')
	for i, item := range items {
		if i > 0 {
			text = append(text, ',')
		}
		text = appendPart(text, item)
	}
	return JSON(append(text, ']'))
}

// String returns the string s; what is not UTF-8 becomes U+FFFD.
func String(s string) JSON {
	var short [64]byte
	return JSON(appendString(short[:0], s))
}

// StringOrNull returns the string *s, or null for nil.
func StringOrNull(s *string) JSON {
	if s == nil {
		return Null
	}
	return String(*s)
}

// Strings returns the array of ss; [] when there are none, nil included.
func Strings(ss []string) JSON {
	var short [256]byte
	text := append(short[:0], '[')
	for i, s := range ss {
		if i > 0 {
			text = append(text, ',')
		}
		text = appendString(text, s)
	}
	return JSON(append(text, ']'))
}

// Int returns the number n.
func Int(n int) JSON { return JSON(strconv.Itoa(n)) }

// Bool returns true or false.
func Bool(b bool) JSON { return JSON(strconv.FormatBool(b)) }

// Time returns the string FormatTime(t).
func Time(t time.Time) JSON { return String(FormatTime(t)) }

// FormatTime writes an instant as every body, API value and log does: in UTC, with exactly six decimals (what is finer is
// cut off) and Z. Its text sorts like the instant.
func FormatTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

// TruncateError returns what a receipt keeps of an error that is too large for it: {"truncated": true, "preview": …} with
// the first ErrorPreviewBytes of its canonical text, less what would split a character. It has at most twice that size
// and a few bytes. The caller decides what is too large.
func TruncateError(err JSON) JSON {
	end := min(len(err), ErrorPreviewBytes)
	for end < len(err) && end > 0 && !utf8.RuneStart(err[end]) {
		end--
	}
	return Object(map[string]JSON{"truncated": Bool(true), "preview": String(string(err[:end]))})
}
