package seed

import "fmt"

type pullRequest struct {
	number  int
	title   string
	repo    string
	author  string
	lines   int
	verdict string // of the first review
}

const (
	approves = "approve"
	changes  = "request changes"
	waits    = "nobody has looked"
)

var pullRequests = []pullRequest{
	{1412, "checkout: show the delivery date before payment", "shop", "ana", 214, approves},
	{1413, "api: page orders by cursor", "shop", "jonas", 388, changes},
	{1414, "frame configurator: remember the last colour", "configurator", "ana", 61, approves},
	{1415, "telemetry: sample battery health once an hour", "bike-link", "piet", 152, approves},
	{1416, "deps: update the PDF library", "documents", "renovate", 12, approves},
	{1417, "warehouse: reserve parts when an order is confirmed", "stock", "jonas", 517, changes},
	{1418, "login: accept passkeys", "accounts", "sofie", 743, changes},
	{1419, "mail: say which part is delayed, and until when", "shop", "ana", 97, approves},
	{1420, "stock: count spare parts by bin", "stock", "jonas", 166, approves},
	{1421, "bike-link: retry uploads after a tunnel", "bike-link", "piet", 205, approves},
	{1422, "invoices: read the IBAN from the last page too", "documents", "sofie", 88, approves},
	{1423, "shop: Portuguese texts", "shop", "ana", 1204, changes},
	{1424, "deps: update Go", "stock", "renovate", 4, approves},
	{1425, "accounts: forget devices after 90 days", "accounts", "sofie", 132, approves},
	{1426, "configurator: a box of 80 cm", "configurator", "piet", 320, waits},
	{1427, "shop: compare two bicycles side by side", "shop", "ana", 611, waits},
	{1428, "stock: import the supplier's new price list", "stock", "jonas", 245, waits},
	{1429, "bike-link: warn below 10 % once, not each minute", "bike-link", "piet", 39, waits},
}

// planPullRequests: each pull request is reviewed; from there it is fixed and reviewed again, or tested, previewed and deployed.
func (p *plan) planPullRequests() {
	for i, pr := range pullRequests {
		review := pr.review(20)
		p.add(0, review)
		if pr.verdict == waits {
			review.set("priority", 0)
			if pr.number == 1426 {
				review.set("priority", 10).takenBy("worker:review-2").heldFor(longLease)
			}
			continue
		}
		worker := fmt.Sprintf("worker:review-%d", 1+i/2%3)
		review.takenBy(worker).completes(pr.verdict+", "+fmt.Sprint(1+i%4)+" remarks", p.remarks(pr, pr.verdict)).acknowledge("")
		if pr.verdict == changes {
			review = p.fix(pr, review)
		}
		if review != nil {
			p.test(pr, review)
		}
	}
}

func (pr pullRequest) review(priority int) *task {
	language := map[string]string{"shop": "typescript", "configurator": "typescript"}[pr.repo]
	if language == "" {
		language = "go"
	}
	return newTask(forge, "code.review", map[string]any{
		"repository": pr.repo, "pullRequest": pr.number, "title": pr.title, "author": pr.author, "linesChanged": pr.lines,
		"diff": fmt.Sprintf("https://git.kvist.example/%s/pull/%d.diff", pr.repo, pr.number),
	}).set("priority", priority).set("expectedOutcome", "RESULT").requires([]string{"git", language}, pr.repo)
}

func (p *plan) remarks(pr pullRequest, verdict string) map[string]any {
	files := map[string][]string{
		"shop": {"src/checkout/Summary.tsx", "src/api/orders.ts", "src/mail/delayed.ts"}, "stock": {"bins/count.go", "orders/reserve.go"},
		"bike-link": {"upload/retry.go", "battery/health.go"}, "documents": {"pdf/last_page.go"}, "accounts": {"passkeys/register.go", "devices/forget.go"},
		"configurator": {"src/frame/Colour.tsx"},
	}[pr.repo]
	var remarks []any
	for range p.dice.between(1, 4) {
		remarks = append(remarks, map[string]any{
			"file": p.dice.pick(files...), "line": p.dice.between(8, 240), "severity": p.dice.pick("nit", "minor", "minor", "major"),
			"says": p.dice.pick("this is read twice; keep what the first read returned", "what happens when the list is empty?", "the error is swallowed here",
				"a name that says what it is would save the comment", "this loop asks the database once per row"),
		})
	}
	return map[string]any{"verdict": verdict, "remarks": remarks}
}

