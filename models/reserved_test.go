package models_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/asyncgate/asyncgate/models"
)

func TestReserved(t *testing.T) {
	t.Parallel()
	for name, id := range map[string]string{
		"the server":                  "svc:asyncgate",
		"no more than the prefix":     "sys:",
		"capitals":                    "SVC:asyncgate",
		"both cases":                  "sYs:x",
		"space":                       " svc:x",
		"space within":                "s v c : x",
		"a no-break space":            "\u00a0svc:x",
		"an ideographic space":        "\u3000svc\u3000:x",
		"a line separator":            "\u2028sys:x",
		"the next line":               "\u0085sys:x",
		"a tab":                       "\tsys:x",
		"an ogham space":              "\u1680sys:x",
		"an empty Braille pattern":    "\u2800sys:x",
		"a Hangul filler":             "s\u3164ys:x",
		"a zero-width space":          "\u200bsvc:x",
		"a zero-width joiner":         "sv\u200dc:x",
		"a word joiner":               "svc\u2060:x",
		"a byte order mark":           "\ufeffsvc:x",
		"a soft hyphen":               "s\u00advc:x",
		"a direction mark":            "\u200fsvc:x",
		"a direction override":        "\u202dsvc:x",
		"a variation selector":        "svc\ufe0f:x",
		"another variation selector":  "svc\U000e0100:x",
		"a tag":                       "s\U000e0041ys:x",
		"a grapheme joiner":           "s\u034fys:x",
		"a Mongolian vowel separator": "s\u180eys:x",
		"a combining mark":            "s\u0301ys:x",
		"a combined letter":           "śys:x",
		"an enclosing mark":           "s\u20ddys:x",
		"full width":                  "ｓｖｃ：asyncgate",
		"full width capitals":         "ＳＹＳ:x",
		"a small colon":               "svc﹕x",
		"a vertical colon":            "svc︓x",
		"a long s":                    "ſvc:x",
		"a long s with a dot":         "ẛys:x",
		"circled":                     "ⓢⓥⓒ:x",
		"bold":                        "𝐬𝐯𝐜:x",
		"a Roman numeral":             "sⅴⅽ:x",
		"superscripts":                "ˢʸˢ:x",
		"squared":                     "🅂🅈🅂:x",
		"Cyrillic":                    "ѕуѕ:x",
		"Cyrillic capitals":           "ЅV\u0421:x",
		"Greek":                       "sνϲ:x",
		"a ratio":                     "svc∶x",
		"a modifier colon":            "svc꞉x",
	} {
		for _, kind := range []models.PrincipalKind{models.KindAgent, models.KindService, models.KindHuman} {
			if p := (models.Principal{Kind: kind, ID: id}); !p.Reserved() {
				t.Errorf("%s is not reserved: %+q", name, p)
			}
		}
	}
	for name, id := range map[string]string{
		"a word":                "planner",
		"the letters alone":     "svc",
		"no colon":              "svc-asyncgate",
		"a longer word":         "svcs:x",
		"another prefix":        "service:x",
		"later":                 "my:svc:x",
		"a letter before":       "asys:x",
		"a digit before":        "1svc:x",
		"punctuation before":    ".svc:x",
		"a dot instead":         "svc.x",
		"a semicolon":           "svc;x",
		"two letters":           "sy:x",
		"a sharp s":             "ßvc:x",
		"marks that stay":       "josé",
		"spaces that stay":      "Jane Doe: planner",
		"letters of everywhere": "計画者：пример:παράδειγμα",
		"nothing to see":        "\u200b\u200b",
		"emoji":                 "👩‍💻",
	} {
		if p := (models.Principal{Kind: models.KindAgent, ID: id}); p.Reserved() || p.Check() != nil {
			t.Errorf("%s is refused: %+q", name, p)
		}
	}
	for _, kind := range []string{"system", "SYSTEM", "sYstem"} {
		if p, err := models.ParsePrincipal(kind + ":x"); err != nil || !p.Reserved() {
			t.Errorf("%s: %v, %v", kind, p, err)
		}
	}
	for _, kind := range []string{"ſystem", "ｓystem", " system", "system ", "sys\u200btem", "system\u0000"} {
		if p, err := models.ParsePrincipal(kind + ":x"); models.CodeOf(err) != models.CodeBadUserInput {
			t.Errorf("%q is a kind: %v, %v", kind, p, err)
		}
	}
}

// seen is the id as Unicode identifies names whatever their case (NFKC_Casefold), without the space around it.
func seen(id string) string {
	id = strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) {
			return -1
		}
		return r
	}, norm.NFKC.String(id))
	for range 3 {
		id = norm.NFKC.String(cases.Fold().String(id))
	}
	return strings.TrimSpace(id)
}

func FuzzReserved(f *testing.F) {
	for _, id := range []string{"svc:asyncgate", "planner", "ｓｖｃ：x", " \u00adſYS\ufe55", "s\u0323\u0307vc:", "\u1e9bys:", "σvc:", "ᏚyᏚ:", "ᏚyᏏ\x9a:", "\xffsvc:"} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		p := models.Principal{Kind: models.KindAgent, ID: id}
		if !p.Reserved() && (strings.HasPrefix(seen(id), "svc:") || strings.HasPrefix(seen(id), "sys:")) {
			t.Fatalf("%+q is not reserved, and seen as %+q", id, seen(id))
		}
		for _, more := range []string{strings.ToUpper(id), strings.ToLower(id), norm.NFC.String(id), norm.NFKD.String(id), " " + id, "\u200b" + id} {
			if q := (models.Principal{Kind: models.KindAgent, ID: more}); p.Reserved() && !q.Reserved() {
				t.Fatalf("%+q is reserved, %+q is not", id, more)
			}
		}
		n := utf8.RuneCountInString(id)
		allowed := n >= 1 && n <= 255 && utf8.ValidString(id) && !strings.ContainsFunc(id, unicode.IsControl)
		if err := p.Check(); (err == nil) != allowed {
			t.Fatalf("%+q: %v", id, err)
		}
	})
}

func FuzzParsePrincipal(f *testing.F) {
	for _, text := range []string{"agent:planner", "WORKER:a:b", "system:x", "agent:", ":x", "", "agent", "wor\u212aer:x", "agent:\x00", "agent:\xff", "agent :x"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := models.ParsePrincipal(text)
		if err != nil {
			if models.CodeOf(err) != models.CodeBadUserInput || len(err.Error()) > 500 {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if !p.Kind.Valid() || p.Check() != nil || !strings.HasSuffix(text, ":"+p.ID) {
			t.Fatalf("%q became %+v", text, p)
		}
		if again, err := models.ParsePrincipal(p.String()); err != nil || again != p {
			t.Fatalf("%q became %v, then %v: %v", text, p, again, err)
		}
	})
}
