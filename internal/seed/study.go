package seed

import "fmt"

// question is one of those that a market study asks, with what was found.
type question struct{ asks, finds string }

var questions = []question{
	{"How many cargo bicycles were sold in Portugal each year since 2019?", "About 2,100 in 2019 and 7,900 in 2025; two thirds with a motor."},
	{"Which cities have paid for cargo bicycles, and how much?", "Lisbon pays half of the price up to €500, Porto up to €350 for companies; Braga's programme ended in June."},
	{"What do families pay for a long-tail bicycle?", "Between €2,900 and €4,600; the median offer of nine shops is €3,490."},
	{"Who sells cargo bicycles in Lisbon today?", "Eleven shops, of which four repair what they sell; two have a showroom."},
	{"Who sells cargo bicycles in Porto today?", "Five shops and one rental company that sells its used fleet in spring."},
	{"How do the hills of Lisbon change what is bought?", "Nine of ten bicycles sold have a motor of 75 Nm or more; without one nobody asks twice."},
	{"Which parcel services ride bicycles, and which want to?", "CTT has 390, DPD 60; both ask for 250 litres and a roof."},
	{"What does a parcel cost by bicycle, compared with a van?", "€1.90 against €2.60 inside Lisbon's ring; the difference is parking."},
	{"Which duties and taxes fall on a bicycle built in Norway?", "No duty inside the EEA with a supplier's declaration; 23 % VAT, of which companies get all back."},
	{"What must a warehouse near Lisbon cost?", "€5.40 to €6.80 per square metre and month in Loures; 600 m² are enough for 180 bicycles."},
	{"Which ports and carriers bring a container in a week?", "Oslo to Leixões takes six to nine days by way of Rotterdam; €1,850 for forty feet."},
	{"Who repairs cargo bicycles outside of the two cities?", "Nobody south of Setúbal. Three workshops would, for a fixed fee and training."},
	{"What do owners complain about?", "Brakes on wet cobbles, batteries that are stolen, and waiting five weeks for a spare part."},
	{"How safe are the bicycle lanes that exist?", "Lisbon has 263 km, of which 70 km are wide enough for a box of 80 cm."},
	{"Which insurers cover cargo bicycles, at what price?", "Two, from €9 a month with theft; both demand a frame lock that is certified."},
	{"Which banks lease bicycles to companies?", "Three; 36 months, a residual value of 15 %, and a buy-back that the maker must promise."},
	{"What do schools and kindergartens ask for?", "Six seats, belts, and a roof; public tenders open in February."},
	{"How is a battery to be recycled by law?", "Makers register with ANREEE and pay €0.41 per kilogram; records are kept for five years."},
	{"Which standards does a tender name?", "EN 17860-1 to -7; two tenders also ask for a fire test of the battery's case."},
	{"How do the Dutch makers price in Portugal?", "As at home, plus €190 of freight; the rebate to shops is 22 to 28 %."},
	{"How do the French makers price in Portugal?", "4 to 7 % below home, for orders of ten or more."},
	{"How many tourists ride rented cargo bicycles?", "Too few to count outside of Cascais, where a company has 40 and is full from May on."},
	{"When in the year are cargo bicycles bought?", "41 % from March to June; a second, smaller wave when schools begin."},
	{"What do mechanics earn, and how many are there?", "€1,150 a month; about 300 know electric drives, and most are taken."},
	{"Which words do buyers search for?", "\"bicicleta de carga\" four times as often as \"cargo bike\"; \"long tail\" hardly ever."},
	{"Which fairs are worth a stand?", "Only one: Lisbon in April, 12,000 visitors, €4,300 for 24 m²."},
	{"What did the two makers say who gave up in 2023?", "Both had no workshop of their own, and paid for that with every warranty case."},
	{"How do newspapers write about cargo bicycles?", "Kindly since 2024; four of thirty articles are about accidents, all with vans."},
	{"Which grants for companies end soon?", "The Environment Fund's, on 30 September; €1,500 for each bicycle, four at most."},
	{"What is known of the planned lane along the river?", "Approved from Belém to Parque das Nações, 14 km; building begins in the spring of 2027."},
}