// fix: what a review asked for is done and looked at again. It returns the second review, nil when there is none yet.
func (p *plan) fix(pr pullRequest, review *task) *task {
	fix := newTask(shepherd, "code.fix", map[string]any{"repository": pr.repo, "pullRequest": pr.number, "do": "what the review asks for"}).
		set("priority", 30).set("maxAttempts", 3).requires([]string{"git", "shell"}, pr.repo).continues(review)
	p.add(1, fix)
	switch pr.number {
	case 1418:
		fix.set("priority", 25).takenBy("worker:coder-1").failsForNow("TESTS_RED", "TestPasskeyReplay fails: a challenge is accepted twice", 0)
		fix.takenBy("worker:coder-2").isReturned("needs a decision: may a passkey be used from two browsers at once?")
		fix.takenBy("worker:coder-1").heldFor(longLease).starts(map[string]any{"step": "reproducing", "test": "TestPasskeyReplay"}, map[string]any{"step": "fixing", "filesChanged": 3})
		p.returned = fix
		p.add(2, newTask(shepherd, "decision.ask", map[string]any{"of": "Tomas", "ask": "May a passkey be used from two browsers at once?"}).
			set("expectedOutcome", "RESULT").requires(nil, pr.repo, "for-a-person").helpsWith(fix).takenBy(tomas).heldFor(longLease).starts())
		return nil
	case 1423:
		fix.takenBy("worker:coder-2").fails("NOT_MY_LANGUAGE", "half of the remarks are about the tone of Portuguese sentences")
		return nil
	}
	fix.takenBy("worker:coder-1").completes("Done as asked.", map[string]any{"commits": p.dice.between(1, 3), "linesChanged": p.dice.between(9, 80)}).acknowledge("")
	fix.last().progress = []any{map[string]any{"step": "reading the remarks"}, map[string]any{"step": "running tests", "passed": 418, "failed": 0}}
	second := pr.review(60).continues(fix)
	p.add(2, second)
	return second.takenBy("worker:review-1").completes("approve", p.remarks(pr, approves)).acknowledge("Thank you.")
}

// test: what is approved is tested and shown; what is shown waits for somebody who says yes.
func (p *plan) test(pr pullRequest, review *task) {
	test := newTask(shepherd, "test.run", map[string]any{"repository": pr.repo, "pullRequest": pr.number, "suite": "all"}).
		set("priority", 20).set("maxAttempts", 3).set("retryBackoffSeconds", 60).requires([]string{"docker"}, pr.repo).continues(review)
	p.add(3, test)
	switch pr.number {
	case 1415:
		test.takenBy("worker:runner-1").failsForNow("FLAKY", "TestUploadAfterTunnel: a port was taken", 0)
		test.takenBy("worker:runner-2")
	case 1420:
		test.takenBy("worker:runner-2").fails("TESTS_RED", "3 of 211 tests fail: TestCountOfAnEmptyBin and two others")
		return
	case 1424:
		test.takenBy("worker:runner-1").failsForNow("NO_SPACE", "the disk of runner-1 is full", 600)
		return
	case 1425:
		test.set("priority", 2).takenBy("worker:runner-2").heldFor(longLease).starts(map[string]any{"passed": 88, "of": 131})
		return
	default:
		test.takenBy(fmt.Sprintf("worker:runner-%d", 1+pr.number%2))
	}
	passed := p.dice.between(90, 640)
	test.last().progress = []any{map[string]any{"passed": passed / 2, "of": passed}}
	test.completes(fmt.Sprintf("%d tests pass.", passed), map[string]any{"passed": passed, "failed": 0, "seconds": p.dice.amount(11, 240)},
		artifact("application/xml", fmt.Sprintf("ci/%d/junit.xml", pr.number), passed*310)).acknowledge("")
	p.preview(pr, test)
}

func (p *plan) preview(pr pullRequest, test *task) {
	preview := newTask(shepherd, "deploy.preview", map[string]any{"repository": pr.repo, "pullRequest": pr.number, "expires": "7d"}).
		set("priority", 20).set("expectedOutcome", "ARTIFACT").requires([]string{"kubernetes"}, pr.repo).continues(test)
	p.add(4, preview)
	switch pr.number {
	case 1416, 1422:
		preview.set("priority", 0).cancel("merged without a look: nothing to see")
		if pr.number == 1422 {
			preview.set("priority", 1).takenBy("worker:deploy-1").starts(map[string]any{"image": "built"})
		}
		return
	case 1421:
		preview.set("priority", 2).takenBy("worker:deploy-1").heldFor(longLease)
		return
	}
	preview.takenBy("worker:deploy-1").completes("Up.", nil, map[string]any{"type": "preview", "url": fmt.Sprintf("https://pr-%d.preview.kvist.example", pr.number)}).
		acknowledge("")
	approval := newTask(shepherd, "release.approve", map[string]any{"pullRequest": pr.number, "title": pr.title, "ask": "May it go live?"}).
		set("expectedOutcome", "RESULT").requires(nil, pr.repo).continues(preview, test)
	p.add(5, approval)
	if pr.number > 1414 {
		return
	}
	approval.set("priority", 5).takenBy(tomas).completes("Yes.", map[string]any{"approved": true}).acknowledge("")
	live := newTask(shepherd, "deploy.production", map[string]any{"repository": pr.repo, "pullRequest": pr.number, "window": "Tuesday to Thursday, 10 to 15"}).
		set("priority", 70).set("expectedOutcome", "ARTIFACT").requires([]string{"kubernetes"}, pr.repo, "production").continues(approval)
	p.add(6, live)
	if pr.number == 1412 {
		live.takenBy("worker:deploy-1").starts(map[string]any{"replicas": 1, "of": 6}).
			end(completed, map[string]any{"deliveryProof": map[string]any{"status": "succeeded", "version": "2026.47.1", "replicas": 6}}).acknowledge("Live.")
	} else {
		live.set("delaySeconds", 64_800)
	}
}
