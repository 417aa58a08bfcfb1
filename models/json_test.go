package models_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/models"
)

func TestParseJSONWritesCanonicalText(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ text, want string }{
		"spaces go":                           {" { \"a\" : [ 1 ,\t2 ] ,\r\n \"b\" : { } , \"c\" : [ ] } ", `{"a":[1,2],"b":{},"c":[]}`},
		"literals stay":                       {`[true,false,null]`, `[true,false,null]`},
		"keys are sorted at every level":      {`{"b":{"d":1,"c":[{"z":0,"y":0}]},"a":2}`, `{"a":2,"b":{"c":[{"y":0,"z":0}],"d":1}}`},
		"sorted inside unsorted":              {`{"b":{"a":1,"b":2},"a":{"a":1,"b":2}}`, `{"a":{"a":1,"b":2},"b":{"a":1,"b":2}}`},
		"unsorted inside sorted":              {`{"a":{"b":1,"a":2},"b":[{"b":1,"a":2},0,{"d":1,"c":2}]}`, `{"a":{"a":2,"b":1},"b":[{"a":2,"b":1},0,{"c":2,"d":1}]}`},
		"keys sort by code point, not UTF-16": {`{"😀":1,"\ufffd":2}`, `{"` + "\ufffd" + `":2,"😀":1}`},
		"keys sort decoded, not as escaped":   {`{"#":1,"\"":2,"\u0001":3,"\\":4,"[":5,"]":6}`, `{"\u0001":3,"\"":2,"#":1,"[":5,"\\":4,"]":6}`},
		"the empty key is first":              {`{"a":1,"":2}`, `{"":2,"a":1}`},
		"of duplicate keys the last counts":   {`{"a":1,"b":2,"a":{"x":1,"x":2}}`, `{"a":{"x":2},"b":2}`},
		"duplicates are found decoded":        {`{"a":1,"\u0061":2}`, `{"a":2}`},
		"a dropped duplicate may be unsorted": {`{"a":{"z":1,"y":2},"a":3,"A":{"z":1,"y":2}}`, `{"A":{"y":2,"z":1},"a":3}`},

		"short escapes":                   {`"\b\f\n\r\t\"\\"`, `"\b\f\n\r\t\"\\"`},
		"an escaped solidus is a solidus": {`"\/"`, `"/"`},
		"long spelling of short escapes":  {`"\u0008\u000C\u000a\u000D\u0009\u0022\u005c"`, `"\b\f\n\r\t\"\\"`},
		"control characters in lower hex": {`"\u0000\u001F"`, `"\u0000\u001f"`},
		"DEL and line separators are raw": {`"\u007f\u2028\u2029"`, "\"\u007f\u2028\u2029\""},
		"HTML is raw":                     {`"\u003ca\u0026b\u003e"`, `"<a&b>"`},
		"a surrogate pair is a character": {`"\ud83d\uDE00"`, `"😀"`},
		"lone surrogates":                 {`"\ud83d \ude00 \ud83d\u0041 \ud83d\ud83d\ude00 \ud83d"`, "\"\ufffd \ufffd \ufffdA \ufffd😀 \ufffd\""},
		"each byte that is not UTF-8":     {"\"a\xff\xfe\u00e9\xc3\"", "\"a\ufffd\ufffd\u00e9\ufffd\""},
		"encoded surrogates":              {"\"\xed\xa0\x80\"", "\"\ufffd\ufffd\ufffd\""},
		"invalid keys that meet":          {"{\"\xff\":1,\"\xfe\":2}", "{\"\ufffd\":2}"},

		"integers of any length":      {`[0,-1,9007199254740993,-9223372036854775809,1234567890123456789012345678901234567890]`, `[0,-1,9007199254740993,-9223372036854775809,1234567890123456789012345678901234567890]`},
		"minus zero, an integer":      {`-0`, `0`},
		"minus zero, a double":        {`[-0.0,-0e5,-1e-400]`, `[-0.0,-0.0,-0.0]`},
		"integral doubles":            {`[1.0,1e0,100E+1,1e15,1e16]`, `[1.0,1.0,1000.0,1000000000000000.0,1e+16]`},
		"doubles at their shortest":   {`[0.10,0.1000000000000000055511151231257827,1.5e16,3.14159265358979323846]`, `[0.1,0.1,1.5e+16,3.141592653589793]`},
		"exponents have two digits":   {`[1e22,1e-7,1e100,1e-5]`, `[1e+22,1e-07,1e+100,1e-05]`},
		"the edges of the exponent":   {`[0.0001,0.00009999,9999999999999998.0,9999999999999999.9]`, `[0.0001,9.999e-05,9999999999999998.0,1e+16]`},
		"the edges of the range":      {`[1.7976931348623157e308,5e-324,2.2250738585072014e-308,1e-400]`, `[1.7976931348623157e+308,5e-324,2.2250738585072014e-308,0.0]`},
		"integers beyond the doubles": {`1` + strings.Repeat("0", 400), `1` + strings.Repeat("0", 400)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := mustParseJSON(t, tc.text)
			if string(got) != tc.want {
				t.Errorf("ParseJSON(%q)\n got %s\nwant %s", tc.text, got, tc.want)
			}
			if again := mustParseJSON(t, string(got)); again != got {
				t.Errorf("canonical text is not kept: %s, then %s", got, again)
			}
		})
	}
}

