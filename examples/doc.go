// Package examples has tests only: each agent and each worker here, in whatever language, against the command that serves
// them, on each database. They are killed, cut off and stopped, and must do what README.md says of them.
package examples
