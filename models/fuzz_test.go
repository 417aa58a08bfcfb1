package models_test

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/asyncgate/asyncgate/models"
)

// encoding/json is the judge of what is JSON and what it means; ParseJSON and CanonicalJSON must agree with it and with
// each other.
func FuzzParseJSON(f *testing.F) {
	for _, text := range []string{
		``, ` null `, `[1,-0,-0.0,1e400,1E+22,0.1,9007199254740993]`, `{"b":{"d":1,"c":2},"a":[{}],"b":0}`, `{"a":1}{`,
		`{"\ud83d\ude00":"\ud83d","\u0000":"\/\b\f\n\r\t\"\\","é` + "\xff\xed\xa0\x80" + `":"<&>\u2028"}`, `[[[[[[["deep"]]]]]]]`,
		nested(models.MaxJSONDepth), nested(models.MaxJSONDepth + 1), "\"a\x00\"", `"\u00`, `{"a":{"z":1,"y":[{"x":1,"w":2}]},"A":1}`,
	} {
		f.Add([]byte(text))
	}
	f.Add(kibibyteObject())
	f.Fuzz(func(t *testing.T, text []byte) {
		canonical, err := models.ParseJSON(text)
		want, decodeErr := decodeJSON(text)
		if err != nil {
			if models.CodeOf(err) != models.CodeBadUserInput {
				t.Fatalf("%v", err)
			}
			message := err.Error()
			if decodeErr == nil && !strings.Contains(message, "nested deeper") && !strings.Contains(message, "beyond a double") {
				t.Fatalf("valid JSON is refused: %v", err)
			}
			return
		}
		if decodeErr != nil {
			t.Fatalf("encoding/json refuses it: %v", decodeErr)
		}
		if !json.Valid([]byte(canonical)) || !utf8.ValidString(string(canonical)) {
			t.Fatalf("not JSON: %q", canonical)
		}
		if again, err := models.ParseJSON([]byte(canonical)); err != nil || again != canonical {
			t.Fatalf("not idempotent: %s, then %s, %v", canonical, again, err)
		}
		if fromValue, err := models.CanonicalJSON(want); err != nil || fromValue != canonical {
			t.Fatalf("CanonicalJSON says %q (%v), ParseJSON %q", fromValue, err, canonical)
		}
		fields := canonical.Fields()
		if object, _ := want.(map[string]any); len(fields) != len(object) {
			t.Fatalf("%d fields of %d: %q", len(fields), len(object), canonical)
		}
		for key, field := range fields {
			if part, err := models.CanonicalJSON(want.(map[string]any)[key]); err != nil || part != field {
				t.Fatalf("field %q is %q, want %q, %v", key, field, part, err)
			}
		}
		got, err := decodeJSON([]byte(canonical))
		if err != nil || !reflect.DeepEqual(meaning(got), meaning(want)) {
			t.Fatalf("another value: %q became %q", text, canonical)
		}
	})
}

func FuzzCanonicalFloat(f *testing.F) {
	for _, float := range []float64{
		0, math.Copysign(0, -1), 1, -1.5, 0.1, 1e-4, 9.999999999999999e-05, 1e16, 9999999999999998, 1e22, 1e23, 5e-324,
		math.MaxFloat64, 2.2250738585072014e-308, math.NaN(), math.Inf(1), 1 << 53, 123456.789,
	} {
		f.Add(math.Float64bits(float))
	}
	f.Fuzz(func(t *testing.T, bits uint64) {
		float := math.Float64frombits(bits)
		got, err := models.CanonicalJSON(float)
		if math.IsNaN(float) || math.IsInf(float, 0) {
			if models.CodeOf(err) != models.CodeBadUserInput {
				t.Fatalf("%v: %s, %v", float, got, err)
			}
			return
		}
		if err != nil || string(got) != pythonRepr(float) {
			t.Fatalf("got %s, %v; want %s", got, err, pythonRepr(float))
		}
		if back, err := strconv.ParseFloat(string(got), 64); err != nil || math.Float64bits(back) != bits {
			t.Fatalf("%s reads back as %v, %v", got, back, err)
		}
		if parsed, err := models.ParseJSON([]byte(got)); err != nil || parsed != got {
			t.Fatalf("%s becomes %s, %v", got, parsed, err)
		}
	})
}

// pythonRepr places the point among the shortest digits as Python's float_repr_style "short" does.
func pythonRepr(f float64) string {
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(math.Abs(f), 'e', -1, 64), "e")
	digits := strings.ReplaceAll(mantissa, ".", "")
	power, _ := strconv.Atoi(exponent)
	var text string
	switch point := power + 1; {
	case f == 0:
		text = "0.0"
	case power < -4 || power >= 16:
		if text = mantissa + "e+" + strconv.Itoa(power); power < 0 {
			text = mantissa + "e-" + strings.Repeat("0", max(0, 2-len(strconv.Itoa(-power)))) + strconv.Itoa(-power)
		}
	case point <= 0:
		text = "0." + strings.Repeat("0", -point) + digits
	case point >= len(digits):
		text = digits + strings.Repeat("0", point-len(digits)) + ".0"
	default:
		text = digits[:point] + "." + digits[point:]
	}
	if math.Signbit(f) {
		return "-" + text
	}
	return text
}

func decodeJSON(text []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, io.ErrUnexpectedEOF
	}
	return value, nil
}

type integer string

// meaning replaces the numbers within value, in place, by what they mean: integers their digits, others their double.
func meaning(value any) any {
	switch v := value.(type) {
	case json.Number:
		if !strings.ContainsAny(string(v), ".eE") {
			if v == "-0" {
				v = "0"
			}
			return integer(v)
		}
		f, _ := v.Float64()
		return math.Float64bits(f)
	case []any:
		for i := range v {
			v[i] = meaning(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = meaning(v[key])
		}
	}
	return value
}
