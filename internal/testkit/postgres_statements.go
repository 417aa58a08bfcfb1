package testkit

import (
	"os"
	"path/filepath"
	"strings"
)

// Statement is one that a client sent to a server.
type Statement struct {
	// Application is what the client calls itself: application_name in its URL.
	Application string
	Text        string
}

// LogStatements makes the server write down every statement of the connections that are opened from now on; see Statements.
func (s *Server) LogStatements() {
	s.tb.Helper()
	for _, statement := range []string{
		"ALTER SYSTEM SET log_line_prefix = '[%a] '",
		"ALTER SYSTEM SET log_statement = 'all'",
		"SELECT pg_reload_conf()",
	} {
		if err := s.cluster.admin(s.tb.Context(), statement); err != nil {
			s.tb.Fatal(err)
		}
	}
	s.awaitStatement("SELECT 'statements are logged'")
}

// awaitStatement returns when a statement is found in the log: the server has then read its new settings.
func (s *Server) awaitStatement(text string) {
	s.tb.Helper()
	for {
		if err := s.cluster.admin(s.tb.Context(), text); err != nil { // ends with the test's context
			s.tb.Fatal(err)
		}
		for _, statement := range s.Statements() {
			if statement.Text == text {
				return
			}
		}
	}
}

// Statements returns what was sent to the server since LogStatements, in the order in which it arrived. What a pipeline holds
// counts one by one, so do pings.
func (s *Server) Statements() []Statement {
	s.tb.Helper()
	return readStatements(s.Log())
}

// Log returns what the server has logged.
func (s *Server) Log() string {
	s.tb.Helper()
	log, err := os.ReadFile(filepath.Join(s.cluster.dir, "log"))
	if err != nil {
		s.tb.Fatal(err)
	}
	return string(log)
}

// readStatements finds the statements in a server's log, whose lines go on behind a tab.
func readStatements(log string) []Statement {
	var all []Statement
	var open *Statement
	for line := range strings.SplitSeq(log, "\n") {
		if more, ok := strings.CutPrefix(line, "\t"); ok {
			if open != nil {
				open.Text += "\n" + more
			}
			continue
		}
		open = nil
		if application, text, ok := readStatement(line); ok {
			all = append(all, Statement{Application: application, Text: text})
			open = &all[len(all)-1]
		}
	}
	return all
}

// readStatement reads a line such as [application] LOG:  execute NAME: SELECT 1.
func readStatement(line string) (application, text string, ok bool) {
	prefix, message, _ := strings.Cut(line, "] LOG:  ")
	application, ok = strings.CutPrefix(prefix, "[")
	kind, text, told := strings.Cut(message, ": ")
	return application, text, ok && told && (kind == "statement" || strings.HasPrefix(kind, "execute "))
}