func TestParseJSONRefusesWithBadUserInput(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing": "", "space": " \n", "a word": "undefined", "a cut word": "tru", "a wrong word": "nul1", "capitals": "True",
		"text after the value": "1 2", "a bracket after the value": "[]]", "NUL": "\x00", "a byte order mark": "\ufeff1",
		"open array": "[1", "open object": `{"a":1`, "open string": `"a`, "open escape": `"\`, "cut unicode escape": `"\u00`,
		"closed by the other": "[1}", "a comma too many": "[1,]", "a comma alone": "[,1]", "no comma": "[1 2]",
		"an object's comma too many": `{"a":1,}`, "no colon": `{"a" 1}`, "no value": `{"a":}`, "no key": `{1:2}`, "no quotes": `{a:1}`,
		"unknown escape": `"\x"`, "no hexadecimal": `"\u00g0"`, "control characters as digits": "\"\\u00\x10\x10\"", "a sign as digit": `"\u+001"`,
		"raw newline": "\"a\nb\"", "raw newline after an escape": "\"\\t\n\"", "single quotes": `'a'`,
		"leading zero": "01", "leading plus": "+1", "no digits": "-", "no fraction": "1.", "no integer": ".5", "no exponent": "1e",
		"signed nothing": "1e+", "hexadecimal": "0x1", "underscore": "1_0", "NaN": "NaN", "Infinity": "-Infinity",
		"beyond a double": "1e400", "beyond a double, negative": "-1e309", "a comment": "1//", "too deep": nested(models.MaxJSONDepth + 1),
		"far too deep": strings.Repeat("[", 1<<20), "far too deep objects": strings.Repeat(`{"a":`, 1<<20),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := models.ParseJSON([]byte(text))
			if models.CodeOf(err) != models.CodeBadUserInput || got != "" {
				t.Errorf("got %.80q, %v", got, err)
			}
		})
	}
}

