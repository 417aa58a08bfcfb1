package client

import (
	"context"

	"github.com/Khan/genqlient/graphql"

	"github.com/asyncgate/asyncgate/client/internal/api"
)

// place is where a subscription of the ledger stands.
type place struct {
	c *Client
	// start is the cursor where it began; "" before it has.
	start string
	// unacknowledged: results up to the start that nobody has acknowledged come first.
	unacknowledged bool
	// cursor and seq are those of the last event; "" and 0 before the first.
	cursor string
	seq    int64
}

// resume returns from where the next connection goes on, and whether it begins with unacknowledged results.
func (p *place) resume(ctx context.Context) (after string, unacknowledged bool, err error) {
	if p.start == "" {
		// What is written while the first connection is made, and breaks, is not missed either.
		if p.start, err = p.c.LedgerHead(ctx); err != nil {
			return "", false, err
		}
	}
	if p.seq == 0 {
		return p.start, p.unacknowledged, nil
	}
	if p.unacknowledged {
		// An event from before the start is no place to go on from: acknowledged results lie behind it. Those that were given
		// already come again, and are passed over.
		start, err := p.startSeq(ctx)
		if err != nil {
			return "", false, err
		}
		if p.seq <= start {
			return p.start, true, nil
		}
	}
	return p.cursor, false, nil
}

// startSeq returns the seq of the start, or, when the ledger has grown between two reads, a later one.
func (p *place) startSeq(ctx context.Context) (int64, error) {
	o := operation{name: "receipts"}
	data, err := call(ctx, p.c, o, func(ctx context.Context, g graphql.Client) (*api.LedgerPlaceResponse, error) {
		return api.LedgerPlace(ctx, g, p.start)
	})
	if err != nil {
		return 0, err
	}
	if next := data.Next.Nodes; len(next) > 0 {
		return next[0].Seq - 1, nil // seq has no gaps
	}
	if newest := data.Newest.Nodes; len(newest) > 0 {
		return newest[0].Seq, nil
	}
	return 0, nil
}

// pass notes an event; false when it was given before.
func (p *place) pass(cursor string, seq int64) bool {
	if seq <= p.seq {
		return false
	}
	p.cursor, p.seq = cursor, seq
	return true
}
