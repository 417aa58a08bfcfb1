package archive

import (
	"iter"
	"math/bits"
)

// seqs is a set of places in a ledger, which has no gaps: a bit for each.
type seqs struct{ words []uint64 }

func (s *seqs) add(seq int64) {
	i := int(seq / 64)
	for len(s.words) <= i {
		s.words = append(s.words, 0)
	}
	s.words[i] |= 1 << (seq % 64)
}

func (s *seqs) has(seq int64) bool {
	i := int(seq / 64)
	return i < len(s.words) && s.words[i]&(1<<(seq%64)) != 0
}

// all yields them in order.
func (s *seqs) all() iter.Seq[int64] {
	return func(yield func(int64) bool) {
		for i, word := range s.words {
			for ; word != 0; word &= word - 1 {
				if !yield(int64(i)*64 + int64(bits.TrailingZeros64(word))) {
					return
				}
			}
		}
	}
}
