// Package doctest types what the documents say, as a newcomer would. It has tests only: every fenced sh block of every Markdown
// file of the repository is executed.
//
// A document's blocks run in its order, in one shell, in a copy of the repository, on a machine that has PostgreSQL, with a
// PgBouncer before it, and nothing of AsyncGate. A block whose last command is a server (`make run`, `… serve`) has a terminal
// of its own until the document ends; what comes next waits until the server has said where it is. A command that fails, an
// answer with errors of GraphQL, and output that is not like the text block shown next to it fail the test.
//
// Two comments in a document, which its readers don't see, say what can't be guessed: docs/decisions/blocks-are-executed.md.
package doctest
