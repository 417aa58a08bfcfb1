package main

import "runtime"

// headroom is how much larger the garbage collector takes the heap to be than it is. It begins when the heap has doubled since
// its last collection: some 10 MB under load, which would be every few hundred requests, a fifth of all the work. So it begins
// when there is this much garbage beside what the heap has grown by; what is alive, of many subscribers above all, counts as ever.
const headroom = 24 << 20

// keepHeadroom takes the headroom until release. It is memory in name only: nobody writes to it, so the machine never gives it.
func keepHeadroom() (release func()) {
	never := make([]byte, headroom)
	return func() { runtime.KeepAlive(never) }
}