func TestParseJSONSaysWhereTextIsMalformed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"a": tru}`: "byte 6", `[1, 2`: "byte 5", "\"a\tb\"": "byte 2", `{"a":1}x`: "byte 7", `"a\q"`: "byte 2",
	} {
		if _, err := models.ParseJSON([]byte(text)); err == nil || !strings.Contains(err.Error(), want+":") {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

func TestParseJSONTakesTheDeepestNesting(t *testing.T) {
	t.Parallel()
	text := nested(models.MaxJSONDepth)
	if got := mustParseJSON(t, text); string(got) != text {
		t.Errorf("changed: %.80s", got)
	}
}

// Sorting each object where it ends would copy 4 MB a thousand times, and be noticed here.
func TestParseJSONSortsDeepObjectsInOnePass(t *testing.T) {
	t.Parallel()
	depth, long := models.MaxJSONDepth, strings.Repeat("x", 4<<20)
	text := strings.Repeat(`{"b":`, depth) + `"` + long + `"` + strings.Repeat(`,"a":0}`, depth)
	want := strings.Repeat(`{"a":0,"b":`, depth) + `"` + long + `"` + strings.Repeat(`}`, depth)
	if got := mustParseJSON(t, text); string(got) != want {
		t.Error("not sorted")
	}
}

func TestParseJSONLeavesItsInputAlone(t *testing.T) {
	t.Parallel()
	const text = `{"b\n":"x\ty","a":1e2}`
	input := []byte(text)
	got, err := models.ParseJSON(input)
	if err != nil || string(input) != text {
		t.Fatalf("input became %s, %v", input, err)
	}
	clear(input)
	if want := models.JSON(`{"a":100.0,"b\n":"x\ty"}`); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestCanonicalJSONTakesGoValues(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		value any
		want  models.JSON
	}{
		"nil":                   {nil, `null`},
		"bool":                  {true, `true`},
		"string":                {"a\"\x00\u2028\xff", "\"a\\\"\\u0000\u2028\ufffd\""},
		"int":                   {-7, `-7`},
		"int32":                 {int32(math.MinInt32), `-2147483648`},
		"int64":                 {int64(math.MinInt64), `-9223372036854775808`},
		"uint64":                {uint64(math.MaxUint64), `18446744073709551615`},
		"float64":               {1.0, `1.0`},
		"float64 minus zero":    {math.Copysign(0, -1), `-0.0`},
		"json.Number integer":   {json.Number("-0"), `0`},
		"json.Number double":    {json.Number("1E22"), `1e+22`},
		"json.Number of digits": {json.Number("1234567890123456789012345678901234567890"), `1234567890123456789012345678901234567890`},
		"array":                 {[]any{1, "a", nil, []any{}}, `[1,"a",null,[]]`},
		"nil array":             {[]any(nil), `[]`},
		"object":                {map[string]any{"b": 1, "a": map[string]any{"d": nil, "c": true}}, `{"a":{"c":true,"d":null},"b":1}`},
		"nil object":            {map[string]any(nil), `{}`},
		"JSON":                  {models.JSON(`{"a":1}`), `{"a":1}`},
		"absent JSON":           {models.JSON(""), ``},
		"JSON within":           {[]any{models.JSON(`{"a":1}`), models.JSON("")}, `[{"a":1},null]`},
		"keys that meet":        {map[string]any{"\xff": "greatest", "\xfe": "less", "z": 0}, "{\"z\":0,\"\ufffd\":\"greatest\"}"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := models.CanonicalJSON(tc.value)
			if err != nil || got != tc.want {
				t.Errorf("got %s, %v; want %s", got, err, tc.want)
			}
		})
	}
}

func TestCanonicalJSONRefusesWithBadUserInput(t *testing.T) {
	t.Parallel()
	cyclic := map[string]any{}
	cyclic["again"] = []any{cyclic}
	for name, value := range map[string]any{
		"NaN": math.NaN(), "infinity": math.Inf(1), "minus infinity within": []any{math.Inf(-1)},
		"beyond a double": json.Number("1e400"), "no number": json.Number("1x"), "empty number": json.Number(""), "word": json.Number("null"),
		"another type": struct{}{}, "another type within": map[string]any{"a": []string{"b"}}, "bytes": []byte("1"), "pointer": new(int),
		"too deep": cyclic,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := models.CanonicalJSON(value); models.CodeOf(err) != models.CodeBadUserInput || got != "" {
				t.Errorf("got %.80q, %v", got, err)
			}
		})
	}
}

func TestCanonicalJSONHasTheDepthOfParseJSON(t *testing.T) {
	t.Parallel()
	var value any = 1
	for range models.MaxJSONDepth {
		value = []any{value}
	}
	if _, err := models.CanonicalJSON(value); err != nil {
		t.Errorf("the deepest allowed: %v", err)
	}
	if _, err := models.CanonicalJSON(map[string]any{"a": value}); models.CodeOf(err) != models.CodeBadUserInput {
		t.Errorf("one deeper: %v", err)
	}
}

func TestBuildersWriteCanonicalText(t *testing.T) {
	t.Parallel()
	text, instant := "a\n\xff", time.Date(2026, 3, 1, 1, 2, 3, 4_999, time.FixedZone("", 3600))
	for name, tc := range map[string]struct{ got, want models.JSON }{
		"object":           {models.Object(map[string]models.JSON{"b": `[1]`, "a\"": `{}`, "n": ""}), `{"a\"":{},"b":[1],"n":null}`},
		"empty object":     {models.Object(nil), `{}`},
		"keys that meet":   {models.Object(map[string]models.JSON{"\xfe": `1`, "\xff": `2`}), "{\"\ufffd\":2}"},
		"array":            {models.Array([]models.JSON{`1`, "", `"a"`}), `[1,null,"a"]`},
		"empty array":      {models.Array(nil), `[]`},
		"string":           {models.String(text), "\"a\\n\ufffd\""},
		"string or null":   {models.StringOrNull(&text), "\"a\\n\ufffd\""},
		"null":             {models.StringOrNull(nil), models.Null},
		"strings":          {models.Strings([]string{"b", "a"}), `["b","a"]`},
		"no strings":       {models.Strings(nil), `[]`},
		"int":              {models.Int(-42), `-42`},
		"true":             {models.Bool(true), `true`},
		"false":            {models.Bool(false), `false`},
		"time":             {models.Time(instant), `"2026-03-01T00:02:03.000004Z"`},
		"time, no decimal": {models.Time(time.Unix(0, 0)), `"1970-01-01T00:00:00.000000Z"`},
	} {
		if tc.got != tc.want {
			t.Errorf("%s: got %s, want %s", name, tc.got, tc.want)
		}
		if parsed := mustParseJSON(t, string(tc.got)); parsed != tc.got {
			t.Errorf("%s is not canonical: %s", name, tc.got)
		}
	}
}

func TestJSONTellsItsKind(t *testing.T) {
	t.Parallel()
	for text, want := range map[models.JSON]models.JSONKind{
		"": models.JSONAbsent, "null": models.JSONNull, "true": models.JSONBool, "false": models.JSONBool, `"null"`: models.JSONString,
		"0": models.JSONNumber, "-1.5": models.JSONNumber, "[]": models.JSONArray, "{}": models.JSONObject,
	} {
		if got := text.Kind(); got != want {
			t.Errorf("%q: kind %d, want %d", text, got, want)
		}
		if null := text == "" || text == "null"; text.IsNull() != null {
			t.Errorf("%q: IsNull is %t", text, !null)
		}
		if text.IsObject() != (want == models.JSONObject) || text.IsArray() != (want == models.JSONArray) {
			t.Errorf("%q: IsObject or IsArray is wrong", text)
		}
	}
}

func TestFieldsReturnsMembersOfObjects(t *testing.T) {
	t.Parallel()
	members := map[string]models.JSON{
		"": `""`, "a": `1`, `q"\` + "\n": `"},\"]:{\\"`, "é": `[{"a":[1,{"b":"]"}]},[]]`, "n": `null`, "o": `{"x":{"y":"{"},"z":[]}`, "status": models.String("succeeded"),
	}
	got := models.Object(members).Fields()
	if fmt.Sprint(got) != fmt.Sprint(members) {
		t.Errorf("got %v, want %v", got, members)
	}
	if got := models.JSON(`{}`).Fields(); got == nil || len(got) != 0 {
		t.Errorf("of {}: %v", got)
	}
	for _, other := range []models.JSON{"", "null", "[1]", `"{"`, "1", "true"} {
		if got := other.Fields(); got != nil {
			t.Errorf("of %s: %v", other, got)
		}
	}
}

func TestFieldsSurvivesTextThatIsNotCanonical(t *testing.T) {
	t.Parallel()
	const text = `{"a\\":{"b":[1,"c"]},"d":"e"}`
	for end := range len(text) {
		models.JSON(text[:end]).Fields() // must not panic
	}
	for _, text := range []models.JSON{`{"a"}`, `{"a",1}`, `{"a":]}`, `{]`, `{"a":1,`, `{ "a": 1 }`, `{"\`, `{"a":}}}`} {
		text.Fields()
	}
}

