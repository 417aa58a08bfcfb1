package faults_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
)

// message is one of PostgreSQL's protocol, version 3: a byte that tells its kind, four of length, the rest. The very first
// of a connection has no kind.
type message struct {
	kind  byte
	bytes []byte // all of it, as it travels
}

func (m message) body() []byte {
	if m.kind == 0 {
		return m.bytes[4:]
	}
	return m.bytes[5:]
}

// readFirst reads the message with which a connection begins.
func readFirst(r io.Reader) (message, error) { return readRest(r, nil) }

// readMessage reads any other.
func readMessage(r io.Reader) (message, error) {
	kind := make([]byte, 1)
	if _, err := io.ReadFull(r, kind); err != nil {
		return message{}, err
	}
	return readRest(r, kind)
}

func readRest(r io.Reader, kind []byte) (message, error) {
	length := make([]byte, 4)
	if _, err := io.ReadFull(r, length); err != nil {
		return message{}, err
	}
	n := binary.BigEndian.Uint32(length)
	if n < 4 || n > 1<<28 {
		return message{}, fmt.Errorf("a message of %d bytes", n)
	}
	m := message{bytes: make([]byte, len(kind)+int(n))}
	if len(kind) > 0 {
		m.kind = kind[0]
	}
	copy(m.bytes, kind)
	copy(m.bytes[len(kind):], length)
	_, err := io.ReadFull(r, m.bytes[len(kind)+4:])
	return m, err
}

// texts returns the first n texts of a body; each ends with a zero byte.
func (m message) texts(n int) []string {
	var found []string
	rest := m.body()
	for range n {
		text, more, _ := bytes.Cut(rest, []byte{0})
		found, rest = append(found, string(text)), more
	}
	return found
}

// The kinds of messages that matter here. From the server that is tested:
const (
	queryMessage = 'Q'
	parseMessage = 'P'
	bindMessage  = 'B'
	syncMessage  = 'S'
)

// from the database:
const commandComplete = 'C'

// prepared are the statements of a connection, by name.
type prepared map[string]string

// statement returns the text of the statement that a message asks the database to run, "" when it asks for none. Upper
// case and space at its ends are gone.
func (p prepared) statement(m message) string {
	text := ""
	switch m.kind {
	case parseMessage:
		names := m.texts(2)
		p[names[0]] = names[1]
	case bindMessage:
		text = p[m.texts(2)[1]]
	case queryMessage:
		text = m.texts(1)[0]
	}
	return strings.ToLower(strings.TrimSpace(text))
}
