package bench_test

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// quantity is a figure with its unit.
type quantity struct {
	value float64
	unit  string // of those that String knows, or what stands behind the figure
}

func perSecond(v float64) quantity   { return quantity{v, "/s"} }
func millisecond(v float64) quantity { return quantity{v, " ms"} }
func megabytes(v float64) quantity   { return quantity{v / 1e6, " MB"} }
func kilobytes(v float64) quantity   { return quantity{v / 1e3, " KB"} }

// String shows three digits, or all before the point.
func (q quantity) String() string {
	digits := 0
	for v := math.Abs(q.value); v < 100 && digits < 2 && v != math.Trunc(v); v *= 10 {
		digits++
	}
	text := strconv.FormatFloat(q.value, 'f', digits, 64)
	whole, rest, point := strings.Cut(text, ".")
	for i := len(whole) - 3; i > 0 && whole[i-1] != '-'; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if point {
		whole += "." + rest
	}
	return whole + q.unit
}

// target is what a row is to reach; the zero value is none.
type target struct {
	bound float64
	most  bool   // the bound is the most, not the least
	unit  string // of the bound: " ×" for ratios
}

func atLeast(ratio float64) target { return target{bound: ratio, unit: " ×"} }
func atMost(ratio float64) target  { return target{bound: ratio, most: true, unit: " ×"} }
func noMoreThan(q quantity) target { return target{bound: q.value, most: true, unit: q.unit} }
func (t target) none() bool        { return t.unit == "" }
func (t target) met(figure float64) bool {
	return t.none() || (figure >= t.bound) != t.most || figure == t.bound
}

func (t target) String() string {
	sign := "≥ "
	if t.most {
		sign = "≤ "
	}
	return sign + quantity{t.bound, t.unit}.String()
}

// row is a line of the table.
type row struct{ scenario, ours, against, its, ratio, target, met string }

// table is what a run prints.
type table struct{ rows []row }

// compare adds a row of something of ours and what it is measured against; the target is of the ratio of the first to the
// second.
func (t *table) compare(scenario string, ours quantity, against string, its quantity, want target) {
	ratio := ours.value / its.value
	t.add(row{scenario: scenario, ours: ours.String(), against: against, its: its.String(), ratio: strconv.FormatFloat(ratio, 'f', 2, 64)}, ratio, want)
}

// figure adds a row of something that is measured against nothing; the target is of itself.
func (t *table) figure(scenario string, ours quantity, want target) {
	t.add(row{scenario: scenario, ours: ours.String()}, ours.value, want)
}

// spread adds a row of times of which the target is of the greater.
func (t *table) spread(scenario string, p50, p99 quantity, want target) {
	t.add(row{scenario: scenario, ours: "p50 " + p50.String() + ", p99 " + p99.String()}, p99.value, want)
}

// words adds a row that is no single figure.
func (t *table) words(scenario, ours string) {
	t.rows = append(t.rows, row{scenario: scenario, ours: ours})
}

// missing adds a row that says why there is nothing.
func (t *table) missing(scenario, why string) { t.words(scenario, "not measured: "+why) }

func (t *table) add(r row, figure float64, want target) {
	if !want.none() {
		r.target, r.met = want.String(), "no"
		if want.met(figure) {
			r.met = "yes"
		}
	}
	t.rows = append(t.rows, r)
}

// String is the table in Markdown, in columns that stand below each other in a terminal too.
func (t *table) String() string {
	lines := [][]string{{"scenario", "ours", "measured against", "its", "ratio", "target", "met"}}
	for _, r := range t.rows {
		lines = append(lines, []string{r.scenario, r.ours, r.against, r.its, r.ratio, r.target, r.met})
	}
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell), 3)
		}
	}
	var text strings.Builder
	for n, line := range lines {
		for i, cell := range line {
			fmt.Fprintf(&text, "| %s%s ", cell, strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)))
		}
		text.WriteString("|\n")
		if n > 0 {
			continue
		}
		for _, width := range widths {
			text.WriteString("| " + strings.Repeat("-", width) + " ")
		}
		text.WriteString("|\n")
	}
	return text.String()
}

// The marks of a document between which a run is written.
const begin, end = "<!-- run -->", "<!-- /run -->"

var errNoMarks = errors.New("the document has no " + begin + " and " + end)

// between returns the document with the text between the marks.
func between(document, text string) (string, error) {
	before, rest, ok := strings.Cut(document, begin)
	_, after, ended := strings.Cut(rest, end)
	if !ok || !ended {
		return "", errNoMarks
	}
	return before + begin + "\n\n" + strings.TrimSpace(text) + "\n\n" + end + after, nil
}

func TestTable(t *testing.T) {
	t.Parallel()
	var tab table
	tab.compare("creates", perSecond(1234567), "floor", perSecond(1000000), atLeast(1.3))
	tab.compare("page", millisecond(1.2), "itself", millisecond(1), atMost(1.2))
	tab.figure("memory", megabytes(98_765_432), noMoreThan(megabytes(120e6)))
	tab.missing("many", "few files")
	const want = `
| scenario | ours                    | measured against | its         | ratio | target   | met |
| -------- | ----------------------- | ---------------- | ----------- | ----- | -------- | --- |
| creates  | 1,234,567/s             | floor            | 1,000,000/s | 1.23  | ≥ 1.3 ×  | no  |
| page     | 1.2 ms                  | itself           | 1 ms        | 1.20  | ≤ 1.2 ×  | yes |
| memory   | 98.8 MB                 |                  |             |       | ≤ 120 MB | yes |
| many     | not measured: few files |                  |             |       |          |     |
`
	if got := "\n" + tab.String(); got != want {
		t.Errorf("got%swant%s", got, want)
	}
	got, err := between("a\n"+begin+"\nold\n"+end+"\nb", "new\n")
	if err != nil || got != "a\n"+begin+"\n\nnew\n\n"+end+"\nb" {
		t.Errorf("between: %q, %v", got, err)
	}
	if _, err := between("a\n"+begin+"\n", "new"); err == nil {
		t.Error("a document without the second mark is written")
	}
}
