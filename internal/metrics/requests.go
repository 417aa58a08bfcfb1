package metrics

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
)

// Requests counts what arrives over HTTP.
type Requests struct {
	total    *prometheus.CounterVec
	usual    prometheus.Counter // of total: GraphQL, answered
	inFlight prometheus.Gauge
	sockets  prometheus.Gauge
	refused  *prometheus.CounterVec
}

func newRequests(refusals []string) *Requests {
	r := &Requests{
		total: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "asyncgate_http_requests_total",
			Help: "HTTP requests that have ended, by route (none: there is no such) and class of status (1xx: a WebSocket; none: the peer had gone). Errors of GraphQL may have status 2xx.",
		}, []string{"route", "status"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "asyncgate_http_requests_in_flight",
			Help: "HTTP requests that are being answered, streams and WebSockets included.",
		}),
		sockets: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "asyncgate_websockets_open",
			Help: "WebSockets that are open.",
		}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "asyncgate_http_refused_total",
			Help: "Requests turned away at the door: of a foreign origin, in development to a foreign host, without a valid credential, over the rate limit, or while draining.",
		}, []string{"reason"}),
	}
	r.usual = r.total.WithLabelValues("/graphql", "2xx")
	for _, reason := range refusals {
		r.refused.WithLabelValues(reason)
	}
	return r
}

func (r *Requests) collectors() []prometheus.Collector {
	return []prometheus.Collector{r.total, r.inFlight, r.sockets, r.refused}
}

// Request counts a request in, and the function it returns counts it out.
func (r *Requests) Request() func(route string, status int) {
	r.inFlight.Inc()
	return func(route string, status int) {
		r.inFlight.Dec()
		if route == "/graphql" && status == 200 {
			r.usual.Inc()
			return
		}
		if route == "" {
			route = none
		}
		class := none
		if status >= 100 && status < 600 {
			class = strconv.Itoa(status/100) + "xx"
		}
		r.total.WithLabelValues(route, class).Inc()
	}
}

// Socket counts a WebSocket in, and the function it returns counts it out.
func (r *Requests) Socket() func() {
	r.sockets.Inc()
	return r.sockets.Dec
}

// Refused counts a request that was turned away at the door.
func (r *Requests) Refused(reason string) { r.refused.WithLabelValues(reason).Inc() }
