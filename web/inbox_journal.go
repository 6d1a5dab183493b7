package web

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"relais/broker"
	"relais/subscribers"
)

// Journals tells what was sent in a partnership.
type Journals interface {
	// ApprovalsOf returns its approvals that are open or were asked since a time,
	// the longest asked first.
	ApprovalsOf(ctx context.Context, p broker.PartnershipID, since time.Time) ([]subscribers.Approval, error)
	// Reached counts for how many people each message was, and how many it reached.
	Reached(ctx context.Context, p broker.PartnershipID, since time.Time) (map[subscribers.ApprovalID]subscribers.Reached, error)
}

const (
	shownJournal = 30                       // messages on the page; the export has them all
	journalKept  = 2 * 366 * 24 * time.Hour // at most: who shortened retention has less
)

// journalPage is what was decided and sent in a partnership, the newest first.
type journalPage struct {
	view
	Partnership string
	Entries     []sentEntry
	More        int      // so many older ones
	Posts       []string // who was given a post here, or lost it
	Export      string
}

// sentEntry is one message of the journal.
type sentEntry struct {
	URL, Title, Reached string
	Lang                broker.Lang
	Head                messageHead
	Outcome             outcome
}

// sent is one decision, with its message and what came of it.
type sent struct {
	approval subscribers.Approval
	message  broker.Message
	reached  subscribers.Reached
}

// sentIn returns what was decided in a partnership, the newest first: at most
// most of them (0: all), and how many more there are.
func (s *server) sentIn(ctx context.Context, p subscribers.Partnership, most int) (found []sent, more int, err error) {
	since := s.Now().Add(-journalKept)
	approvals, err := s.Journals.ApprovalsOf(ctx, p.ID, since)
	if err != nil {
		return nil, 0, fmt.Errorf("list approvals: %w", err)
	}
	reached, err := s.Journals.Reached(ctx, p.ID, since)
	if err != nil {
		return nil, 0, fmt.Errorf("count whom messages reached: %w", err)
	}
	for _, a := range slices.Backward(approvals) {
		if !a.State.Final() {
			continue
		}
		if most > 0 && len(found) == most {
			more++
			continue
		}
		m, err := s.Records.Message(ctx, a.Message, a.Revision)
		if err != nil {
			return nil, 0, fmt.Errorf("read message: %w", err)
		}
		found = append(found, sent{a, m, reached[a.ID]})
	}
	return found, more, nil
}

func (s *server) getInboxJournal(w http.ResponseWriter, r *http.Request, partnership subscribers.Partnership) {
	p := journalPage{view: s.partnershipView(r, partnership, "journal"), Partnership: partnership.Name}
	p.Title, p.Export = p.T("sent.title"), p.URL("/inbox/partnerships/"+string(partnership.ID)+"/journal.csv")
	all, more, err := s.sentIn(r.Context(), partnership, shownJournal)
	if err != nil {
		s.failPage(w, r, "show the journal", err)
		return
	}
	p.More = more
	for _, one := range all {
		t, lang := one.message.Text(p.Lang, partnership.Languages...)
		entry := sentEntry{
			URL: p.URL("/inbox/approvals/" + one.approval.ID.String()), Title: t.Title, Lang: lang,
			Head: p.head(one.message), Outcome: p.outcome(one.approval.State, one.approval.Decision, p.Me),
		}
		if one.approval.State.Granted() {
			entry.Reached = p.T("sent.reached", "reached", one.reached.Reached, "all", p.N("happens.members", one.reached.People))
		}
		p.Entries = append(p.Entries, entry)
	}
	if p.Posts, err = s.postLines(r.Context(), p.view, partnership.Zone, partnership.ID); err != nil {
		s.failPage(w, r, "show the journal", err)
		return
	}
	s.show(w, r, http.StatusOK, "journal", p)
}

// getJournalExport writes the journal for Excel as Belgians have it: columns apart
// by semicolons, as their list separator is, and a mark that says UTF-8 (decision 0067).
func (s *server) getJournalExport(w http.ResponseWriter, r *http.Request, partnership subscribers.Partnership) {
	v := s.partnershipView(r, partnership, "journal")
	all, _, err := s.sentIn(r.Context(), partnership, 0)
	if err != nil {
		s.failPage(w, r, "export the journal", err)
		return
	}
	rows := [][]string{strings.Split(v.T("sent.columns"), ";")}
	for _, one := range all {
		rows = append(rows, v.sentRow(one, partnership))
	}
	writeTable(w, "relais-"+string(partnership.ID)+"-"+partnership.Today(s.Now()).String()+".csv", rows)
}

// writeTable writes rows for Excel as Belgians have it (decision 0067).
func writeTable(w http.ResponseWriter, name string, rows [][]string) {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
	_, _ = w.Write([]byte("\ufeff")) // the reader is gone: nothing to do, here and below
	out := csv.NewWriter(w)
	out.Comma, out.UseCRLF = ';', true
	for _, row := range rows {
		for i := range row {
			row[i] = inert(row[i])
		}
		_ = out.Write(row)
	}
	out.Flush()
}

// sentRow is one line of the export; sent.columns names its columns.
func (v view) sentRow(one sent, p subscribers.Partnership) []string {
	t, _ := one.message.Text(v.Lang, p.Languages...)
	d := one.approval.Decision
	return []string{
		v.stamp(one.message.Sent), v.Kind(one.message.Kind), v.Urgency(one.message.Urgency), t.Title, v.byline(one.message),
		v.T("outcome." + string(one.approval.State) + ".title"), d.By, v.T("how." + string(d.How)), v.stamp(d.At), d.Note, d.Why,
		fmt.Sprint(one.reached.People), fmt.Sprint(one.reached.Reached), one.message.ID.String(),
	}
}

// stamp is an instant as every spreadsheet reads it.
func (v view) stamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.In(v.loc).Format("2006-01-02 15:04")
}

// inert keeps a spreadsheet from calculating what somebody wrote (OWASP, CSV
// Injection): a cell that would begin a formula begins with an apostrophe.
func inert(cell string) string {
	if strings.ContainsAny(firstOf(cell), "=+-@\t\r\n＝＋－＠") {
		return "'" + cell
	}
	return cell
}

// firstOf is the first character that is no blank: spreadsheets pass over those.
func firstOf(cell string) string {
	for _, c := range cell {
		if c != ' ' && c != '\u00a0' {
			return string(c)
		}
	}
	return ""
}
