package testkit

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
)

// Memory returns how much of the machine's memory the process has now, in bytes: what operators see, so with what its
// runtime has not given back yet. Linux only; elsewhere the test fails.
func (s *RunningServer) Memory() int64 {
	s.tb.Helper()
	return s.status("VmRSS")
}

// PeakMemory returns the most that Memory has been since the process was started.
func (s *RunningServer) PeakMemory() int64 {
	s.tb.Helper()
	return s.status("VmHWM")
}

// status reads a line of kilobytes from what the system tells of the process.
func (s *RunningServer) status(line string) int64 {
	s.tb.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.process.Process.Pid))
	if err != nil {
		s.tb.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^` + line + `:\s+([0-9]+) kB$`).FindSubmatch(status)
	if found == nil {
		s.tb.Fatalf("the system doesn't tell the process's memory:\n%s", status)
	}
	kilobytes, err := strconv.ParseInt(string(found[1]), 10, 64)
	if err != nil {
		s.tb.Fatal(err)
	}
	return kilobytes << 10
}
