// Package lint has tests only: what Docker Compose, Kubernetes and Prometheus's operator read in deploy/ is read here as they read
// it, with their own code, and what the files owe each other is compared. `make lint` runs them. It is a module of its own, so that
// the server's has nothing of theirs.
package lint
