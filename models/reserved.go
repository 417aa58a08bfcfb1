package models

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Reserved tells whether p is one of the server's own names, which no credential may carry and no request may act as: kind
// system, and ids that begin with sys: or svc: in any spelling. To ask what is owed to such a principal is not to act as it.
//
// Spellings are what a reader takes for the same: other letter cases and widths, compatibility forms (ſ, ⓢ, ﹕), marks over the
// letters, spaces and invisible characters anywhere, and the letters of other scripts that look alike. Ids are compared
// exactly everywhere else, so an id that is spelled so is nobody's; it is refused because a person would believe it.
func (p Principal) Reserved() bool {
	if p.Kind == KindSystem {
		return true
	}
	id := plain(p.ID)
	return strings.HasPrefix(id, "sys:") || strings.HasPrefix(id, "svc:")
}

// plain returns s without what does not tell spellings apart, in lower case.
func plain(s string) string {
	if isASCII(s) { // as nearly all are: each letter has two spellings
		return strings.ToLower(strings.Map(plainRune, s))
	}
	// What is taken away, folded or decomposed may leave what can be again; some letters fold into each other for ever.
	fold := cases.Fold()
	for range 4 {
		s = fold.String(norm.NFKD.String(strings.Map(plainRune, s)))
	}
	return strings.Map(plainRune, s)
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}

// plainRune returns the letter that r is taken for, or -1 when nobody sees r or r stands over another.
func plainRune(r rune) rune {
	if unicode.In(r, unicode.M, unicode.Cf, unicode.Cc, unicode.Z, unicode.Other_Default_Ignorable_Code_Point) || unicode.IsSpace(r) ||
		r == '\u2800' { // the empty Braille pattern
		return -1
	}
	if like, ok := lookalikes[r]; ok {
		return like
	}
	return r
}

// lookalikes are the letters and signs that look like those of sys: and svc:, from Unicode's confusables.txt; what NFKD or
// folding makes of them is not here.
var lookalikes = alike(map[rune]string{
	's': "ƽѕꜱᏚꮪՏꓢ𐑈𑣁",
	'y': "уүγʏყɣỿᎩᎽꓬⲩ𑣜",
	'v': "νѵᴠטᏙꮩꓦⴸ∨⋁٧۷𑜆𑣀",
	'c': "сϲᴄⲥᏟꮯꓚ𐐽",
	':': "ː˸։׃܃܄᛬᠃᠉⁚∶ꓽ꞉",
})

func alike(letters map[rune]string) map[rune]rune {
	of := map[rune]rune{}
	for letter, others := range letters {
		for _, other := range others {
			of[other] = letter
		}
	}
	return of
}