func TestFieldsReadsBodiesAroundTheDeepestValue(t *testing.T) {
	t.Parallel()
	deepest := models.JSON(nested(models.MaxJSONDepth))
	body := models.Object(map[string]models.JSON{"artifacts": models.Array([]models.JSON{deepest}), "summary": models.String("s")})
	if got := body.Fields(); got["summary"] != `"s"` || got["artifacts"] != "["+deepest+"]" {
		t.Errorf("got %.80v", got)
	}
}

func TestTruncateErrorKeepsThePreview(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ err, preview string }{
		"short":               {`{"a":"b"}`, `{"a":"b"}`},
		"long":                {`"` + strings.Repeat("a", 20_000) + `"`, `"` + strings.Repeat("a", 8191)},
		"cut at a character":  {`"` + strings.Repeat("é", 20_000) + `"`, `"` + strings.Repeat("é", 4095)},
		"cut in a character":  {`"a` + strings.Repeat("é", 20_000) + `"`, `"a` + strings.Repeat("é", 4095)},
		"cut in a long one":   {`"` + strings.Repeat("😀", 20_000) + `"`, `"` + strings.Repeat("😀", 2047)},
		"cut in an escape":    {`"` + strings.Repeat(`\u0001`, 20_000) + `"`, `"` + strings.Repeat(`\u0001`, 1365) + `\`},
		"exactly the preview": {`"` + strings.Repeat("é", 4095) + `"`, `"` + strings.Repeat("é", 4095) + `"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := models.TruncateError(mustParseJSON(t, tc.err))
			if canonical := mustParseJSON(t, string(got)); canonical != got {
				t.Errorf("not canonical: %.80s", got)
			}
			fields := got.Fields()
			if len(fields) != 2 || fields["truncated"] != "true" || fields["preview"] != models.String(tc.preview) {
				t.Errorf("got %.80s (%d bytes)", got, len(got))
			}
			if len(got) > 2*models.ErrorPreviewBytes+64 {
				t.Errorf("%d bytes", len(got))
			}
		})
	}
}

