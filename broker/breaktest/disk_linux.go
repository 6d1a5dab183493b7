package breaktest

import (
	"errors"
	"syscall"
	"testing"
)

// SmallDisk is a folder on a file system of its own that is soon full, of a size
// as "16m". It needs root, and the test is skipped without.
func SmallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	err := syscall.Mount("relais", dir, "tmpfs", 0, "size="+size)
	if errors.Is(err, syscall.EPERM) {
		t.Skip("a small disk can only be mounted by root")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}
