package archive

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
)

// maxLine bounds a line: a payload of 1 MiB, an outcome, progress, and what is around them.
const maxLine = 4 << 20

// readFile reads a file line by line, and returns what the manifest is to say of it. each also gets what was wrong with a line that
// can't be read, and decides whether that, or anything else, ends the reading.
func readFile(path string, each func(number int, l line, wrong error) error) (File, error) {
	f := File{Name: filepath.Base(path)}
	file, err := os.Open(path)
	if err != nil {
		return f, err
	}
	defer file.Close()
	sum := &summing{Reader: file, hash: sha256.New()}
	lines := bufio.NewScanner(sum)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	number := 0
	for lines.Scan() {
		number++
		l, wrong := parseLine(lines.Bytes())
		if wrong == nil {
			f.count(l)
		}
		if err := each(number, l, wrong); err != nil {
			return f, fmt.Errorf("line %d: %w", number, err)
		}
	}
	if err := lines.Err(); err != nil {
		return f, fmt.Errorf("line %d: %w", number+1, err)
	}
	if number == 0 {
		return f, errors.New("the file is empty")
	}
	f.Bytes, f.SHA256 = sum.n, hex.EncodeToString(sum.hash.Sum(nil))
	return f, nil
}

func (f *File) count(l line) {
	if l.receipt == nil {
		f.Tasks++
		return
	}
	f.Receipts++
	if f.FirstSeq == 0 || l.receipt.Seq < f.FirstSeq {
		f.FirstSeq = l.receipt.Seq
	}
	f.LastSeq = max(f.LastSeq, l.receipt.Seq)
}

// summing hashes and counts what is read through it.
type summing struct {
	io.Reader

	hash hash.Hash
	n    int64
}

// Read reads.
func (s *summing) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	_, _ = s.hash.Write(p[:n]) // never fails
	s.n += int64(n)
	return n, err
}
