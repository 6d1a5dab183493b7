package subscribers

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"relais/broker"
)

// Case is word that the police owe a partnership: what came of an alert that its
// members got (PLP.md, rule 6). It moves along these states:
//
//	granted message ──► open ──── word came, or an officer said that none may ──► closed
//	                     │ due          ▲
//	                     ▼              │
//	               author reminded ─────┤
//	                     │ a day later  │
//	                     ▼              │
//	              mandated reminded ────┘   then the weekly summary only
//
// Invariants:
//
//   - One case for each matter and partnership, whose id follows from them. A
//     matter is the first message of a family: an alert and its corrections owe
//     one word.
//   - It is written before the first delivery of the message, so no crash loses it.
//   - Step moves by a conditional update together with the reminder's entries: of
//     any number of nodes one sends each reminder, and it is sent once.
//   - A closed case stays closed, and keeps who, when, how and why of the first end.
type Case struct {
	ID          CaseID
	Zone        broker.ZoneID
	Partnership broker.PartnershipID
	Matter      broker.MessageID // the first message of the family
	Message     broker.MessageID // the one that went out, as word is owed about it
	Revision    int
	Owner       string // its author
	Opened      time.Time
	Due         time.Time
	Step        CaseStep
	NextAt      time.Time // when the next reminder goes; zero: none any more
	End         CaseEnd   // zero while it is open
}

// CaseID names a case.
type CaseID struct{ uuid.UUID }

// CaseIDFor returns the id that a matter's case has in a partnership.
func CaseIDFor(matter broker.MessageID, p broker.PartnershipID) CaseID {
	return CaseID{broker.DeriveID(matter.UUID, "case", string(p))}
}

// CaseStep is how many reminders have gone.
type CaseStep int

// The steps of a case.
const (
	NotReminded      CaseStep = iota
	AuthorReminded            // the author's officer
	MandatedReminded          // the mandated officers; after it only the weekly summary
)

// CaseEnd is how a case ended: who, when, how, why.
type CaseEnd struct {
	How CaseHow
	By  string // the author of the word, or the officer who said that there is none
	At  time.Time
	Why string
}

// CaseHow is the way in which a case ended.
type CaseHow string

// The ways.
const (
	EndedByFeedback CaseHow = "feedback"    // word came
	EndedByClosing  CaseHow = "closing"     // the all-clear says it
	EndedByCancel   CaseHow = "cancel"      // the message was withdrawn
	NotAllowed      CaseHow = "not-allowed" // an officer said that the inquiry does not allow it
)

// CaseClosedError says that a case had ended before. The first end stands.
type CaseClosedError struct{ First CaseEnd }

func (e *CaseClosedError) Error() string {
	return fmt.Sprintf("closed before (%s) by %s at %s", e.First.How, e.First.By, e.First.At.Format(time.RFC3339))
}

// CaseFor opens the case of a granted message in a partnership; false when its
// rule owes no word, or the message is itself word about another. matter is the
// first message of its family, m itself if it has none.
func CaseFor(m broker.Message, matter broker.MessageID, a Approval, loc *time.Location) (Case, bool) {
	if a.Rule.Feedback <= 0 || m.Kind.AnswersAnother() || m.MsgType == broker.TypeCancel {
		return Case{}, false
	}
	due := InOfficeHours(a.Decision.At.Add(a.Rule.Feedback), loc)
	return Case{
		ID: CaseIDFor(matter, a.Partnership), Zone: m.Zone, Partnership: a.Partnership, Matter: matter,
		Message: m.ID, Revision: m.Revision, Owner: m.Author, Opened: a.Decision.At, Due: due, NextAt: due,
	}, true
}

// EndFor says how a granted message ends the cases of what it refers to; false
// when it does not: a correction leaves the word owed.
func EndFor(m broker.Message, at time.Time) (CaseEnd, bool) {
	end := CaseEnd{By: m.Author, At: at}
	switch {
	case len(m.References) == 0:
		return CaseEnd{}, false
	case m.MsgType == broker.TypeCancel:
		end.How = EndedByCancel
	case m.MsgType == broker.TypeUpdate:
		return CaseEnd{}, false
	case m.Kind == broker.Feedback:
		end.How = EndedByFeedback
	case m.Kind == broker.Closing:
		end.How = EndedByClosing
	default:
		return CaseEnd{}, false
	}
	return end, true
}

// Open says whether word is still owed.
func (c Case) Open() bool { return c.End.How == "" }

// Status is the case as a message's status shows it.
func (c Case) Status() *CaseStatus {
	return &CaseStatus{
		ID: c.ID, Owner: c.Owner, Due: c.Due, Reminders: int(c.Step),
		Ended: c.End.How, By: c.End.By, At: c.End.At, Why: c.End.Why,
	}
}

// OverdueAt says whether it is open and its time has come.
func (c Case) OverdueAt(now time.Time) bool { return c.Open() && !now.Before(c.Due) }

// Reminded returns the case after its next reminder, the mandated officers' a
// while after the author's.
func (c Case) Reminded(now time.Time, mandatedAfter time.Duration, loc *time.Location) Case {
	c.Step++
	c.NextAt = time.Time{}
	if c.Step == AuthorReminded {
		c.NextAt = InOfficeHours(now.Add(mandatedAfter), loc)
	}
	return c
}

// Closed returns the case after its end, or *CaseClosedError when it had one.
func (c Case) Closed(end CaseEnd) (Case, error) {
	if !c.Open() {
		return c, &CaseClosedError{First: c.End}
	}
	c.End, c.NextAt = end, time.Time{}
	return c, nil
}

// The hours in which the police are reminded: from 8:00 until before 20:00 on
// working days.
func officeHours() (from, until ClockTime) { return ClockTime{Hour: 8}, ClockTime{Hour: 20} }

// InOfficeHours moves an instant of the night or the weekend to the next
// working day's 8:00, in a zone's local time. Holidays are not known here.
func InOfficeHours(at time.Time, loc *time.Location) time.Time {
	from, until := officeHours()
	local := at.In(loc)
	day, clock := DateOf(local), ClockOf(local)
	switch {
	case weekend(day):
	case clock.minutes() < from.minutes():
		return day.At(from, loc).UTC()
	case clock.minutes() < until.minutes():
		return at
	default:
		day = day.AddDays(1)
	}
	for weekend(day) {
		day = day.AddDays(1)
	}
	return day.At(from, loc).UTC()
}

func weekend(day Date) bool {
	weekday := day.weekday()
	return weekday == time.Saturday || weekday == time.Sunday
}

func (d Date) weekday() time.Weekday {
	return time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC).Weekday()
}

// SummaryWeek returns the Monday that began the week of an instant, and when its
// summary of overdue cases falls due: at 8:00, in a zone's local time.
func SummaryWeek(now time.Time, loc *time.Location) (monday Date, due time.Time) {
	from, _ := officeHours()
	monday = DateOf(now.In(loc))
	monday = monday.AddDays(-int(monday.weekday()+6) % 7)
	return monday, monday.At(from, loc)
}

// SummaryMaxAge is how late a weekly summary still goes after an outage.
const SummaryMaxAge = 48 * time.Hour
