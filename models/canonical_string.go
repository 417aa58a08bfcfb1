package models

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// validUTF8 returns s with every byte that is not part of a UTF-8 sequence replaced by U+FFFD, as encoding/json does.
func validUTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
}

// appendString appends the canonical string of s, with U+FFFD for what is not UTF-8.
func appendString(dst []byte, s string) []byte { return appendQuoted(dst, validUTF8(s)) }

// appendQuoted appends the canonical string of s, which must be UTF-8.
func appendQuoted[T string | []byte](dst []byte, s T) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	done := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[done:i]...)
		done = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\f':
			dst = append(dst, '\\', 'f')
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	dst = append(dst, s[done:]...)
	return append(dst, '"')
}

// text reads the string at pos, writes it to out and returns its characters.
func (p *parser) text() ([]byte, error) {
	start := p.pos + 1
	for i := start; i < len(p.src); {
		switch c := p.src[i]; {
		case c == '"':
			p.pos = i + 1
			p.out = append(p.out, p.src[start-1:p.pos]...)
			return p.src[start:i], nil
		case c == '\\' || c < ' ':
			return p.encodedText(start, i)
		case c < utf8.RuneSelf:
			i++
		default:
			r, size := utf8.DecodeRune(p.src[i:])
			if r == utf8.RuneError && size == 1 {
				return p.encodedText(start, i)
			}
			i += size
		}
	}
	p.pos = len(p.src)
	return nil, p.malformed("a string is not closed")
}

// encodedText is text for a string whose characters start at start and must be decoded from byte special on.
func (p *parser) encodedText(start, special int) ([]byte, error) {
	first := len(p.decoded)
	p.decoded = append(p.decoded, p.src[start:special]...)
	for p.pos = special; p.pos < len(p.src); {
		switch c := p.src[p.pos]; {
		case c == '"':
			p.pos++
			text := p.decoded[first:]
			p.out = appendQuoted(p.out, text)
			return text, nil
		case c == '\\':
			if err := p.escape(); err != nil {
				return nil, err
			}
		case c < ' ':
			return nil, p.malformed("a control character in a string must be escaped")
		default:
			r, size := utf8.DecodeRune(p.src[p.pos:])
			p.decoded = utf8.AppendRune(p.decoded, r)
			p.pos += size
		}
	}
	return nil, p.malformed("a string is not closed")
}

// escape reads the escape at pos and appends its character to decoded.
func (p *parser) escape() error {
	if p.pos+1 == len(p.src) {
		return p.malformed("a string is not closed")
	}
	c := p.src[p.pos+1]
	switch c {
	case '"', '\\', '/':
	case 'b':
		c = '\b'
	case 'f':
		c = '\f'
	case 'n':
		c = '\n'
	case 'r':
		c = '\r'
	case 't':
		c = '\t'
	case 'u':
		return p.unicodeEscape()
	default:
		return p.malformed("this is no escape of JSON")
	}
	p.decoded = append(p.decoded, c)
	p.pos += 2
	return nil
}

// unicodeEscape reads \uxxxx, or two of them that are a surrogate pair; AppendRune makes a lone surrogate U+FFFD.
func (p *parser) unicodeEscape() error {
	r, ok := unicodeUnit(p.src[p.pos:])
	if !ok {
		return p.malformed("four hexadecimal digits must follow \\u")
	}
	p.pos += len(`\uxxxx`)
	if utf16.IsSurrogate(r) {
		low, _ := unicodeUnit(p.src[p.pos:])
		if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
			r = pair
			p.pos += len(`\uxxxx`)
		}
	}
	p.decoded = utf8.AppendRune(p.decoded, r)
	return nil
}

// unicodeUnit reads the \uxxxx that src begins with.
func unicodeUnit(src []byte) (unit rune, ok bool) {
	if len(src) < len(`\uxxxx`) || src[0] != '\\' || src[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(src[2:len(`\uxxxx`)]), 16, 16)
	return rune(n), err == nil
}
