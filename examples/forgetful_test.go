package examples_test

import (
	"bytes"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// forgetful is a way to the server that loses the first answer to each of some mutations, after the server has done it. While
// the server is down it answers 502 with a page that is no JSON, as proxies do.
type forgetful struct {
	t       *testing.T
	url     string
	mu      sync.Mutex
	forgets []string
}

// nothing is an answer that tells of nothing that was done.
var nothing = regexp.MustCompile(`"leases":\[\]|"errors":|<h1>`)

func newForgetful(t *testing.T, target string, mutations ...string) *forgetful {
	t.Helper()
	to, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	f := &forgetful{t: t, forgets: mutations}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) },
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			w.WriteHeader(http.StatusBadGateway)
			_, _ = io.WriteString(w, "<h1>Bad gateway</h1>")
		},
		FlushInterval: -1,
		ErrorLog:      log.New(io.Discard, "", 0), // servers are killed here
	}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		name := f.mayForget(string(body))
		if name == "" {
			proxy.ServeHTTP(w, r)
			return
		}
		answer := httptest.NewRecorder()
		proxy.ServeHTTP(answer, r)
		if !nothing.MatchString(answer.Body.String()) && f.forget(name) {
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(answer.Code)
		_, _ = answer.Body.WriteTo(w)
	}))
	t.Cleanup(front.Close)
	f.url = front.URL
	return f
}

// mayForget returns the mutation of a request whose answer has not been forgotten before, else nothing.
func (f *forgetful) mayForget(body string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, name := range f.forgets {
		if strings.Contains(body, name) {
			return name
		}
	}
	return ""
}

// forget tells whether an answer is to be forgotten, once.
func (f *forgetful) forget(name string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.Index(f.forgets, name)
	if i < 0 {
		return false
	}
	f.forgets = slices.Delete(f.forgets, i, i+1)
	return true
}

// mustForget waits until every answer that was to be lost is lost.
func (f *forgetful) mustForget() {
	f.t.Helper()
	eventually(f.t, "answers are lost", func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		return len(f.forgets) == 0
	})
}
