package prometheus_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

// panel is one of the dashboard's; a row is one too.
type panel struct {
	ID          int
	Type        string
	Title       string
	Description string
	GridPos     struct{ X, Y, W, H int }
	Datasource  struct{ UID string }
	Targets     []struct{ Expr string }
	FieldConfig struct{ Defaults struct{ Unit string } }
}

// dashboard is what the tests read of Grafana's model.
type dashboard struct {
	Panels      []panel
	Annotations struct{ List []struct{ Expr string } }
	Templating  struct {
		List []struct{ Name, Definition string }
	}
}

func mustReadDashboard(t *testing.T) dashboard {
	t.Helper()
	var d dashboard
	if err := json.Unmarshal(mustRead(t, filepath.Join("..", "grafana", "asyncgate.json")), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// queries are the dashboard's, as Grafana sends them for all servers of a job; by the panels' titles.
func (d dashboard) queries(job string) map[string][]string {
	filled := strings.NewReplacer("$job", job, "$instance", ".*", "$__rate_interval", "10s")
	found := map[string][]string{}
	for _, p := range d.Panels {
		for _, target := range p.Targets {
			found[p.Title] = append(found[p.Title], filled.Replace(target.Expr))
		}
	}
	return found
}

// TestDashboard: each panel says what it shows and in which unit, has a place of its own, and asks the source that was chosen.
func TestDashboard(t *testing.T) {
	t.Parallel()
	d := mustReadDashboard(t)
	ids, places := map[int]bool{}, map[[2]int]string{}
	for _, p := range d.Panels {
		if ids[p.ID] {
			t.Errorf("%s has the id of another", p.Title)
		}
		ids[p.ID] = true
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other, taken := places[[2]int{x, y}]; taken || x >= 24 {
					t.Fatalf("%s is where %q is, or beside the page", p.Title, other)
				}
				places[[2]int{x, y}] = p.Title
			}
		}
		if p.Type == "row" {
			continue
		}
		if p.Title == "" || p.Description == "" || p.FieldConfig.Defaults.Unit == "" || len(p.Targets) == 0 || p.Datasource.UID != "${datasource}" {
			t.Errorf("panel %d lacks something: %+v", p.ID, p)
		}
	}
}
