package email

import (
	"bytes"
	"cmp"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"relais/broker"
	"relais/channels"
)

// Where node is, and the folder into which `make check` has installed what
// channels/push/testdata/npm locks. With the second set, whatever is missing
// fails the test.
const (
	nodeVariable = "RELAIS_TEST_NODE"
	npmVariable  = "RELAIS_TEST_NPM"
)

// readByOthers is a mail as programs understand it that are not ours.
type readByOthers struct {
	Result      []string `json:"result"` // of each signature
	Signed      []string `json:"signed"` // the fields that it covers
	From        string   `json:"from"`
	To          []string `json:"to"`
	Subject     string   `json:"subject"`
	Headers     []string `json:"headers"`
	Text        string   `json:"text"`
	HTML        string   `json:"html"`
	Attachments int      `json:"attachments"`
}

// TestIndependentProgramsReadAndVerifyMails: a parser and a verifier that are
// not ours find in a mail what we put in, and believe its signature, the
// fields of leaving included (RFC 8058, 4).
func TestIndependentProgramsReadAndVerifyMails(t *testing.T) {
	modules := os.Getenv(npmVariable)
	if modules == "" {
		t.Skipf("%s is not set: make check installs postal-mime and mailauth from npm and sets it", npmVariable)
	}
	for _, kind := range []KeyType{RSA, Ed25519} {
		c, lookup := signing(t, kind)
		var mails [][]byte
		for _, lang := range broker.Langs() {
			for _, purpose := range []channels.Purpose{channels.ForMember, channels.Ask, channels.Notice, channels.Digest} {
				d := delivery(purpose, lang)
				d.Content.Title = "Très « long » : " + strings.Repeat("Straße 🚨 ", 8) + "\r\nBcc: eve@evil.example"
				mails = append(mails, wireOf(t, c, d))
			}
		}
		intact := len(mails)
		mails = append(mails, bytes.Replace(mails[0], []byte("List-Unsubscribe: <https://relais"), []byte("List-Unsubscribe: <https://evil"), 1))
		records, err := lookup("relais1._domainkey.zone.example")
		if err != nil {
			t.Fatal(err)
		}
		read := readElsewhere(t, modules, records[0], mails)
		for i, got := range read[:intact] {
			agree(t, mails[i], got)
		}
		if got := read[intact].Result; !slices.Equal(got, []string{"fail"}) {
			t.Errorf("%s: another link for leaving: got %v, want fail", kind, got)
		}
	}
}

// agree compares what others read with what our own strict parser reads.
func agree(t *testing.T, wire []byte, got readByOthers) {
	t.Helper()
	own := parse(t, wire)
	if !slices.Equal(got.Result, []string{"pass"}) {
		t.Errorf("the signature: got %v, want one that passes", got.Result)
	}
	covered := []string{"From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"}
	for _, field := range []string{"List-Unsubscribe", "List-Unsubscribe-Post"} {
		if own.header.Get(field) != "" {
			covered = append(covered, field)
		}
	}
	for _, field := range covered {
		if !slices.ContainsFunc(got.Signed, func(s string) bool { return strings.EqualFold(s, field) }) {
			t.Errorf("%s is not signed", field)
		}
	}
	if got.From != "relais@mail.zone.example" || len(got.To) != 1 || slices.Contains(got.Headers, "bcc") || got.Attachments != 0 {
		t.Errorf("got from %q to %d people, fields %v, %d attachments", got.From, len(got.To), got.Headers, got.Attachments)
	}
	if diff := gocmp.Diff(own.subject, got.Subject); diff != "" {
		t.Errorf("subject (-ours +theirs):\n%s", diff)
	}
	if diff := gocmp.Diff(strings.TrimSpace(own.text), strings.TrimSpace(strings.ReplaceAll(got.Text, "\r\n", "\n"))); diff != "" {
		t.Errorf("text (-ours +theirs):\n%s", diff)
	}
	if diff := gocmp.Diff(strings.TrimSpace(own.html), strings.TrimSpace(strings.ReplaceAll(got.HTML, "\r\n", "\n"))); diff != "" {
		t.Errorf("HTML (-ours +theirs):\n%s", diff)
	}
}

func readElsewhere(t *testing.T, modules, record string, mails [][]byte) []readByOthers {
	t.Helper()
	in, err := json.Marshal(map[string]any{"records": map[string]string{"relais1._domainkey.zone.example": record}, "mails": mails})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), cmp.Or(os.Getenv(nodeVariable), "node"), filepath.Join("testdata", "npm", "read.cjs"), modules)
	cmd.Stdin = bytes.NewReader(in)
	out, err := cmd.CombinedOutput()
	var read []readByOthers
	if err == nil {
		err = json.Unmarshal(out, &read)
	}
	if err != nil || len(read) != len(mails) {
		t.Fatalf("node read %d of %d mails: %v\n%.2000s", len(read), len(mails), err, out)
	}
	return read
}
