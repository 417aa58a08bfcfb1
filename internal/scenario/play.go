package scenario

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Play plays the story against a server. Its error names file, line and step, and shows what is different.
func (s *Story) Play(ctx context.Context, server *Server) error {
	ctx, cancel := context.WithCancel(ctx)
	p := &player{
		server: server, tenants: map[string]string{}, keys: map[string]string{}, saved: map[string]any{},
		begun: map[string]*begun{}, streams: map[string]*stream{},
	}
	defer p.end()
	defer cancel()
	for i, step := range s.Steps {
		if err := p.step(ctx, step); err != nil {
			return fmt.Errorf("%s:%d: story %q, step %d (%s): %w", s.file, step.line, s.Name, i+1, step, err)
		}
	}
	if len(p.begun) > 0 {
		return fmt.Errorf("%s: story %q: a call that began has no end", s.file, s.Name)
	}
	return nil
}

// player is a story on its way.
type player struct {
	server  *Server
	tenants map[string]string // by the story's name for them; "" is its own
	keys    map[string]string // by tenant, principal and scopes
	saved   map[string]any
	begun   map[string]*begun
	streams map[string]*stream
}

// begun is a call whose answer was not waited for.
type begun struct {
	answer *answer
	err    error
	done   chan struct{}
}

func (p *player) end() {
	for _, b := range p.begun {
		<-b.done
	}
	for _, s := range p.streams {
		s.end()
	}
}

func (p *player) step(ctx context.Context, s *Step) error {
	switch {
	case s.Begin != "":
		return p.begin(ctx, s)
	case s.Do != "":
		return p.call(ctx, s)
	case s.Subscribe != "":
		return p.subscribe(ctx, s)
	case s.End != "":
		return p.finish(ctx, s)
	default:
		return p.take(ctx, s)
	}
}

// caller is who the step's caller is.
func (p *player) caller(s *Step) (who caller, err error) {
	if p.tenants[s.Tenant] == "" {
		p.tenants[s.Tenant] = uuid.NewString()
	}
	who = caller{tenant: p.tenants[s.Tenant], principal: s.As, acts: s.Acts}
	if s.Scopes == nil {
		return who, nil
	}
	who.key, err = p.key(who, s.Scopes)
	return who, err
}

// key is the API key of a caller with these scopes, made for the first who needs it.
func (p *player) key(who caller, scopes []string) (secret string, err error) {
	if p.server.Key == nil {
		return "", errors.New("the server makes no API keys")
	}
	name := fmt.Sprint(who.tenant, who.principal, scopes)
	if p.keys[name] == "" {
		if p.keys[name], err = p.server.Key(who.tenant, who.principal, scopes); err != nil {
			return "", fmt.Errorf("making an API key: %w", err)
		}
	}
	return p.keys[name], nil
}

func (p *player) call(ctx context.Context, s *Step) error {
	who, err := p.caller(s)
	if err != nil {
		return err
	}
	variables, err := resolve(s.With.v, p.saved)
	if err != nil {
		return err
	}
	call := func() error {
		switch {
		case s.Eventually:
			return p.until(ctx, func() error { return p.once(ctx, s, who, variables) })
		case s.Times > 1:
			return p.many(ctx, s, who, variables)
		default:
			return p.once(ctx, s, who, variables)
		}
	}
	switch {
	case s.Writes.given:
		return p.writes(ctx, s, who.tenant, call)
	case s.Ledger.given:
		if err := call(); err != nil {
			return err
		}
		newest, err := p.newest(ctx, who.tenant, len(s.Ledger.list()))
		if err != nil {
			return err
		}
		return p.compareReceipts(s.Ledger.list(), newest)
	default:
		return call()
	}
}

func (p *player) once(ctx context.Context, s *Step, who caller, variables any) error {
	a, err := p.server.call(ctx, who, s.Do, variables)
	if err != nil {
		return err
	}
	return p.judge(s, a)
}

// until repeats a call until its answer is as expected.
func (p *player) until(ctx context.Context, call func() error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		err := call()
		if err == nil {
			return nil
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return fmt.Errorf("not within %s: %w", patience, err)
		}
	}
}

