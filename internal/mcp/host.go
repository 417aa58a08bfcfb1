package mcp

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

const (
	// maxLine bounds a message on standard input, as the SDK does.
	maxLine = 16 << 20
	// leaveTime is how long tools go on waiting for what has not happened when the input has ended. What is there already comes
	// within it; whoever is gone is not worth the whole wait.
	leaveTime = 2 * time.Second
)

// host is the connection to the host that has started the process: a message a line, in both directions. The SDK's own ends at the
// first line that is no message, and drops the calls that run when the input ends. This one answers such a line, and reports the end
// only when all calls are answered.
type host struct {
	in    io.ReadCloser
	out   io.WriteCloser
	leave func()
	lines chan []byte
	// failed is io.EOF, or why the input could not be read to its end, once lines is closed.
	failed error

	closing sync.Once
	closed  chan struct{}

	writing sync.Mutex

	mu    sync.Mutex
	open  map[jsonrpc.ID]bool // the calls that are not answered
	ended bool                // the input has
	quiet chan struct{}       // closed once it has ended and no call is open
}

// newHost reads from in and writes to out. It calls leave when nobody listens for much longer.
func newHost(in io.ReadCloser, out io.WriteCloser, leave func()) *host {
	return &host{
		in: in, out: out, leave: leave, lines: make(chan []byte), closed: make(chan struct{}),
		open: map[jsonrpc.ID]bool{}, quiet: make(chan struct{}),
	}
}

// Connect begins to read. Its name, like those of Read, Write, Close and SessionID, is the SDK's.
func (h *host) Connect(context.Context) (sdk.Connection, error) {
	go h.receive()
	return h, nil
}

// receive reads lines, apart from Read, as nothing interrupts the reading of standard input.
func (h *host) receive() {
	defer close(h.lines)
	lines := bufio.NewScanner(h.in)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		select {
		case h.lines <- bytes.Clone(lines.Bytes()):
		case <-h.closed:
			return
		}
	}
	switch err := lines.Err(); {
	case err == nil:
		h.failed = io.EOF
	case errors.Is(err, bufio.ErrTooLong):
		h.failed = errors.New("a message on standard input is longer than 16 MiB")
	default:
		h.failed = fmt.Errorf("reading standard input: %w", err)
	}
}

// Read returns the next message, and after the last one why there is no other, once all calls are answered or stopTime is over.
func (h *host) Read(context.Context) (jsonrpc.Message, error) {
	for {
		select {
		case line, more := <-h.lines:
			if !more {
				h.settle()
				return nil, h.failed
			}
			if len(bytes.TrimSpace(line)) == 0 {
				continue
			}
			message, err := jsonrpc.DecodeMessage(line)
			if err != nil {
				if err := h.write(refusalOf(line, err)); err != nil {
					return nil, err
				}
				continue
			}
			h.note(message)
			return message, nil
		case <-h.closed:
			return nil, io.EOF
		}
	}
}

func (h *host) note(message jsonrpc.Message) {
	if call, ok := message.(*jsonrpc.Request); ok && call.IsCall() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.open[call.ID] = true
	}
}

// settle lets the calls end that are open when the input has ended.
func (h *host) settle() {
	h.mu.Lock()
	h.ended = true
	h.hush()
	h.mu.Unlock()
	leaving := time.AfterFunc(leaveTime, h.leave)
	defer leaving.Stop()
	over := time.NewTimer(stopTime)
	defer over.Stop()
	select {
	case <-h.quiet:
	case <-over.C:
	case <-h.closed:
	}
}

// hush notes that there is nothing left to wait for; h.mu is held, and the input or a call has just ended.
func (h *host) hush() {
	if h.ended && len(h.open) == 0 {
		close(h.quiet)
	}
}

// Write writes a message. A call is answered once its response is written.
func (h *host) Write(_ context.Context, message jsonrpc.Message) error {
	text, err := jsonrpc.EncodeMessage(message)
	if err != nil {
		return err
	}
	if err := h.write(text); err != nil {
		return err
	}
	if response, ok := message.(*jsonrpc.Response); ok {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.open[response.ID] {
			delete(h.open, response.ID)
			h.hush()
		}
	}
	return nil
}

func (h *host) write(text []byte) error {
	h.writing.Lock()
	defer h.writing.Unlock()
	_, err := h.out.Write(append(text, '\n'))
	return err
}

// unanswered is how many calls have no answer.
func (h *host) unanswered() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.open)
}

// Close ends Read. It can be called again.
func (h *host) Close() error {
	var err error
	h.closing.Do(func() {
		close(h.closed)
		err = errors.Join(h.in.Close(), h.out.Close())
	})
	return err
}

// SessionID is empty: there is one session.
func (*host) SessionID() string { return "" }
