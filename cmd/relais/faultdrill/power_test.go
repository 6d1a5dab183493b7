//go:build linux

package faultdrill

import (
	"bytes"
	"crypto/sha256"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// disk is a file system of its own in a file, ext4 on a loop device. What its
// programs wrote and did not sync stands in the kernel's cache and not in the
// file, so a copy of the file is what a power cut leaves (decision 0038).
type disk struct {
	t     *testing.T
	image string
	at    string // where it is mounted
}

func newDisk(t *testing.T, dir string) *disk {
	t.Helper()
	d := &disk{t: t, image: filepath.Join(dir, "disk"), at: filepath.Join(dir, "mounted")}
	if err := os.Mkdir(d.at, 0o700); err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(d.image)
	if err != nil {
		t.Fatal(err)
	}
	if err := file.Truncate(192 << 20); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	d.must("mkfs.ext4", "-q", "-F", d.image)
	d.mount()
	t.Cleanup(func() { _ = exec.Command("umount", d.at).Run() })
	return d
}

func (d *disk) must(args ...string) {
	d.t.Helper()
	if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
		d.t.Fatalf("%v: %v\n%s", args, err, out)
	}
}

func (d *disk) mount() {
	d.t.Helper()
	d.must("mount", "-o", "loop", d.image, d.at)
}

func (d *disk) data() string { return filepath.Join(d.at, "data") }

// cutPower keeps the file as it is at this instant, ends the program, and
// mounts the copy in its place: the journal is replayed, what was not synced is gone.
func (d *disk) cutPower(program *process) {
	d.t.Helper()
	program.signal(syscall.SIGSTOP)
	copied := d.image + ".cut"
	d.copyStill(copied)
	program.kill()
	d.must("umount", d.at)
	if err := os.Rename(copied, d.image); err != nil {
		d.t.Fatal(err)
	}
	d.mount()
}

// copyStill copies until two copies are the same: the kernel may write back
// meanwhile, and a copy must be of one instant.
func (d *disk) copyStill(to string) {
	d.t.Helper()
	var before []byte
	for range 20 {
		sum := d.copy(to)
		if bytes.Equal(sum, before) {
			return
		}
		before = sum
	}
	d.t.Fatal("the disk does not stand still")
}

func (d *disk) copy(to string) []byte {
	d.t.Helper()
	from, err := os.Open(d.image)
	if err != nil {
		d.t.Fatal(err)
	}
	defer from.Close()
	into, err := os.Create(to)
	if err != nil {
		d.t.Fatal(err)
	}
	defer into.Close()
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(into, sum), from); err != nil {
		d.t.Fatal(err)
	}
	return sum.Sum(nil)
}

// full leaves no byte on the disk for a while.
func (d *disk) full(span time.Duration) {
	name := filepath.Join(d.at, "ballast")
	ballast, err := os.Create(name)
	if err != nil {
		d.t.Fatal(err)
	}
	block := make([]byte, 4096)
	for {
		if _, err := ballast.Write(block); err != nil {
			break // ENOSPC
		}
	}
	_ = ballast.Sync() // it may well fail
	time.Sleep(span)
	_ = ballast.Close()
	if err := os.Remove(name); err != nil {
		d.t.Fatal(err)
	}
}

// TestPower cuts the power of an embedded node while broadcasts are under way,
// and lets its disk run full.
func TestPower(t *testing.T) {
	long(t)
	if os.Getenv("RELAIS_TEST_FAULTS_POWER") == "" {
		t.Skip("RELAIS_TEST_FAULTS_POWER is not set: make faults sets it where it may mount a file system, which needs root")
	}
	t.Parallel()
	w := seeded(t, 10)
	d := newDisk(t, w.dir)
	w.embedded(d.data())
	w.startNodes()
	for i := range 30 {
		w.publish(kinds()[i%2])
		w.darken(d, i%3 == 2)
	}
	w.settle(patience())
	w.alive()
}

// darken cuts the power of the node or fills its disk, at a random instant.
func (w *town) darken(d *disk, full bool) {
	n := w.nodes[0]
	if w.dice.IntN(2) == 0 {
		time.Sleep(w.moment(400))
	} else {
		w.awaitMore(1 + w.dice.IntN(len(w.people)/2))
	}
	if full {
		w.breaks(fault{"the disk is full", everyChannel(), func(*town) {
			d.full(w.moment(4000))
		}})
		return // what could not be written goes on by itself
	}
	w.breaks(fault{"the power is cut", everyChannel(), func(*town) { d.cutPower(n) }})
	n.start()
	w.ready(n)
}
