package mcp

import "github.com/asyncgate/asyncgate/client"

type pageInput struct {
	First int    `json:"first,omitempty" jsonschema:"how many at most, 1 to 200; 20 by default"`
	After string `json:"after,omitempty" jsonschema:"the endCursor of the page before"`
}

// page is smaller by default than the API's: a model reads all of it.
func (in pageInput) page() client.PageInput {
	if in.First == 0 {
		in.First = 20
	}
	return client.PageInput{First: in.First, After: in.After}
}

// endOf is the cursor to go on with; "" when there is no more.
func endOf[T any](page *client.Page[T]) string {
	if !page.HasNextPage {
		return ""
	}
	return page.EndCursor
}
