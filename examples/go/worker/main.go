// A worker: claims reports, writes each for as long as it holds the lease, and completes or fails it.
// Run as many as there is work for, each as a principal of its own: so it finds what an unanswered claim has given it.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"log"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/asyncgate/asyncgate/client"
)

type report struct {
	Title string `json:"title"`
	Pages int    `json:"pages"`
}

// write is the work, in place of yours. It goes on where another has stopped, and stops when the lease has ended.
func write(ctx context.Context, job *client.Job) (client.Completion, error) {
	var wanted, written report
	if err := job.Decode(&wanted); err != nil || wanted.Pages == 0 {
		return client.Completion{}, errors.Join(errors.New("a report without pages"), err)
	}
	if p := job.Task.Progress; p != nil {
		if err := json.Unmarshal(p.Data, &written); err != nil {
			return client.Completion{}, err
		}
	}
	for page := written.Pages + 1; page <= wanted.Pages; page++ {
		select {
		case <-time.After(500 * time.Millisecond):
		case <-ctx.Done():
			return client.Completion{}, context.Cause(ctx)
		}
		if err := job.Progress(ctx, map[string]int{"pages": page}); err != nil {
			return client.Completion{}, err
		}
	}
	return client.Completion{Result: wanted}, nil
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	c, err := client.FromEnvironment(client.Options{Logger: slog.Default()})
	if err != nil {
		log.Fatal(err)
	}
	w := client.NewWorker(c, client.WorkerOptions{AdoptLeases: true, GracePeriod: time.Second})
	w.Handle("example.report", write)
	if err := w.Run(ctx); err != nil {
		log.Fatal(err)
	}
}
