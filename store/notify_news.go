package store

import (
	"strconv"
	"strings"

	"github.com/google/uuid"
)

const (
	// maxNews is how many tenants' positions are kept for sending; beyond, everything may have grown.
	maxNews = 10_000
	// maxPayload is what PostgreSQL takes as one notification, in bytes.
	maxPayload = 7999
)

// news is that ledgers have grown: the highest known position of each, or that any may have.
type news struct {
	heads      map[uuid.UUID]int64
	everything bool
}

func (w *news) add(tenant uuid.UUID, seq int64) {
	if w.everything {
		return
	}
	if w.heads == nil {
		w.heads = map[uuid.UUID]int64{}
	}
	known, ok := w.heads[tenant]
	if !ok && len(w.heads) == maxNews {
		w.heads, w.everything = nil, true
		return
	}
	w.heads[tenant] = max(known, seq)
}

func (w *news) empty() bool { return len(w.heads) == 0 && !w.everything }

func (w *news) merge(other news) {
	if other.everything {
		w.heads, w.everything = nil, true
	}
	for tenant, seq := range other.heads {
		w.add(tenant, seq)
	}
}

// payloads writes the news of a sender as notifications: its id, then tenant=seq for each ledger, or *, all apart by blanks.
// There is at least one; without news it is the id alone, a heartbeat.
func (w *news) payloads(sender string) []string {
	if w.everything {
		return []string{sender + " *"}
	}
	var all []string
	text := []byte(sender)
	for tenant, seq := range w.heads {
		entry := " " + tenant.String() + "=" + strconv.FormatInt(seq, 10)
		if len(text)+len(entry) > maxPayload {
			all = append(all, string(text))
			text = append(text[:0], sender...)
		}
		text = append(text, entry...)
	}
	return append(all, string(text))
}

// readPayload reads what payloads wrote; false for what it doesn't understand, as that of another version.
func readPayload(payload string) (sender string, w news, ok bool) {
	sender, rest, _ := strings.Cut(payload, " ")
	if _, err := uuid.Parse(sender); err != nil {
		return "", news{}, false
	}
	for entry := range strings.FieldsSeq(rest) {
		if entry == "*" {
			w.everything = true
			continue
		}
		id, position, _ := strings.Cut(entry, "=")
		tenant, err := uuid.Parse(id)
		if err != nil {
			return "", news{}, false
		}
		seq, err := strconv.ParseInt(position, 10, 64)
		if err != nil {
			return "", news{}, false
		}
		w.add(tenant, seq)
	}
	return sender, w, true
}
