package seed

import "slices"

// plan is what is played: generations of tasks, of which later ones answer earlier ones.
type plan struct {
	generations [][]*task
	dice        dice
	// What is worth a look.
	root, failed, returned, troubled *task
}

// newPlan plans the week. shortLease tells whether a lease may be lost again and again, until the server calls it an anomaly.
func newPlan(shortLease bool) *plan {
	p := &plan{dice: newDice()}
	p.planVideos(shortLease)
	p.planStudy()
	p.planPullRequests()
	p.planInvoices()
	p.planPictures()
	p.planTickets()
	p.planCalendar()
	return p
}

// add puts tasks into a generation; the first is 0.
func (p *plan) add(generation int, tasks ...*task) {
	for len(p.generations) <= generation {
		p.generations = append(p.generations, nil)
	}
	p.generations[generation] = append(p.generations[generation], tasks...)
}

// all returns every task in the order in which they are created.
func (p *plan) all() []*task { return slices.Concat(p.generations...) }

// lost returns those that a crash takes from a worker.
func (p *plan) lost() []*task {
	return slices.DeleteFunc(p.all(), func(t *task) bool {
		return !slices.ContainsFunc(t.turns, func(u turn) bool { return u.ends == crashed })
	})
}

// describe fills in what the plan knows better than the server.
func (p *plan) describe(s *Summary) {
	owners, workers := map[string]bool{}, map[string]bool{}
	grown := map[*task]bool{p.root: true}
	for _, t := range p.all() {
		owners[t.owner] = true
		for _, u := range t.turns {
			workers[u.worker] = true
		}
		if slices.ContainsFunc(t.parents(), func(parent *task) bool { return grown[parent] }) {
			grown[t] = true
		}
	}
	s.Owners, s.Workers = len(owners), len(workers)
	s.Root, s.Study, s.Failed, s.Returned = p.root.id, len(grown), p.failed.id, p.returned.id
	if p.troubled != nil {
		s.Troubled = p.troubled.id
	}
}

// parents are the tasks out of which it grew.
func (t *task) parents() []*task {
	parents := slices.Clone(t.answers)
	if t.within != nil {
		parents = append(parents, t.within)
	}
	if t.again != nil {
		parents = append(parents, t.again)
	}
	return parents
}
