package web

import (
	"bytes"
	"context"
	"encoding/csv"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// The world's journal, and who belongs to it.

func (w *world) ApprovalsOf(_ context.Context, p broker.PartnershipID, _ time.Time) (list []subscribers.Approval, err error) {
	for _, a := range w.approvals {
		if a.Partnership == p {
			list = append(list, a)
		}
	}
	return list, nil
}

func (w *world) Reached(context.Context, broker.PartnershipID, time.Time) (map[subscribers.ApprovalID]subscribers.Reached, error) {
	return map[subscribers.ApprovalID]subscribers.Reached{w.approvalID(): {People: 61, Reached: 58}}, nil
}

func (w *world) Members(context.Context, subscribers.Audience, subscribers.MemberID, int) ([]subscribers.Member, error) {
	jean := w.members[memberID]
	jean.Contacts = []subscribers.Contact{{Channel: channels.SMS, Address: channels.NewAddress("+32470123456"), State: subscribers.ContactActive}}
	return []subscribers.Member{jean, {ID: deputyID, Name: "Rosa Claes"}}, nil
}

func (w *world) Unreachable(context.Context, broker.PartnershipID) (int, error) { return 3, nil }

const partnershipPath = "/inbox/partnerships/tilleuls/"

// What was sent, by whose approval, when, how many it reached; what still waits is
// none of it.
func TestJournalTellsWhatWasSent(t *testing.T) {
	w := newWorld(t)
	w.withElsewhere()
	w.withCoordinator()
	if body := w.get(partnershipPath + "journal?lang=fr").Body.String(); !strings.Contains(body, "Rien n’a encore été décidé") {
		t.Error("what waits stands in the journal")
	}
	w.decideAs(subscribers.Decision{To: subscribers.ApprovalApproved, By: "Marc Thiry", At: w.now, How: subscribers.HowSMS, Note: "Merci"})
	body := w.get(partnershipPath + "journal?lang=fr").Body.String()
	for _, want := range []string{"Cambriolage en cours", author, "Marc Thiry", "par SMS", "Atteints : 58 sur 61 membres", "Merci"} {
		if !strings.Contains(strings.ReplaceAll(body, "\u00a0", " "), want) {
			t.Errorf("the journal lacks %q", want)
		}
	}
}

// The export opens in a Belgian Excel as it is, and calculates nothing that
// somebody wrote.
func TestJournalExport(t *testing.T) {
	w := newWorld(t)
	w.withElsewhere()
	w.withCoordinator()
	m := w.messages[alertID]
	m.Texts = map[broker.Lang]broker.Text{broker.French: {Title: `=HYPERLINK("https://evil.example";"Cliquez")`, Body: "x"}}
	w.messages[alertID] = m
	w.decideAs(subscribers.Decision{To: subscribers.ApprovalRefused, By: " +32 470", At: w.now, How: subscribers.HowInbox, Why: "@SUM(A1)"})
	answer := w.get(partnershipPath + "journal.csv?lang=fr")
	if got := answer.Header().Get("Content-Disposition"); answer.Code != http.StatusOK || got != `attachment; filename="relais-tilleuls-2026-11-23.csv"` {
		t.Errorf("got %d, %s", answer.Code, got)
	}
	data, bom := bytes.CutPrefix(answer.Body.Bytes(), []byte("\xef\xbb\xbf"))
	if !bom || !bytes.Contains(data, []byte("\r\n")) {
		t.Error("no mark for UTF-8, or other line breaks")
	}
	in := csv.NewReader(bytes.NewReader(data))
	in.Comma = ';'
	rows, err := in.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"2026-11-23 20:12", "Alerte", "Urgent\u00a0: tout de suite", `'=HYPERLINK("https://evil.example";"Cliquez")`, author, "Refusé\u00a0: pas envoyé",
		"' +32 470", "dans la boîte de réception", "2026-11-23 20:15", "", "'@SUM(A1)", "61", "58", alertID.String(),
	}
	if diff := cmp.Diff(want, rows[1]); diff != "" || len(rows) != 2 || len(rows[0]) != len(want) {
		t.Errorf("%d rows (-want +got):\n%s", len(rows), diff)
	}
}

// The heading has a column for each of a row, in every language.
func TestJournalExportInEveryLanguage(t *testing.T) {
	w := newWorld(t)
	w.withElsewhere()
	w.withCoordinator()
	w.decideAs(subscribers.Decision{To: subscribers.ApprovalApproved, By: "Claire", At: w.now, How: subscribers.HowLink})
	for _, lang := range broker.Langs() {
		in := csv.NewReader(strings.NewReader(w.get(partnershipPath + "journal.csv?lang=" + string(lang)).Body.String()))
		in.Comma = ';' // and every row must be as long as the first
		if rows, err := in.ReadAll(); err != nil || len(rows) != 2 {
			t.Errorf("%s: %d rows, %v", lang, len(rows), err)
		}
	}
}

// Numbers of telephones never stand there, and names only until the launch
// (PLP.md, rule 11).
func TestMembersAreCounted(t *testing.T) {
	w := newWorld(t)
	w.withElsewhere()
	w.withCoordinator()
	w.options.PublicURL = "https://relais.example"
	for _, stage := range subscribers.Stages() {
		w.partnerships[0].Stage = stage
		body := w.get(partnershipPath + "members?lang=en").Body.String()
		for _, want := range []string{"61 members", "SMS: 34 members", "3 members have no channel that works"} {
			if !strings.Contains(body, want) {
				t.Errorf("%s: the page lacks %q", stage, want)
			}
		}
		begun := stage == subscribers.StageLaunched || stage == subscribers.StageSuspended || stage == subscribers.StageDissolved
		if named := strings.Contains(body, "Jean Petit") || strings.Contains(body, "Rosa Claes"); named == begun {
			t.Errorf("%s: names are shown: %v", stage, named)
		}
		if strings.Contains(body, "470123456") {
			t.Errorf("%s: a number is shown", stage)
		}
	}
}

// The poster leads to the page where people join, in the partnership's languages.
func TestPosterInvites(t *testing.T) {
	w := newWorld(t)
	w.options.PublicURL = "https://relais.example"
	w.withElsewhere()
	w.withCoordinator()
	w.partnerships[0].Languages = []broker.Lang{broker.Dutch, broker.German}
	body := w.get(partnershipPath + "poster?lang=fr").Body.String()
	for _, want := range []string{"https://relais.example/join/tilleuls", `<section lang="nl"><h2>Doe mee</h2>`, `<section lang="de"><h2>Machen Sie mit</h2>`, `<path class="dark" d="M4 4h1v1h-1z`} {
		if !strings.Contains(body, want) {
			t.Errorf("the poster lacks %q", want)
		}
	}
	if strings.Contains(body, "Rejoignez-nous") {
		t.Error("the poster speaks the reader's language, not the partnership's")
	}
}
