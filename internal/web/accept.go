package web

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// The media types that /graphql answers with.
const (
	mediaJSON     = "application/json"
	mediaResponse = "application/graphql-response+json"
	mediaStream   = "text/event-stream"
)

// negotiate reads the Accept header: preferred is the type that the client likes best, "" when it likes none of ours;
// stream tells whether it names event streams, which subscriptions then come as wherever the preference lies. Who does
// not care, by */* or by saying nothing, gets application/json.
func negotiate(header http.Header) (preferred string, stream bool) {
	accept := header.Values("Accept")
	if len(accept) == 0 {
		return mediaJSON, false
	}
	ranges := parseAccept(strings.Join(accept, ","))
	best := quality{place: len(ranges)}
	for _, media := range []string{mediaJSON, mediaResponse, mediaStream} {
		q := match(ranges, media)
		if media == mediaStream && q.specific == exact && q.value > 0 {
			stream = true
		}
		if q.value > best.value || q.value == best.value && q.value > 0 && q.place < best.place {
			preferred, best = media, q
		}
	}
	return preferred, stream
}

type mediaRange struct {
	media string
	q     float64
}

// quality is how much a client likes a type, how precisely it said so, and at which place.
type quality struct {
	value    float64
	specific int
	place    int
}

const (
	unmatched = iota
	anything
	anySubtype
	exact
)

func parseAccept(accept string) []mediaRange {
	var ranges []mediaRange
	for part := range strings.SplitSeq(accept, ",") {
		media, params, err := mime.ParseMediaType(strings.TrimSpace(part))
		if err != nil {
			continue
		}
		q := 1.0
		if text, ok := params["q"]; ok {
			if q, err = strconv.ParseFloat(text, 64); err != nil || !(q >= 0 && q <= 1) {
				q = 0
			}
		}
		ranges = append(ranges, mediaRange{media, q})
	}
	return ranges
}

// match finds the most specific range that media falls under.
func match(ranges []mediaRange, media string) quality {
	var found quality
	kind, _, _ := strings.Cut(media, "/")
	for place, r := range ranges {
		specific := unmatched
		switch r.media {
		case media:
			specific = exact
		case kind + "/*":
			specific = anySubtype
		case "*/*":
			specific = anything
		}
		if specific > found.specific {
			found = quality{r.q, specific, place}
		}
	}
	return found
}

// takesGzip tells whether a client takes content that is compressed by gzip.
func takesGzip(header http.Header) bool {
	taken := false
	for _, coding := range parseAccept(strings.Join(header.Values("Accept-Encoding"), ",")) {
		switch coding.media {
		case "gzip":
			return coding.q > 0
		case "*":
			taken = coding.q > 0
		}
	}
	return taken
}
