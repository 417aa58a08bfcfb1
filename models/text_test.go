package models_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/asyncgate/asyncgate/models"
)

func TestTextIsReadValueByValue(t *testing.T) {
	t.Parallel()
	text, ok := models.ReadText([]byte(" {\"a\" : [1, \"x,]\\\"\" , {\"b\":[]}, [ ] ] ,\n\"\\u0063\": -1.50e2,\"d\":null, \"\":true, \"a\" :{ } }\t"))
	if !ok {
		t.Fatal("it is well-formed")
	}
	var keys, values []string
	for key, value := range text.Members() {
		keys, values = append(keys, key.String()), append(values, string(value))
	}
	if want := []string{"a", "c", "d", "", "a"}; !reflect.DeepEqual(keys, want) {
		t.Errorf("keys %q, want %q", keys, want)
	}
	if want := []string{`[1, "x,]\"" , {"b":[]}, [ ] ]`, `-1.50e2`, `null`, `true`, `{ }`}; !reflect.DeepEqual(values, want) {
		t.Errorf("values %q, want %q", values, want)
	}
	var items []string
	for item := range models.Text(values[0]).Items() {
		items = append(items, string(item))
	}
	if want := []string{`1`, `"x,]\""`, `{"b":[]}`, `[ ]`}; !reflect.DeepEqual(items, want) {
		t.Errorf("items %q, want %q", items, want)
	}
	for range text.Items() {
		t.Error("an object has no items")
	}
	for range models.Text(`"{}"`).Members() {
		t.Error("a string has no members")
	}
}

func TestTextIsComparedByItsCharacters(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`"query"`: "query", `"qu\u0065ry"`: "query", `""`: "", "\"\xff\"": "\ufffd", `"\ud800"`: "\ufffd", `"\""`: `"`,
	} {
		value, ok := models.ReadText([]byte(text))
		if !ok || value.String() != want || !value.Is(want) || value.Is(want+"x") {
			t.Errorf("%s is %q, want %q", text, value.String(), want)
		}
	}
	if models.Text(`1`).Is("1") || models.Text(nil).Is("") {
		t.Error("only strings are strings")
	}
}

// FuzzText: what is taken is what encoding/json takes, and has the same values.
func FuzzText(f *testing.F) {
	for _, text := range []string{
		``, ` `, `null`, `{"a":1,"a":{"b":[2,"\"]"]}} `, `[[],{},"",0]`, "{\"\xff\":\"\\ud800\"}", `{"a":1}x`, `[1,]`, "\ufeff1", `"\u0061"`, `{"a" : { "b":[ ] } }`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		kept := bytes.Clone(input)
		text, ok := models.ReadText(input)
		var judged any
		d := json.NewDecoder(bytes.NewReader(input))
		d.UseNumber()
		if wellFormed := json.Valid(input); ok != wellFormed {
			t.Fatalf("%q is taken: %v", input, ok)
		}
		if !ok {
			return
		}
		if err := d.Decode(&judged); err != nil {
			t.Fatal(err)
		}
		if got := read(text); !reflect.DeepEqual(got, judged) || !bytes.Equal(input, kept) {
			t.Fatalf("%q is %#v, want %#v", input, got, judged)
		}
	})
}

// read decodes a text as encoding/json does, with exact numbers.
func read(text models.Text) any {
	switch text.Kind() {
	case models.JSONNull:
		return nil
	case models.JSONBool:
		return string(text) == "true"
	case models.JSONNumber:
		return json.Number(text.String())
	case models.JSONString:
		return text.String()
	case models.JSONArray:
		items := []any{}
		for item := range text.Items() {
			items = append(items, read(item))
		}
		return items
	default:
		members := map[string]any{}
		for key, value := range text.Members() {
			members[key.String()] = read(value)
		}
		return members
	}
}
