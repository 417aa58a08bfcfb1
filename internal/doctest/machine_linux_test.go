package doctest

import (
	"context"
	"errors"
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
// fixed ports. All processes in it end with the tests, however those end.
func TestMain(m *testing.M) {
	if os.Getenv(inside) == "" {
		os.Exit(outside())
	}
	if err := loopback(); err != nil {
		fmt.Fprintln(os.Stderr, "the loopback interface:", err)
		os.Exit(1)
	}
	os.Exit(testkit.Run(m))
}

func outside() int {
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
	err := again.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		fmt.Fprintln(os.Stderr, "documents are tried in a network of their own, which this system refuses:", err)
		return 1
	}
	return again.ProcessState.ExitCode()
}

// loopback switches the network's one interface on.
func loopback() error {
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

// TestOwnNetwork: without it a document could meet whatever else runs on the machine.
func TestOwnNetwork(t *testing.T) {
	t.Parallel()
	interfaces, err := net.Interfaces()
	if err != nil || len(interfaces) != 1 || interfaces[0].Flags&net.FlagUp == 0 {
		t.Errorf("the network has %+v, %v", interfaces, err)
	}
}
