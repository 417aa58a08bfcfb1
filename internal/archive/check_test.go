package archive_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/archive"
	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
	"github.com/asyncgate/asyncgate/store/storetest"
)

// What has happened to an archive is found, line by line, and by its kind.
func TestCheckNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		for name, test := range map[string]struct {
			harm func(w *world)
			want []store.ViolationKind
		}{
			"Nothing":      {func(*world) {}, nil},
			"Body":         {replaced(first, `"task_type":"t"`, `"task_type":"T"`), kinds(archive.Changed, archive.Missing)},
			"BodySpaced":   {replaced(first, `"body":{`, `"body":{ `), kinds(archive.Changed, archive.Missing)},
			"Envelope":     {replaced(first, `"to_id":"planner"`, `"to_id":"nobody"`), kinds(archive.Changed, archive.Missing)},
			"Payload":      {replaced(first, `"payload":[1]`, `"payload":[2]`), kinds(archive.Changed)},
			"Outcome":      {replaced(first, `"status":"succeeded"`, `"status":"failed"`), kinds(archive.Changed)},
			"Created":      {replaced(first, "2030-01-02", "2031-01-02"), kinds(archive.Changed)},
			"LineGone":     {lines(first, func(all []string) []string { return slices.Delete(all, 2, 3) }), kinds(archive.Changed, archive.Missing)},
			"TaskGone":     {lines(first, func(all []string) []string { return all[1:] }), kinds(archive.Changed, archive.Missing)},
			"LineTwice":    {lines(first, func(all []string) []string { return append(all, all[2]) }), kinds(archive.Changed, archive.Surplus)},
			"LineTorn":     {lines(first, func(all []string) []string { return append(all[:5], all[5][:9]) }), kinds(archive.Changed, archive.Missing)},
			"LineNoJSON":   {lines(first, func(all []string) []string { return append([]string{"?\n"}, all...) }), kinds(archive.Changed)},
			"FileGone":     {func(w *world) { w.remove(first) }, kinds(archive.Missing)},
			"FileEmpty":    {func(w *world) { w.write(first, "") }, kinds(archive.Changed, archive.Missing)},
			"FileTwice":    {func(w *world) { w.write("9-9.jsonl", w.read(first)) }, kinds(archive.Surplus)},
			"ManifestOdd":  {replaced(manifest, `"receipts": 5`, `"receipts": 6`), kinds(archive.Changed)},
			"ManifestTorn": {func(w *world) { w.write(manifest, w.read(manifest)[:40]) }, kinds(archive.Changed)},
			"OtherLedger":  {replaced(manifest, `"seq": 5`, `"seq": 4`), kinds(archive.Surplus)},
			"Newer":        {replaced(manifest, `"version": 1`, `"version": 2`), kinds(archive.Changed)},
			"OtherTenant":  {replaced(manifest, `"tenant": "`, `"tenant": "`+uuid.NewString()[:1]), kinds(archive.Changed)},
			"Invented": {lines(first, func(all []string) []string {
				r := &models.Receipt{ID: uuid.New(), Seq: 2, Type: models.TaskStarted, Body: "{}"}
				return append(all, archive.LineOf(r))
			}), kinds(archive.Changed, archive.Surplus)},
			"InventedTask": {lines(first, func(all []string) []string {
				id, _, _ := strings.Cut(strings.TrimPrefix(all[0], `{"chain":"`), `"`)
				return append(all, strings.ReplaceAll(all[0], id, uuid.NewString()))
			}), kinds(archive.Changed, archive.Surplus)},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, s)
				w.Lives(storetest.Planner, "t", 1, withPayload("[1]"))
				w.mustRun(clock.Now().Add(time.Hour))
				test.harm(w)
				if got, details, _ := w.violations(); !slices.Equal(got, test.want) {
					t.Errorf("reported is %v, want %v\n%s", got, test.want, details)
				}
			})
		}
	})
}

func kinds(k ...store.ViolationKind) []store.ViolationKind { return k }

const (
	first    = "000000000001-000000000005.jsonl"
	manifest = "manifest.json"
)

func replaced(file, from, to string) func(*world) {
	return func(w *world) {
		text := w.read(file)
		if !strings.Contains(text, from) {
			w.t.Errorf("%s has no %s:\n%s", file, from, text)
		}
		w.write(file, strings.Replace(text, from, to, 1))
	}
}

func lines(file string, change func([]string) []string) func(*world) {
	return func(w *world) { w.write(file, strings.Join(change(strings.SplitAfter(w.read(file), "\n")), "")) }
}

func (w *world) path(file string) string { return filepath.Join(w.dir, w.ID.String(), file) }

func (w *world) read(file string) string {
	w.t.Helper()
	text, err := os.ReadFile(w.path(file))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(text)
}

func (w *world) write(file, text string) {
	w.t.Helper()
	if err := os.WriteFile(w.path(file), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) remove(file string) {
	w.t.Helper()
	if err := os.Remove(w.path(file)); err != nil {
		w.t.Fatal(err)
	}
}
