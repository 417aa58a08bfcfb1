package archive

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// lock keeps a second run out of a folder. It ends with the process, however that ends.
func lock(dir string) (unlock func(), err error) {
	f, err := os.OpenFile(filepath.Join(dir, ".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the archive can't be locked: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("another run is archiving to %s; let it end, or name another folder with --to", dir)
	}
	return func() { _ = f.Close() }, nil
}