// many makes the call many times at once; each answer must be as expected.
func (p *player) many(ctx context.Context, s *Step, who caller, variables any) error {
	calls := make([]*begun, s.Times)
	for i := range calls {
		calls[i] = p.start(ctx, s, who, variables)
	}
	var errs []error
	for _, b := range calls {
		<-b.done
		if b.err == nil {
			b.err = p.judge(s, b.answer)
		}
		errs = append(errs, b.err)
	}
	return errors.Join(errs...)
}

// start makes a call and does not wait for its answer.
func (p *player) start(ctx context.Context, s *Step, who caller, variables any) *begun {
	b := &begun{done: make(chan struct{})}
	go func() {
		defer close(b.done)
		b.answer, b.err = p.server.call(ctx, who, s.Do, variables)
	}()
	return b
}

func (p *player) begin(ctx context.Context, s *Step) error {
	who, err := p.caller(s)
	if err != nil {
		return err
	}
	variables, err := resolve(s.With.v, p.saved)
	if err != nil {
		return err
	}
	p.begun[s.Begin] = p.start(ctx, s, who, variables)
	return nil
}

func (p *player) finish(ctx context.Context, s *Step) error {
	b := p.begun[s.End]
	if b == nil {
		return errors.New("no call began under this name")
	}
	select {
	case <-b.done:
	case <-time.After(patience):
		return fmt.Errorf("no answer for %s", patience)
	case <-ctx.Done():
		return ctx.Err()
	}
	delete(p.begun, s.End)
	if b.err != nil {
		return b.err
	}
	return p.judge(s, b.answer)
}

func (p *player) subscribe(ctx context.Context, s *Step) error {
	who, err := p.caller(s)
	if err != nil {
		return err
	}
	variables, err := resolve(s.With.v, p.saved)
	if err != nil {
		return err
	}
	st, refused, err := p.server.subscribe(ctx, who, s.Subscribe, variables)
	switch {
	case err != nil:
		return err
	case st == nil:
		return p.judge(s, refused)
	case s.Refused != "":
		defer st.end()
		// The protocol of event streams says what is wrong with a subscription in the stream.
		a, err := st.next(ctx)
		if err != nil {
			return err
		}
		return p.judge(s, a)
	}
	if old := p.streams[s.Stream]; old != nil {
		old.end()
	}
	p.streams[s.Stream] = st
	return nil
}

// take compares the next events of a stream.
func (p *player) take(ctx context.Context, s *Step) error {
	st := p.streams[s.Stream]
	if st == nil {
		return errors.New("no stream has this name")
	}
	wanted := s.Gives.list()
	events := make([]any, 0, len(wanted))
	for range wanted {
		a, err := st.next(ctx)
		if err != nil {
			return fmt.Errorf("after %d of %d events, %s: %w", len(events), len(wanted), short(encode(events, "")), err)
		}
		if len(a.Errors) > 0 {
			return fmt.Errorf("event %d is an error: %s", len(events)+1, short(a.text))
		}
		events = append(events, a.Data)
	}
	return p.compare("the events are not as expected", s.Gives, events, s.Save)
}

// judge compares an answer with what the step says of it, and saves what it says.
func (p *player) judge(s *Step, a *answer) error {
	code, err := a.code()
	switch {
	case err != nil:
		return err
	case code != s.Refused && s.Refused == "":
		return fmt.Errorf("it was refused with %s: %s", code, a.Errors[0].Message)
	case code != s.Refused:
		return fmt.Errorf("it should be refused with %s; the answer is %s", s.Refused, short(a.text))
	case code != "":
		return nil
	}
	return p.compare("the answer is not as expected", s.Expect, a.Data, s.Save)
}

func (p *player) compare(what string, expect value, got any, save map[string]string) error {
	if expect.given {
		want, err := resolve(expect.v, p.saved)
		if err != nil {
			return err
		}
		if differences := match(want, got, false); len(differences) > 0 {
			return &mismatch{what, differences, got}
		}
	}
	for name, path := range save {
		found, err := at(got, path)
		if err != nil {
			return err
		}
		p.saved[name] = found
	}
	return nil
}
