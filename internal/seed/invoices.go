package seed

import "fmt"

var suppliers = []string{
	"Aurland Aluminium AS", "Bafang Electric", "Brooks Saddles Ltd", "Delta Bearings GmbH", "Elkem Lacke", "Fjord Frakt AS", "Gates Carbon Drive",
	"Hafslund Strøm", "Jysk Kartong", "Magura GmbH", "Norsk Gummi AS", "Posten Bring", "Rohloff AG", "Schwalbe", "Telenor Bedrift", "Værnes Verksted",
}

const (
	invoiceCount = 92
	extracted    = 74 // the rest waits
)

// planInvoices: the mailroom has invoices read; the bookkeeper posts them, asks about odd ones, and pays them together.
func (p *plan) planInvoices() {
	var posted []*task
	for i := range invoiceCount {
		supplier, amount := suppliers[p.dice.IntN(len(suppliers))], p.dice.amount(40, 9000)
		number := fmt.Sprintf("%d-%04d", 2026, 3100+i*7)
		read := newTask(mailroom, "invoice.extract", map[string]any{
			"document": fmt.Sprintf("inbox/2026-11/%04d.pdf", 5200+i), "pages": p.dice.between(1, 6), "received": fmt.Sprintf("2026-11-%02d", 2+i/5),
		}).requires([]string{"ocr"}, "invoices").set("expectedOutcome", "RESULT")
		p.add(0, read)
		worker := fmt.Sprintf("worker:ocr-%d", 1+i/4%3)
		switch {
		case i >= extracted+4:
			if i%3 == 1 {
				read.cancel("the supplier has sent it twice")
			}
			continue
		case i >= extracted:
			read.takenBy(worker).heldFor(longLease).starts(map[string]any{"page": 1, "of": 3})
			continue
		case i%23 == 17:
			read.takenBy(worker).fails("UNREADABLE", "page 2 is black; the scanner's lid was open").acknowledge("I ask the supplier for a copy.")
			continue
		}
		read.takenBy(worker).completes("", map[string]any{
			"supplier": supplier, "number": number, "total": amount, "currency": "EUR", "vat": 25, "due": fmt.Sprintf("2026-12-%02d", 1+i%28),
			"lines": p.lines(amount), "confidence": float64(p.dice.between(82, 99)) / 100,
		}).acknowledge("")
		if i%11 == 4 {
			p.clarify(i, read, supplier, number)
			continue
		}
		if i%2 == 0 || i < 20 {
			posted = append(posted, p.post(len(posted), read, supplier, number, amount))
		}
	}
	p.pay(posted)
}

func (p *plan) lines(total float64) []any {
	n := p.dice.between(1, 5)
	lines := make([]any, n)
	for i := range lines {
		lines[i] = map[string]any{
			"text": p.dice.pick("Frame tubes 7005 T6", "Motor M620, 160 Nm", "Saddle, brown", "Freight, Oslo–Trondheim", "Bearings 6902-2RS", "Belt 122 teeth", "Electricity, October"),
			"net":  float64(int(total*80)/n) / 100,
		}
	}
	return lines
}

func (p *plan) post(n int, read *task, supplier, number string, amount float64) *task {
	t := newTask(books, "invoice.post", map[string]any{"supplier": supplier, "number": number, "total": amount, "account": p.dice.pick("4000", "4010", "6300", "6900")}).
		set("priority", 10).requires([]string{"accounting"}, "invoices").continues(read)
	p.add(1, t)
	switch {
	case n >= 36:
		t.set("priority", 0)
	case n == 13:
		t.takenBy("worker:ledger-1").fails("PERIOD_CLOSED", "October is closed; the date of posting must lie in November")
	default:
		t.takenBy(fmt.Sprintf("worker:ledger-%d", 1+n/4%2)).completes("", map[string]any{"voucher": 88_120 + n}).acknowledge("")
	}
	return t
}

// clarify: somebody who knows must say what an odd invoice is about.
func (p *plan) clarify(i int, read *task, supplier, number string) {
	t := newTask(books, "invoice.clarify", map[string]any{
		"supplier": supplier, "number": number, "why": p.dice.pick("no order has this number", "the price is 14 % above the order's", "it was paid in October already"),
	}).set("expectedOutcome", "RESULT").requires(nil, "invoices", "for-a-person").continues(read)
	p.add(1, t)
	switch {
	case i < 20:
		t.set("priority", 5).takenBy(ines).completes("It is right: the price went up in October.", map[string]any{"pay": true}).acknowledge("Then I post it.")
	case i < 30:
		t.set("priority", 4).takenBy(ines).heldFor(longLease).starts()
	}
}

func (p *plan) pay(posted []*task) {
	var batch []*task
	for _, t := range posted {
		if t.ended() && t.last().ends == completed {
			batch = append(batch, t)
		}
	}
	for i := 0; i+10 <= len(batch); i += 10 {
		t := newTask(books, "payment.run", map[string]any{"invoices": 10, "account": "NO93 8601 1117 947", "on": fmt.Sprintf("2026-12-%02d", 1+i/10*7)}).
			set("priority", 90).requires([]string{"accounting"}, "money").continues(batch[i : i+10]...)
		p.add(2, t)
		if i == 0 {
			t.takenBy("worker:ledger-1").completes("Paid.", map[string]any{"paid": 10, "reference": "KV-2026-1201"}).acknowledge("")
		} else {
			t.set("delaySeconds", 86_400*i/10*7)
		}
	}
}
