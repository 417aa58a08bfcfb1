package archive

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// readAtOnce bounds the bodies in memory, of 64 KiB each at most.
const readAtOnce = 128

// A draft is a file that is being written, chain by chain.
type draft struct {
	folder      *folder
	file        *os.File
	to          *bufio.Writer
	bytes       int64
	first, last int64 // seqs
}

func (f *folder) begin() (*draft, error) {
	if err := makeFolder(f.path); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(filepath.Join(f.path, "next"+wholeFile+partial), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	return &draft{folder: f, file: file, to: bufio.NewWriterSize(file, 1<<20)}, nil
}

// abandon is for a draft that can't be finished: nobody has relied on it.
func (d *draft) abandon() {
	_ = d.file.Close()
	if d.folder.step("abandon") != nil {
		return
	}
	_ = os.Remove(d.file.Name()) // or the next run does
}

// add writes what of a chain is still in the database: its task, then its receipts, oldest first.
func (d *draft) add(ctx context.Context, t *store.Tenant, chain uuid.UUID, receipts []*models.Receipt) error {
	bodies, err := t.TaskBodies(ctx, []uuid.UUID{chain})
	if err != nil {
		return err
	}
	if b := bodies[chain]; b != nil {
		if err := d.write(taskLine(b, models.PayloadHash(b.Payload))); err != nil {
			return err
		}
	}
	for some := range slices.Chunk(receipts, readAtOnce) {
		var ids []uuid.UUID
		for _, r := range some {
			ids = append(ids, r.ID)
		}
		whole, err := t.ReceiptsByID(ctx, ids)
		if err != nil {
			return err
		}
		for _, r := range some {
			if whole[r.ID] == nil || whole[r.ID].Archived {
				return fmt.Errorf("receipt %s has been archived meanwhile; another run may be at work", r.ID)
			}
			if err := d.write(receiptLine(chain, whole[r.ID])); err != nil {
				return err
			}
			if d.first == 0 || r.Seq < d.first {
				d.first = r.Seq
			}
			d.last = max(d.last, r.Seq)
		}
	}
	return nil
}

func (d *draft) write(line models.JSON) error {
	if err := d.folder.step("write"); err != nil {
		return err
	}
	n, err := d.to.WriteString(string(line) + "\n")
	d.bytes += int64(n)
	return err
}

// finish brings the file to the disk under its name, which it returns.
func (d *draft) finish() (name string, err error) {
	err = errors.Join(d.to.Flush(), syncAndClose(d.file))
	if err == nil {
		err = d.folder.step("name")
	}
	if err != nil {
		return "", err
	}
	name = fmt.Sprintf("%012d-%012d%s", d.first, d.last, wholeFile)
	path := filepath.Join(d.folder.path, name)
	if _, err := os.Lstat(path); err == nil {
		return "", fmt.Errorf("%s is there already; the database may be an older copy of itself: see docs/retention.md", path)
	}
	return name, renameSynced(d.file.Name(), path)
}
