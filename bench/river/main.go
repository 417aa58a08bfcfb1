// Command river plays River's part in AsyncGate's benchmark: jobs that do nothing are inserted and worked, for a time, on the
// PostgreSQL database that -url names. It prints one line of JSON: how many jobs were completed, in how many seconds, and
// which River did it.
//
// It is a module of its own, so that AsyncGate doesn't depend on River.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

func main() {
	var o options
	flag.StringVar(&o.url, "url", "", "the PostgreSQL database; River's tables are made in it")
	flag.BoolVar(&o.single, "single", false, "insert one job at a time and wait for it, instead of batches of 1,000")
	flag.IntVar(&o.clients, "clients", 8, "how many insert at once")
	flag.DurationVar(&o.time, "time", 3*time.Second, "how long jobs are inserted; what was inserted is then worked to its end")
	flag.DurationVar(&o.cooldown, "cooldown", river.FetchCooldownDefault, "River's FetchCooldown")
	flag.BoolVar(&o.inTx, "intx", false, "complete each job in a transaction of its own at once, instead of together with others")
	flag.Parse()
	if err := o.run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type options struct {
	url            string
	single, inTx   bool
	clients        int
	time, cooldown time.Duration
}

// result is what is printed.
type result struct {
	Jobs    int     `json:"jobs"`
	Seconds float64 `json:"seconds"`
	Version string  `json:"version"`
}

// maxWorkers is how many jobs River works at once.
const maxWorkers = 1_000

func (o *options) run(ctx context.Context) (err error) {
	config, err := pgxpool.ParseConfig(o.url)
	if err != nil {
		return err
	}
	config.MaxConns = 32 // River's part is not to wait for a connection
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return err
	}
	defer pool.Close()
	driver := riverpgxv5.New(pool)
	migrator, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: quiet()})
	if err != nil {
		return err
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return err
	}
	waiting := newWaiting()
	workers := river.NewWorkers()
	river.AddWorker(workers, o.worker(pool, waiting))
	client, err := river.NewClient(driver, &river.Config{
		Logger: quiet(), Workers: workers, FetchCooldown: o.cooldown,
		Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: maxWorkers}},
	})
	if err != nil {
		return err
	}
	if err := client.Start(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, client.Stop(ctx)) }()
	var jobs int
	var took time.Duration
	if o.single {
		jobs, took, err = single(ctx, client, o, waiting)
	} else {
		jobs, took, err = batched(ctx, client, o)
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result{Jobs: jobs, Seconds: took.Seconds(), Version: version()})
}

func quiet() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
}

// version is River's, as this program was built with it.
func version() string {
	info, _ := debug.ReadBuildInfo() // of a program built in a module there is one
	for _, dep := range info.Deps {
		if dep.Path == "github.com/riverqueue/river" {
			return dep.Version
		}
	}
	return ""
}

type client = river.Client[pgx.Tx]

// completions are what River tells of jobs whose completion is committed.
func completions(c *client) (<-chan *river.Event, func()) {
	return c.SubscribeConfig(&river.SubscribeConfig{ChanSize: 1_000_000, Kinds: []river.EventKind{river.EventKindJobCompleted}})
}
