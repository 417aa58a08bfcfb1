package examples_test

// task is a task as these tests look at it.
type task struct {
	ID       string
	Status   string
	Progress *struct{ Data struct{ Pages int } }
	Outcome  *struct{ Result, Error any }
	Receipts struct{ Nodes []receipt }
}

type receipt struct {
	Type string
	From struct{ ID string }
	Body struct {
		Progress       struct{ Pages int }
		TerminalReason string `json:"terminal_reason"`
	}
}

const taskFields = `{ id status progress { data } outcome { result error } receipts(first: 200) { nodes { type from { id } body } } }`

// mustDelegate creates a report to be written, and returns its id.
func (s *server) mustDelegate(payload vars) string {
	s.t.Helper()
	var got struct{ CreateTask struct{ Task task } }
	s.mustAsk("agent:planner", `mutation($i: CreateTaskInput!) { createTask(input: $i) { task { id } } }`,
		vars{"i": vars{"type": "example.report", "payload": payload}}, &got)
	return got.CreateTask.Task.ID
}

func (s *server) mustLook(id string) task {
	s.t.Helper()
	var got struct{ Task task }
	s.mustAsk("agent:planner", `query($id: ID!) { task(id: $id) `+taskFields+` }`, vars{"id": id}, &got)
	return got.Task
}

// mustReach waits until so many pages of a report are written.
func (s *server) mustReach(id string, pages int) {
	s.t.Helper()
	eventually(s.t, "pages", func() bool {
		p := s.mustLook(id).Progress
		return p != nil && p.Data.Pages >= pages
	})
}

// mustBecome waits until a task has a status.
func (s *server) mustBecome(id, status string) task {
	s.t.Helper()
	var now task
	eventually(s.t, id+" is "+status, func() bool {
		now = s.mustLook(id)
		return now.Status == status
	})
	return now
}

// pages are the pages that were reported, in order.
func (k task) pages() []int {
	var list []int
	for _, r := range k.Receipts.Nodes {
		if r.Type == "TASK_PROGRESS" {
			list = append(list, r.Body.Progress.Pages)
		}
	}
	return list
}

// types are the receipts of a task that somebody wrote, in order.
func (k task) types(from string) []string {
	var list []string
	for _, r := range k.Receipts.Nodes {
		if r.From.ID == from {
			list = append(list, r.Type)
		}
	}
	return list
}
