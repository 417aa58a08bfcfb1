package models

import (
	"bytes"
	"encoding/json"
	"iter"
	"unicode/utf8"
)

// Text is one JSON value as it was sent: well-formed, nothing around it, and not yet canonical. It is read value by value, so
// that what nobody looks into is never decoded: ParseJSON makes of it in one step what is kept.
type Text []byte

// ReadText returns the value that text consists of; not ok when that is malformed or nested far too deep. It is not copied.
func ReadText(text []byte) (value Text, ok bool) {
	if !json.Valid(text) {
		return nil, false
	}
	return trimSpace(text), true
}

// WriteText returns the text of a Go value that encoding/json can write.
func WriteText(value any) (Text, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, Errorf(CodeBadUserInput, "a value of type %T is no JSON value", value)
	}
	return text, nil
}

// MarshalJSON returns the text itself.
func (t Text) MarshalJSON() ([]byte, error) { return t, nil }

// Kind returns what t is.
func (t Text) Kind() JSONKind { return kindOf(t) }

// Members returns the keys of an object, strings, and their values, in the order of the text: of keys that are the same the
// last counts. Nothing when t is no object.
func (t Text) Members() iter.Seq2[Text, Text] {
	return func(yield func(key, value Text) bool) {
		if t.Kind() != JSONObject {
			return
		}
		var key, value Text
		for rest := t.inside(); len(rest) > 0; {
			key, rest = rest.cut()
			if value, rest = rest.cut(); !yield(key, value) {
				return
			}
		}
	}
}

// Items returns the items of an array. Nothing when t is none.
func (t Text) Items() iter.Seq[Text] {
	return func(yield func(item Text) bool) {
		if t.Kind() != JSONArray {
			return
		}
		var item Text
		for rest := t.inside(); len(rest) > 0; {
			if item, rest = rest.cut(); !yield(item) {
				return
			}
		}
	}
}

// inside returns what stands between the brackets of an array, or the braces of an object.
func (t Text) inside() Text { return trimSpace(t[1 : len(t)-1]) }

// cut returns the value that t begins with, and what follows after it and the comma or colon behind it.
func (t Text) cut() (value, rest Text) {
	end := textEnd(t)
	value, rest = t[:end], trimSpace(t[end:])
	if len(rest) > 0 {
		rest = trimSpace(rest[1:])
	}
	return value, rest
}

// String returns the characters of a string, with U+FFFD for what is not UTF-8 and for lone surrogates; any other value as it
// is written.
func (t Text) String() string {
	if t.Kind() != JSONString {
		return string(t)
	}
	if t.plain() {
		return string(t[1 : len(t)-1])
	}
	p := parser{src: t}
	characters, _ := p.text() // it is well-formed
	return string(characters)
}

// Is tells whether t is the string s.
func (t Text) Is(s string) bool {
	if t.Kind() == JSONString && t.plain() {
		return string(t[1:len(t)-1]) == s
	}
	return t.Kind() == JSONString && t.String() == s
}

// plain tells whether a string is written as it is.
func (t Text) plain() bool { return bytes.IndexByte(t, '\\') < 0 && utf8.Valid(t) }

// textEnd returns where the value that t begins with ends.
func textEnd(t Text) int {
	depth := 0
	for i := 0; i < len(t); i++ {
		switch t[i] {
		case '"':
			for i++; t[i] != '"'; i++ {
				if t[i] == '\\' {
					i++
				}
			}
			if depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		case ',', ':', ' ', '\t', '\n', '\r':
			if depth == 0 {
				return i
			}
		}
	}
	return len(t)
}

// trimSpace cuts the space off that JSON allows around a value.
func trimSpace(t Text) Text {
	for len(t) > 0 && isSpace(t[0]) {
		t = t[1:]
	}
	for len(t) > 0 && isSpace(t[len(t)-1]) {
		t = t[:len(t)-1]
	}
	return t
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
