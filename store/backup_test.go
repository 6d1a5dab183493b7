package store_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

// A backup is made while the store is open, for its owner alone. Restored,
// nothing that may have gone out since is pending: it is unknown.
func TestBackupAndRestore(t *testing.T) {
	dir := t.TempDir()
	live := filepath.Join(dir, "relais.db")
	s := open(t, "sqlite:"+live)
	addPartnership(t, s, tilleuls)
	a := granted(t, s, tilleuls)[0]
	all := entries(a, people(6))
	all[4].State, all[4].NotBefore = channels.Held, noon.Add(30*time.Minute)   // released since
	all[5].State, all[5].NotBefore = channels.Held, noon.Add(1000*time.Minute) // cannot have gone yet
	got(s.Add(t.Context(), all))(t)
	got(s.Claim(t.Context(), idsOf(all[:2]), noon, time.Minute))(t)
	got(s.Record(t.Context(), []subscribers.Outcome{outcome(all[0].ID, channels.Accepted)}))(t)

	copied := filepath.Join(dir, "copy.db")
	must(t, store.Backup(t.Context(), live, copied, noon))
	same(t, "time of the last backup", got(s.LastBackup(t.Context()))(t), noon)
	info, err := os.Stat(copied)
	must(t, err)
	same(t, "rights", info.Mode().Perm(), os.FileMode(0o600))
	if err := store.Backup(t.Context(), live, copied, noon); err == nil {
		t.Error("a backup was overwritten")
	}

	to := filepath.Join(dir, "restored.db")
	found, err := store.Restore(t.Context(), copied, to, noon.Add(time.Hour), slog.New(slog.DiscardHandler))
	must(t, err)
	same(t, "what it found", found, store.Restored{CopiedAt: noon, Deliveries: 4, Approvals: 1})
	if _, err := store.Restore(t.Context(), copied, to, noon, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a database was overwritten")
	}
	r := open(t, "sqlite:"+to)
	want := []channels.State{channels.Accepted, channels.Unknown, channels.Unknown, channels.Unknown, channels.Unknown, channels.Held}
	for i, state := range want {
		same(t, "state", stateOf(t, r, all[i].ID), state)
	}
	// The approval's plan goes on after the restore: who is only written now may
	// have been written, and sent to, before.
	late := entry(a, people(1)[0], channels.NewAddress("+32470999999"))
	began, _ := begun(t, r, append(all, late), channels.SMS)
	same(t, "called at once", began, nil)
	same(t, "planned again", stateOf(t, r, late.ID), channels.Unknown)
	got(s.Add(t.Context(), append(all, late)))(t)
	same(t, "planned where nothing was restored", stateOf(t, s, late.ID), channels.Pending)
}

func TestRestoreRefusesWhatIsDamaged(t *testing.T) {
	dir := t.TempDir()
	live, copied := filepath.Join(dir, "relais.db"), filepath.Join(dir, "copy.db")
	s := open(t, "sqlite:"+live)
	addPartnership(t, s, tilleuls)
	must(t, store.Backup(t.Context(), live, copied, noon))
	data, err := os.ReadFile(copied)
	must(t, err)
	for i := 8192; i < len(data) && i < 65536; i++ {
		data[i] ^= 0x5a
	}
	must(t, os.WriteFile(copied, data, 0o600))
	to := filepath.Join(dir, "restored.db")
	if _, err := store.Restore(t.Context(), copied, to, noon, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a damaged copy was restored")
	}
	left, err := filepath.Glob(to + "*")
	must(t, err)
	same(t, "left behind", len(left), 0)
	_, err = store.Restore(t.Context(), live, to, noon, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "relais backup") {
		t.Errorf("a database in use was taken for a backup: %v", err)
	}
}
