package main

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"relais/channels"
	"relais/channels/push"
	"relais/store"
	"relais/subscribers"
	"relais/subscribers/roster"
)

// runs calls the program as a person at a terminal does.
func runs(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	p := program{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out}
	if code := p.Main(t.Context(), args); code != exitOK {
		t.Fatalf("relais %s: exit code %d\n%s", strings.Join(args, " "), code, out.String())
	}
	return out.String()
}

// From the key that the first start made to a rotated one: what rotate prints
// is a configuration, and show counts who subscribed with which.
func TestVAPIDRotation(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "relais.yaml")
	head := fmt.Sprintf("data_dir: %q\n", filepath.Join(dir, "data"))
	write(t, file, head+"channels:\n  push: {subject: \"mailto:it@zone.example\"}\n")

	first := runs(t, "-c", file, "vapid")
	rotated := runs(t, "-c", file, "vapid", "rotate")
	oldPublic := regexp.MustCompile(`current +0 +(\S+)`).FindStringSubmatch(first)
	newPublic := regexp.MustCompile(`public key (\S+)`).FindStringSubmatch(rotated)
	if oldPublic == nil || newPublic == nil || oldPublic[1] == newPublic[1] {
		t.Fatalf("got %s\nand %s", first, rotated)
	}
	write(t, file, head+strings.Replace(rotated, "  push:\n", "  push:\n    subject: mailto:it@zone.example\n", 1))
	fillBrowsers(t, filepath.Join(dir, "data"), rotated)

	got := runs(t, "-c", file, "vapid", "show")
	for _, want := range []string{`current +1 +` + newPublic[1], `previous +2 +` + oldPublic[1], `not known +1 `, `lost +1 `} {
		if !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("no line like %q in\n%s", want, got)
		}
	}
	for _, secret := range regexp.MustCompile(`vapid_\w+_key: (\S+)`).FindAllStringSubmatch(rotated, -1) {
		if strings.Contains(got, secret[1]) {
			t.Error("show prints a secret")
		}
	}
	if code := (program{Stdout: io.Discard, Stderr: io.Discard}).Main(t.Context(), []string{"-c", file, "config", "check"}); code != exitOK {
		t.Error("what rotate prints is not a configuration without faults")
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// fillBrowsers imports five: one on the new key, two on the older, one of which
// nobody knows, and one on a key that is gone.
func fillBrowsers(t *testing.T, dataDir, rotated string) {
	t.Helper()
	ids := map[string]string{"lost": "AAAAAAAA"}
	for _, found := range regexp.MustCompile(`(vapid_\w+_key): (\S+)`).FindAllStringSubmatch(rotated, -1) {
		ids[found[1]] = nameOfKey(t, found[2])
	}
	s, err := store.Open(t.Context(), "sqlite:"+filepath.Join(dataDir, "relais.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	entries, err := roster.ReadPartnerships(strings.NewReader(demoPartnerships))
	if err != nil {
		t.Fatal(err)
	}
	var rows []store.MemberRow
	for i, key := range []string{"vapid_private_key", "vapid_previous_key", "vapid_previous_key", "", "lost"} {
		rows = append(rows, store.MemberRow{Role: subscribers.RoleMember, Member: subscribers.Member{
			Name: fmt.Sprint("Person ", i), Lang: "fr", Contacts: []subscribers.Contact{browserOf(t, ids[key])},
		}})
	}
	if _, err := s.ImportPartnership(t.Context(), entries[0].Partnership, entries[0].Plan); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ImportMembers(t.Context(), entries[0].Partnership.ID, rows, subscribers.Consent{At: time.Now(), How: "test"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func nameOfKey(t *testing.T, private string) string {
	t.Helper()
	_, id, err := push.PublicKey(channels.NewSecret(private))
	if err != nil {
		t.Fatal(err)
	}
	return string(id)
}

// browserOf is a subscription that is bound to a key.
func browserOf(t *testing.T, key string) subscribers.Contact {
	t.Helper()
	text := fmt.Sprintf(`{"endpoint":"https://fcm.googleapis.com/%s","keys":{"p256dh":"x","auth":"y"}`, uuid.NewString())
	if key != "" {
		text += `,"vapid":"` + key + `"`
	}
	return subscribers.Contact{Channel: channels.Push, State: subscribers.ContactActive, Address: channels.NewAddress(text + "}")}
}