func BenchmarkParseJSON(b *testing.B) {
	sorted, err := models.ParseJSON(kibibyteObject())
	if err != nil {
		b.Fatal(err)
	}
	for name, text := range map[string][]byte{"unsorted": kibibyteObject(), "canonical": []byte(sorted)} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := models.ParseJSON(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// kibibyteObject is a payload as clients send them: about 1 KiB, keys in the order of their program.
func kibibyteObject() []byte {
	var items []string
	for i := range 9 {
		items = append(items, fmt.Sprintf(`{"url":"s3://bucket/reports/2026/%02d.json","type":"s3","size":%d,"ratio":%g,"note":"é\n<b>"}`, i, 1000*i, 0.25*float64(i)))
	}
	return []byte(`{"task":"summarize","prompt":"Say \"hello\" to the world, then stop.","options":{"temperature":0.7,"top":1,"stream":false,"stop":null},"inputs":[` +
		strings.Join(items, ", ") + `]}`)
}

func nested(depth int) string {
	return strings.Repeat("[", depth) + strings.Repeat("]", depth)
}

func mustParseJSON(t *testing.T, text string) models.JSON {
	t.Helper()
	j, err := models.ParseJSON([]byte(text))
	if err != nil {
		t.Fatalf("ParseJSON(%.80q): %v", text, err)
	}
	return j
}

func TestABodyHoldsTheDeepestValueThatAClientMayGive(t *testing.T) {
	t.Parallel()
	body := models.Object(map[string]models.JSON{"artifacts": models.Array([]models.JSON{models.JSON(nested(models.MaxJSONDepth))})})
	got, err := models.ParseBody([]byte(body))
	if err != nil || got != body {
		t.Errorf("the body is refused or changed: %v", err)
	}
}
