package seed

// planCalendar: what recurs is asked for ahead, and waits for its time.
func (p *plan) planCalendar() {
	const hour, day = 3_600, 86_400
	for _, due := range []struct {
		kind, what string
		in         int
	}{
		{"backup.verify", "restore last night's backup and count", 6 * hour},
		{"backup.verify", "restore last night's backup and count", 30 * hour},
		{"certificate.renew", "*.kvist.example", 9 * day},
		{"report.weekly", "orders, open invoices, tickets by topic", 3 * day},
		{"report.weekly", "orders, open invoices, tickets by topic", 10 * day},
		{"stock.count", "spare parts, bins A to F", 2 * day},
		{"stock.count", "spare parts, bins G to M", 16 * day},
		{"newsletter.send", "The rain cover in moss", 20 * day},
		{"lease.remind", "the machine in hall 2 goes back", 75 * day},
	} {
		p.add(5, newTask(scheduler, due.kind, map[string]any{"what": due.what}).set("delaySeconds", due.in).requires([]string{"shell"}, "calendar"))
	}
	p.add(5, newTask(scheduler, "backup.make", map[string]any{"what": "all databases", "keep": "30d"}).set("priority", 95).requires([]string{"backup"}, "calendar").
		takenBy("worker:night-1").completes("", map[string]any{"lastTransaction": 9_007_199_254_741_883, "seconds": 412.75}, artifact("application/zstd", "backups/2026-11-26.zst", 48_118_220_331)).
		acknowledge(""))
	p.add(6, newTask(scheduler, "disk.clean", map[string]any{"what": "pictures nobody asked for in a year"}).set("priority", 4).requires([]string{"shell"}, "calendar").
		takenBy("worker:night-1").fails("REFUSED", "412 of them are linked from the shop"))
}
