// Package api is the client's side of the wire: the documents that it sends and the types that they are read into. All of it
// but this file is generated from schema.graphqls and operations.graphql; what callers see of it is package client's.
package api

//go:generate go tool genqlient genqlient.yaml
