package doctest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

// inside says to this program that it runs in a network of its own.
const inside = "ASYNCGATE_DOCTEST_INSIDE"

// TestMain runs the tests in a network of their own, in which nothing but what documents start has an address: they name
// fixed ports. All processes in it end with the tests, however those end. Where the system grants no such network, as in many
// containers, it is the machine's, whose ports must be free then.
func TestMain(m *testing.M) {
	if os.Getenv(inside) == "" {
		code, err := outside()
		if err == nil {
			os.Exit(code)
		}
		fmt.Fprintf(os.Stderr, "no network of their own (%v): the documents use this machine's, and the ports that they name\n", err)
	} else if err := loopback(); err != nil {
		fmt.Fprintln(os.Stderr, "the loopback interface:", err)
		os.Exit(1)
	}
	os.Exit(testkit.Run(m))
}

// outside runs this program again, inside. The error is the system's refusal to.
func outside() (code int, err error) {
	again := exec.CommandContext(context.Background(), os.Args[0], os.Args[1:]...)
	again.Env = append(os.Environ(), inside+"=1")
	again.Stdin, again.Stdout, again.Stderr = os.Stdin, os.Stdout, os.Stderr
	again.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWPID, Pdeathsig: syscall.SIGKILL}
	if uid, gid := os.Getuid(), os.Getgid(); uid != 0 {
		// A user namespace gives anybody the rights for this, and nothing else.
		again.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		again.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: uid, HostID: uid, Size: 1}}
		again.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: gid, HostID: gid, Size: 1}}
		again.SysProcAttr.AmbientCaps = []uintptr{unix.CAP_NET_ADMIN}
	}
	if err := again.Start(); err != nil {
		return 0, err
	}
	_ = again.Wait() // the code says it
	return again.ProcessState.ExitCode(), nil
}

// loopback switches the network's one interface on. With another a document could meet whatever else runs on the machine.
func loopback() error {
	if interfaces, err := net.Interfaces(); err != nil || len(interfaces) != 1 {
		return fmt.Errorf("not alone: %+v, %w", interfaces, err)
	}
	request, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	request.SetUint16(unix.IFF_UP)
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(socket) }()
	return unix.IoctlIfreq(socket, unix.SIOCSIFFLAGS, request)
}
