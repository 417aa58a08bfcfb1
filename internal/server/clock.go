package server

import "context"

// ClockMoved does at once what has become due because somebody has moved the clock of Options: leases that are over end, and who
// waits for work is offered what was delayed. For tests.
func (s *Server) ClockMoved(ctx context.Context) error {
	_, err := s.engine.Sweep(ctx)
	s.hub.ClockMoved()
	return err
}
