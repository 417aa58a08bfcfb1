package bench_test

import (
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// machine says what a run was of and what it ran on.
func (r *run) machine(b *testing.B) string {
	b.Helper()
	pg := openDB(b, r.postgres.URL("postgres"))
	lite := openDB(b, sqliteURL(b))
	river := r.riverVersion
	if river == "" {
		river = "that has not played"
	}
	kind := "A run of `make bench`"
	if r.quick {
		kind = "A quick run"
	}
	return fmt.Sprintf("%s, commit %s, %s: %d cores (%s), %s of memory, %s, where a write of 8 KiB and its fsync took %s.\n"+
		"%s, PostgreSQL %s (fsync on, shared_buffers 1GB), SQLite %s in the process, River %s.\n",
		kind, commit(b), time.Now().UTC().Format("2006-01-02"), runtime.NumCPU(), procLine(b, "/proc/cpuinfo", "model name"),
		gigabytes(b), disk(b), fsync(b),
		runtime.Version(), ask(b, pg, "SHOW server_version"), ask(b, lite, "SELECT sqlite_version()"), river)
}

func commit(b *testing.B) string {
	b.Helper()
	out, err := exec.CommandContext(b.Context(), "git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*").Output()
	if err != nil {
		return "unknown" // of sources without their history
	}
	return strings.TrimSpace(string(out))
}

// procLine returns what the system tells behind a name; "unknown" where it tells nothing of it.
func procLine(b *testing.B, path, name string) string {
	b.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		return "unknown"
	}
	found := regexp.MustCompile(`(?m)^` + name + `\s*:\s*(.+)$`).FindSubmatch(text)
	if found == nil {
		return "unknown"
	}
	return string(found[1])
}

func gigabytes(b *testing.B) string {
	b.Helper()
	var kilobytes float64
	if _, err := fmt.Sscan(procLine(b, "/proc/meminfo", "MemTotal"), &kilobytes); err != nil {
		return "an unknown amount"
	}
	return quantity{kilobytes / (1 << 20), " GiB"}.String()
}

// disk says on what the databases lie.
func disk(b *testing.B) string {
	b.Helper()
	out, err := exec.CommandContext(b.Context(), "df", "--output=fstype,source", os.TempDir()).Output()
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	words := strings.Fields(lines[len(lines)-1])
	if err != nil || len(words) != 2 {
		return "an unknown disk"
	}
	return words[0] + " on " + words[1]
}

// fsync is how long the disk takes, the median of some.
func fsync(b *testing.B) string {
	b.Helper()
	f, err := os.Create(filepath.Join(b.TempDir(), "fsync"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	var took []time.Duration
	for range 200 {
		start := time.Now()
		_, err := f.WriteAt(make([]byte, 8<<10), 0)
		if err == nil {
			err = f.Sync()
		}
		if err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	return part(took, 0.5).Round(time.Microsecond).String()
}

func ask(b *testing.B, db *sql.DB, question string) (answer string) {
	b.Helper()
	if err := db.QueryRowContext(b.Context(), question).Scan(&answer); err != nil {
		b.Fatal(err)
	}
	return answer
}
