package testkit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// Prometheus starts a Prometheus with this configuration and returns its URL. It ends with its test, or with the test process,
// however that ends.
func Prometheus(tb testing.TB, configuration string) string {
	tb.Helper()
	program := PrometheusProgram(tb, "prometheus")
	dir := tb.TempDir()
	err := os.WriteFile(filepath.Join(dir, "prometheus.yml"), []byte(configuration), 0o600)
	if err != nil {
		tb.Fatal(err)
	}
	var log bytes.Buffer
	// As for PostgreSQL, a port that is free when we look may be taken a moment later.
	for range 3 {
		var url string
		if url, err = startPrometheus(tb, program, dir, &log); err == nil {
			return url
		}
	}
	tb.Fatalf("Prometheus doesn't serve: %v\n%s", err, &log)
	return ""
}

func startPrometheus(tb testing.TB, program, dir string, log *bytes.Buffer) (string, error) {
	port, err := freePort()
	if err != nil {
		return "", err
	}
	at := "127.0.0.1:" + strconv.Itoa(port)
	// Not the test's context, which has ended when its cleanups run.
	process := exec.CommandContext(context.Background(), program, "--config.file", filepath.Join(dir, "prometheus.yml"),
		"--storage.tsdb.path", filepath.Join(dir, "data"), "--web.listen-address", at)
	process.Stdout, process.Stderr = log, log
	if err := process.Start(); err != nil {
		return "", err
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = process.Wait() // it is killed in the end
	}()
	guard, err := newKiller(process.Process.Pid)
	if err != nil {
		return "", errors.Join(err, process.Process.Kill())
	}
	stop := func() {
		_ = process.Process.Kill() // which fails when it has ended
		<-ended
		if err := guard.release(); err != nil {
			tb.Error(err)
		}
	}
	if err := awaitPrometheus(tb.Context(), "http://"+at, ended); err != nil {
		stop()
		return "", err
	}
	tb.Cleanup(stop)
	return "http://" + at, nil
}

func awaitPrometheus(ctx context.Context, url string, ended <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(ctx, programTime)
	defer cancel()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/-/ready", nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
			err = errors.New(response.Status)
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ended:
			return errors.New("it has ended")
		case <-ctx.Done():
			return fmt.Errorf("it is not ready: %w", err)
		}
	}
}

// PrometheusProgram returns the path of prometheus or promtool.
func PrometheusProgram(tb testing.TB, name string) string {
	tb.Helper()
	return unpackedProgram(tb, "prometheus", name)
}
