package models

import (
	"bytes"
	"cmp"
	"slices"
)

// ParseJSON returns the canonical text of any JSON text; the canonical text of a canonical text is itself. Integers keep
// every digit, other numbers become doubles, what is not UTF-8 and lone surrogates become U+FFFD, of duplicate keys the
// last counts. Its work grows with the length of text alone (and the sorting of its keys), not with its nesting; text is
// not kept. BAD_USER_INPUT: malformed (a byte after the value included), a number beyond a double's range, nesting deeper
// than MaxJSONDepth.
func ParseJSON(text []byte) (JSON, error) { return parse(text, 0) }

// ParseBody is ParseJSON for a receipt's body, which holds what clients gave up to two levels deeper than they gave it.
func ParseBody(text []byte) (JSON, error) { return parse(text, -2) }

func parse(text []byte, depth int) (JSON, error) {
	p := parser{src: text, out: make([]byte, 0, len(text))}
	p.skipSpace()
	if err := p.value(depth); err != nil {
		return "", err
	}
	p.skipSpace()
	if p.pos < len(p.src) {
		return "", p.malformed("the value has ended here")
	}
	return JSON(p.sorted()), nil
}

// parser reads src and writes its values, each canonical, to out in the order of src. Objects whose keys turn out to be
// unsorted are only noted (in shuffles) and put in order when all is read: sorting each at its end would move the text
// of its members again at every level around it.
type parser struct {
	src []byte
	pos int
	out []byte

	// decoded backs the keys whose characters differ from their source text.
	decoded []byte
	// members is a stack: the members so far of the objects that are open.
	members []member

	shuffles []shuffle
	// ordered holds the members of all shuffles, sorted.
	ordered []member
}

// member is one member of an object: its key and where out has it, from the key's quote to the value's end.
type member struct {
	key        []byte
	start, end int
}

// shuffle says that out[start:end], an object, is to have the members ordered[first:last] instead.
type shuffle struct {
	start, end  int
	first, last int
}

func (p *parser) malformed(why string) error {
	return Errorf(CodeBadUserInput, "JSON is malformed at byte %d: %s", p.pos, why)
}

func (p *parser) skipSpace() {
	for p.pos < len(p.src) {
		switch p.src[p.pos] {
		case ' ', '\t', '\n', '\r':
			p.pos++
		default:
			return
		}
	}
}

// take steps over c, and space after it, if it comes next.
func (p *parser) take(c byte) bool {
	if p.pos == len(p.src) || p.src[p.pos] != c {
		return false
	}
	p.pos++
	p.skipSpace()
	return true
}

// value reads the value at pos; depth is how many arrays and objects are open around it.
func (p *parser) value(depth int) error {
	if p.pos == len(p.src) {
		return p.malformed("the text ends where a value must be")
	}
	switch p.src[p.pos] {
	case '{':
		return p.object(depth)
	case '[':
		return p.array(depth)
	case '"':
		mark := len(p.decoded)
		_, err := p.text()
		p.decoded = p.decoded[:mark]
		return err
	case 't':
		return p.literal("true")
	case 'f':
		return p.literal("false")
	case 'n':
		return p.literal("null")
	default:
		return p.number()
	}
}

func (p *parser) literal(word string) error {
	if !bytes.HasPrefix(p.src[p.pos:], []byte(word)) {
		return p.malformed("this is no JSON value")
	}
	p.pos += len(word)
	p.out = append(p.out, word...)
	return nil
}

func (p *parser) number() error {
	length, integer := scanNumber(p.src[p.pos:])
	if length == 0 {
		return p.malformed("this is no JSON value")
	}
	out, err := appendNumber(p.out, p.src[p.pos:p.pos+length], integer)
	if err != nil {
		return err
	}
	p.pos += length
	p.out = out
	return nil
}

func (p *parser) array(depth int) error {
	if depth >= MaxJSONDepth {
		return errTooDeep()
	}
	p.take('[')
	p.out = append(p.out, '[')
	for more := !p.take(']'); more; {
		if err := p.value(depth + 1); err != nil {
			return err
		}
		p.skipSpace()
		if more = p.take(','); more {
			p.out = append(p.out, ',')
		} else if !p.take(']') {
			return p.malformed("a comma or ] must follow a value of an array")
		}
	}
	p.out = append(p.out, ']')
	return nil
}

func (p *parser) object(depth int) error {
	if depth >= MaxJSONDepth {
		return errTooDeep()
	}
	start, base, sorted := len(p.out), len(p.members), true
	p.take('{')
	p.out = append(p.out, '{')
	for more := !p.take('}'); more; {
		if err := p.member(depth); err != nil {
			return err
		}
		if last := len(p.members) - 1; last > base {
			sorted = sorted && bytes.Compare(p.members[last-1].key, p.members[last].key) < 0
		}
		p.skipSpace()
		if more = p.take(','); more {
			p.out = append(p.out, ',')
		} else if !p.take('}') {
			return p.malformed("a comma or } must follow a value of an object")
		}
	}
	p.out = append(p.out, '}')
	if !sorted {
		p.shuffle(start, p.members[base:])
	}
	p.members = p.members[:base]
	return nil
}

// member reads a key, a colon and a value, and pushes them on members.
func (p *parser) member(depth int) error {
	start := len(p.out)
	if p.pos == len(p.src) || p.src[p.pos] != '"' {
		return p.malformed("a key in quotes must be here")
	}
	key, err := p.text()
	if err != nil {
		return err
	}
	p.skipSpace()
	if !p.take(':') {
		return p.malformed("a colon must follow a key")
	}
	p.out = append(p.out, ':')
	if err := p.value(depth + 1); err != nil {
		return err
	}
	p.members = append(p.members, member{key: key, start: start, end: len(p.out)})
	return nil
}

// shuffle notes that out[start:], an object of members, must be sorted; of equal keys the last stays.
func (p *parser) shuffle(start int, members []member) {
	slices.SortFunc(members, func(a, b member) int {
		return cmp.Or(bytes.Compare(a.key, b.key), cmp.Compare(a.start, b.start))
	})
	first := len(p.ordered)
	for i, m := range members {
		if i+1 == len(members) || !bytes.Equal(m.key, members[i+1].key) {
			p.ordered = append(p.ordered, m)
		}
	}
	p.shuffles = append(p.shuffles, shuffle{start: start, end: len(p.out), first: first, last: len(p.ordered)})
}

// sorted returns out with all shuffles applied; every byte moves once.
func (p *parser) sorted() []byte {
	if len(p.shuffles) == 0 {
		return p.out
	}
	slices.SortFunc(p.shuffles, func(a, b shuffle) int { return cmp.Compare(a.start, b.start) })
	return p.appendSorted(make([]byte, 0, len(p.out)), 0, len(p.out))
}

// appendSorted appends out[start:end], applying the shuffles within.
func (p *parser) appendSorted(dst []byte, start, end int) []byte {
	for {
		next, _ := slices.BinarySearchFunc(p.shuffles, start, func(s shuffle, at int) int { return cmp.Compare(s.start, at) })
		if next == len(p.shuffles) || p.shuffles[next].start >= end {
			return append(dst, p.out[start:end]...)
		}
		s := p.shuffles[next]
		dst = append(append(dst, p.out[start:s.start]...), '{')
		for i, m := range p.ordered[s.first:s.last] {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = p.appendSorted(dst, m.start, m.end)
		}
		dst = append(dst, '}')
		start = s.end
	}
}