// planStudy: a question of the owner's becomes a plan, thirty questions, checks, chapters, a report and a decision.
func (p *plan) planStudy() {
	p.root = newTask(maria, "study.plan", map[string]any{
		"question": "Should we sell our cargo bicycles in Portugal, and how?", "until": "2026-12-18", "budget": map[string]any{"hours": 160, "euros": 4000},
	}).set("priority", 80).set("expectedOutcome", "RESULT").requires([]string{"summarize"}, "portugal", "strategy").
		takenBy(planner).completes("Thirty questions, grouped in six chapters.", map[string]any{
		"chapters": chapters, "questions": len(questions), "method": "Ask each question alone; check what surprises; write last.",
	}).acknowledge("Good. Go ahead, and mind the grants that end soon.")
	p.root.last().progress = []any{map[string]any{"step": "reading what we know"}, map[string]any{"step": "grouping questions", "found": 41, "kept": 30}}
	p.add(0, p.root)

	found := p.planResearch()
	checked := p.planChecks(found)
	p.planChapters(found, checked)
}

func (p *plan) planResearch() []*task {
	var found []*task
	for i, q := range questions {
		t := newTask(planner, "research.summarize", map[string]any{
			"question": q.asks, "languages": []string{"pt", "en"}, "sources": map[string]any{"atLeast": 3, "notOlderThan": "2024-01-01"},
		}).set("priority", 40).set("expectedOutcome", "RESULT").requires([]string{"browse", "summarize"}, "portugal", chapters[i*len(chapters)/len(questions)]).
			continues(p.root)
		p.add(1, t)
		worker := fmt.Sprintf("worker:research-%d", 1+i/4%3)
		switch i {
		case 6, 20:
			t.takenBy(worker).fails("SOURCE_UNREACHABLE", "two of three sources answered 503 for an hour").acknowledge("Ask again.")
			again := retry(t, "the sources are back").takenBy("worker:research-2")
			if i == 6 {
				again.completes("Found on the second try.", p.finding(q)).acknowledge("")
				found = append(found, again)
			} else {
				again.fails("PAYWALL", "the price list is only shown to shops")
				p.failed = again
			}
			p.add(2, again)
			continue
		case 10:
			t.takenBy(worker).failsForNow("RATE_LIMITED", "the search engine asks to wait", 0)
			t.takenBy("worker:research-3")
		case 27:
			t.takenBy(worker).failsForNow("TIMEOUT", "no answer from the newspaper archive within 120 s", 900)
			continue
		case 28, 29:
			t.set("priority", 5) // nobody has come to it
			continue
		default:
			t.takenBy(worker)
		}
		if i%3 == 0 {
			t.last().progress = []any{map[string]any{"sources": p.dice.between(1, 3)}, map[string]any{"sources": p.dice.between(4, 8), "percent": 70}}
		}
		t.completes(q.finds, p.finding(q)).acknowledge("")
		found = append(found, t)
	}
	return found
}

// finding is what a worker brings back for a question.
func (p *plan) finding(q question) map[string]any {
	var sources []any
	for range p.dice.between(3, 6) {
		sources = append(sources, map[string]any{
			"url":   fmt.Sprintf("https://%s.example/%d/%d", p.dice.pick("ine", "expresso", "publico", "ctt", "cm-lisboa", "imt", "observador"), p.dice.between(2024, 2026), p.dice.between(1000, 9999)),
			"quote": p.dice.pick("Table 4, page 11", "third paragraph", "answer by mail of the press office", "annual report, page 38"),
		})
	}
	return map[string]any{"answer": q.finds, "confidence": float64(p.dice.between(55, 97)) / 100, "sources": sources}
}

