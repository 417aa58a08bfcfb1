package seed

import "fmt"

var tickets = []struct{ subject, answer string }{
	{"The belt squeaks since it rained", "Wash it with water and let it dry; never oil a belt. If it squeaks on, we send another."},
	{"Where is my order 20418?", "It left Trondheim on Monday and arrives on Thursday."},
	{"Does the Box 80 fit through a door of 79 cm?", "The frame does, the box is 80.5 cm wide. It comes off with four bolts."},
	{"Battery shows 0 % although it is full", "Hold the button for ten seconds; the display learns anew."},
	{"Can I have the rain cover in moss?", "From March on; we have noted you."},
	{"Invoice with our VAT number, please", "Here it is, with the number that you sent."},
	{"Two children of 22 kg each: is that allowed?", "Yes: the bench takes 60 kg."},
	{"Stolen! What is the frame number?", "WXK-8831-0427; the police want it in capitals. We have locked the motor."},
	{"The app asks for a code that never comes", "Your provider held it back; we have sent another by mail."},
	{"I would like to work for you", "Write to Tomas; he reads everything."},
	{"Spare key", "Cut from the number on the lock: W 4417. It costs €18 and leaves tomorrow."},
	{"My shop went bankrupt: who has my bicycle?", "We do. It is paid, and yours."},
	{"Where may I try a Kvist Long in Bergen?", "At Sykkelhuset, on Saturdays from ten to three."},
	{"Brake lever is hard since the service", "The hose is bent at the handlebar. Turn it by a quarter; if that doesn't help, come by."},
	{"Do you buy old bicycles back?", "After three years for 45 % of the price, if the frame is sound."},
	{"The light flickers on cobbles", "A contact has come loose under the box; a film shows where."},
}

// planTickets: letters of customers are sorted, answered, and some of them handed to a person.
func (p *plan) planTickets() {
	for i, ticket := range tickets {
		sorted := newTask(shop, "ticket.triage", map[string]any{"ticket": 7300 + i, "subject": ticket.subject, "language": p.dice.pick("no", "en", "pt", "de")}).
			set("priority", 30).requires([]string{"mail"}, "customers").
			takenBy(fmt.Sprintf("worker:desk-%d", 1+i/4%2)).
			completes("", map[string]any{"topic": p.dice.pick("delivery", "repair", "question", "money"), "urgent": i == 7}).acknowledge("")
		p.add(3, sorted)
		answer := newTask(support, "ticket.answer", map[string]any{"ticket": 7300 + i, "subject": ticket.subject}).
			set("priority", 20).set("expectedOutcome", "RESULT").requires([]string{"mail"}, "customers").continues(sorted)
		p.add(4, answer)
		switch i {
		case 7:
			answer.set("priority", 100)
		case 9:
			answer.set("priority", 1).cancel("no matter for support")
			p.add(5, newTask(support, "ticket.forward", map[string]any{"ticket": 7300 + i, "to": "Tomas"}).continues(sorted))
			continue
		case 11:
			answer.set("priority", 10).takenBy("worker:desk-1").failsForNow("NEEDS_A_PERSON", "whom the bicycle belongs to is a matter of law", 3600)
			continue
		case 13, 14:
			answer.set("priority", 3).takenBy("worker:desk-2").heldFor(600).starts(map[string]any{"draft": 1})
			continue
		case 15:
			answer.set("priority", 1)
			continue
		}
		answer.takenBy(fmt.Sprintf("worker:desk-%d", 1+i/4%2)).completes(ticket.answer, map[string]any{"letter": ticket.answer, "sent": true})
		if i%3 > 0 {
			answer.acknowledge("")
		}
	}
}