// planChecks: the reviewer checks groups of findings, one of which contradicts another.
func (p *plan) planChecks(found []*task) []*task {
	var checked []*task
	for i := 0; i+3 <= len(found); i += 3 {
		t := newTask(reviewer, "facts.check", map[string]any{"findings": 3, "ask": "Do the numbers agree with each other and with their sources?"}).
			set("priority", 45).requires([]string{"cite"}, "portugal").continues(found[i : i+3]...)
		p.add(3, t)
		worker := fmt.Sprintf("worker:checker-%d", 1+i/3%2)
		switch i / 3 {
		case 4:
			t.takenBy(worker).completes("One number contradicts another.", map[string]any{"agree": false, "about": "bicycles of parcel services: 390 or 450"}).
				acknowledge("I ask the reviewer's question again with the newer report.")
		case 7:
			t.set("priority", 20).takenBy(worker).heldFor(longLease).starts(map[string]any{"checked": 4, "of": 11})
			continue
		default:
			t.takenBy(worker).completes("All agree.", map[string]any{"agree": true, "checked": p.dice.between(7, 15)}).acknowledge("")
		}
		checked = append(checked, t)
	}
	return checked
}

var chapters = []string{"market", "price", "delivery", "service", "law", "competitors"}

// planChapters: what was checked becomes chapters, a report that waits for the last of them, and a decision.
func (p *plan) planChapters(found, checked []*task) {
	var written []*task
	for i, chapter := range chapters {
		t := newTask(writer, "chapter.draft", map[string]any{"chapter": chapter, "words": 900 + 100*(i%3), "tone": "plain"}).
			set("priority", 50).set("expectedOutcome", "ARTIFACT").requires([]string{"write"}, "portugal", chapter).
			continues(checked[i], found[3*i], found[3*i+2])
		p.add(4, t)
		switch i {
		case 4:
			t.set("priority", 30).takenBy("worker:prose-1").heldFor(longLease).
				starts(map[string]any{"words": 310}, map[string]any{"words": 655, "open": []string{"recycling fee since July"}})
			continue
		case 5:
			t.set("priority", 25).takenBy("worker:prose-2").isReturned("the findings about French makers are missing")
			continue
		default:
			t.takenBy(fmt.Sprintf("worker:prose-%d", 1+i%2)).completes("Drafted.", nil, artifact("text/markdown", "study/"+chapter+".md", p.dice.between(6, 11)*1000)).
				acknowledge("")
		}
		written = append(written, t)
		p.add(5, p.reviewOf(chapter, t))
	}
	report := newTask(planner, "report.assemble", map[string]any{"title": "Cargo bicycles in Portugal", "format": "pdf"}).
		set("priority", 50).set("expectedOutcome", "ARTIFACT").set("delaySeconds", 5400).requires([]string{"write", "layout"}, "portugal").continues(written...)
	p.add(6, report)
	p.add(7, newTask(planner, "decision.prepare", map[string]any{"for": "Maria", "options": []string{"shops", "own workshop", "not now"}}).
		requires([]string{"summarize"}, "portugal").set("delaySeconds", 172_800).continues(written[:2]...))
}

func (p *plan) reviewOf(chapter string, draft *task) *task {
	t := newTask(writer, "text.review", map[string]any{"chapter": chapter, "ask": "Would Maria understand it at breakfast?"}).
		set("expectedOutcome", "RESULT").requires(nil, "portugal").continues(draft)
	switch chapter {
	case "market", "price":
		return t.set("priority", 9).takenBy(reviewer).completes("Two sentences to cut.", map[string]any{"accept": true, "remarks": p.dice.between(1, 6)}).acknowledge("Cut.")
	case "delivery":
		return t.set("priority", 8).takenBy(maria).heldFor(longLease).starts()
	default:
		return t
	}
}

func artifact(kind, path string, bytes int) map[string]any {
	return map[string]any{"type": kind, "url": "https://files.kvist.example/" + path, "bytes": bytes}
}
