package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Publisher stores a valid message durably for routing. The same message may
// be published again.
type Publisher interface {
	Publish(ctx context.Context, m broker.Message) error
}

// Decider carries out a person's decision about an approval. It returns
// *subscribers.DecidedError when somebody was first,
// *subscribers.RefusedMoveError when the decision is not allowed, and
// subscribers.ErrNotFound for an unknown approval.
type Decider interface {
	Decide(ctx context.Context, id subscribers.ApprovalID, d subscribers.Decision) (subscribers.Approval, error)
}

// Records is what pages read. What does not exist is subscribers.ErrNotFound.
type Records interface {
	// Status returns the truth about a message's newest revision.
	Status(ctx context.Context, id broker.MessageID) (subscribers.Status, error)
	// StatusGently returns the same later, and is in nobody's way.
	StatusGently(ctx context.Context, id broker.MessageID) (subscribers.Status, error)
	// Outline returns the same of one with at most so many deliveries. Of one with
	// more it leaves out what takes long, that is to count them.
	Outline(ctx context.Context, id broker.MessageID, most int) (subscribers.Outlined, error)
	// Standings returns the same of several messages, in numbers.
	Standings(ctx context.Context, ids []broker.MessageID, most int) ([]subscribers.Standing, error)
	// Recent returns a zone's messages, each in its newest revision, newest first.
	Recent(ctx context.Context, zone broker.ZoneID, limit int) ([]broker.Message, error)
	// Message returns one revision.
	Message(ctx context.Context, id broker.MessageID, revision int) (broker.Message, error)
	// Revisions returns all of these messages, in no order; of an unknown one none.
	Revisions(ctx context.Context, ids []broker.MessageID) ([]broker.Message, error)
	// Latest returns the newest revision.
	Latest(ctx context.Context, id broker.MessageID) (broker.Message, error)
	// OpenApprovals returns a zone's approvals that wait for an answer, oldest first.
	OpenApprovals(ctx context.Context, zone broker.ZoneID) ([]subscribers.Approval, error)
	// Approval returns one, Moves every decision about it, the oldest first.
	Approval(ctx context.Context, id subscribers.ApprovalID) (subscribers.Approval, error)
	Moves(ctx context.Context, id subscribers.ApprovalID) ([]subscribers.Move, error)
	// Partnership returns one, Partnerships those of a zone, PartnershipsByID
	// these in no order; of an unknown one none.
	Partnership(ctx context.Context, id broker.PartnershipID) (subscribers.Partnership, error)
	Partnerships(ctx context.Context, zone broker.ZoneID) ([]subscribers.Partnership, error)
	PartnershipsByID(ctx context.Context, ids []broker.PartnershipID) ([]subscribers.Partnership, error)
	// OpenCases returns the cases of a zone, or of all when it is empty, in which
	// word is still owed; those due first at the front.
	OpenCases(ctx context.Context, zone broker.ZoneID) ([]subscribers.Case, error)
	// FirstCases returns so many of a zone, and how many there are in all.
	FirstCases(ctx context.Context, zone broker.ZoneID, limit int) (first []subscribers.Case, all int, err error)
	// CasesOf returns the open cases of a matter, one for each partnership.
	CasesOf(ctx context.Context, matter broker.MessageID) ([]subscribers.Case, error)
	// Case returns one, open or closed.
	Case(ctx context.Context, id subscribers.CaseID) (subscribers.Case, error)
	// Officers returns the people of a zone's police to whom Relais writes.
	Officers(ctx context.Context, zone broker.ZoneID) ([]subscribers.Officer, error)
	// Plan returns one version of a partnership's plan.
	Plan(ctx context.Context, id broker.PartnershipID, version int) (subscribers.Plan, error)
	// Entry returns one line of the ledger.
	Entry(ctx context.Context, id channels.DeliveryID) (subscribers.Entry, error)
	// DigestItems returns what each digest holds.
	DigestItems(ctx context.Context, ids []channels.DeliveryID) (map[channels.DeliveryID][]subscribers.DigestItem, error)
	// Member returns one person.
	Member(ctx context.Context, id subscribers.MemberID) (subscribers.Member, error)
	// SetRest writes when a person wants to be left alone; what is held for them
	// is decided about again.
	SetRest(ctx context.Context, id subscribers.MemberID, rest subscribers.Rest) error
	// Reach counts a partnership's members, and for each channel how many of
	// them it reaches; who has several channels counts on each.
	Reach(ctx context.Context, id broker.PartnershipID) (members int, byChannel map[channels.Name]int, err error)
	// Stop makes a member leave a partnership, messages already queued
	// included, as of an instant. Who has left before stays so.
	Stop(ctx context.Context, member subscribers.MemberID, partnership broker.PartnershipID, at time.Time) error
}

// Absences knows when a partnership's approvers are away.
type Absences interface {
	// Approvers returns coordinators, deputies and committee, each with their absences.
	Approvers(ctx context.Context, id broker.PartnershipID) ([]subscribers.Approver, error)
	// SetAbsences writes when one of them is away, in place of what was there.
	SetAbsences(ctx context.Context, id broker.PartnershipID, who subscribers.MemberID, away []subscribers.Span) error
}

// Infoflashes shows digests before they leave, and carries out what people
// decide about them. What cannot be done is *subscribers.RefusedSlotError.
type Infoflashes interface {
	// Coming returns the next infoflash of every partnership of a zone, or of all
	// when it is empty; Preview returns that of one day.
	Coming(ctx context.Context, zone broker.ZoneID) ([]subscribers.SlotPreview, error)
	Preview(ctx context.Context, id broker.PartnershipID, on subscribers.Date) (subscribers.SlotPreview, error)
	// Next returns a partnership's next one; false: its plan has none.
	Next(ctx context.Context, p subscribers.Partnership) (subscribers.SlotPreview, bool, error)
	// Change holds one, releases it, or writes its cover note. Who is the holder
	// of a link; zero for those who need none.
	Change(ctx context.Context, id broker.PartnershipID, on subscribers.Date, change subscribers.SlotChange, note, by string, who subscribers.MemberID) error
}

// MemberTexts are what members wrote by SMS that Relais could not answer.
type MemberTexts interface {
	// Inbox returns the newest of a partnership, the newest first.
	Inbox(ctx context.Context, p broker.PartnershipID, limit int) ([]subscribers.InboxMessage, error)
}

// Previewer shows a message as the members of a partnership would get it in a
// language. It sends nothing, and takes texts that are still being written.
type Previewer interface {
	Preview(m broker.Message, lang broker.Lang, to subscribers.Partnership, plan subscribers.Plan) (Preview, error)
}

// Forecaster works out from the plans what would become of a message. It sends
// nothing. The partnerships come back in the order in which they were given.
type Forecaster interface {
	// Long says whether a forecast for these takes longer than a page may.
	Long(ctx context.Context, to []subscribers.Partnership) (bool, error)
	Forecast(ctx context.Context, m broker.Message, to []subscribers.Partnership) ([]Forecast, error)
}

// History finds messages again.
type History interface {
	// Search returns a page of messages in their newest revisions, the newest
	// first, and where the next page begins; zero: there is none.
	Search(ctx context.Context, q subscribers.Search) (page []broker.Message, next subscribers.SearchMark, err error)
}

// DeadLetters lists what a step gave up on, and hands it out again.
type DeadLetters interface {
	Find(ctx context.Context, f broker.DeadFilter) ([]broker.DeadLetter, error)
	// Replay publishes one again; subscribers.ErrNotFound if there is none.
	Replay(ctx context.Context, id uuid.UUID) error
}

// ReportParser reads what a provider says later about a delivery. An error
// means that the request is not the provider's.
type ReportParser interface {
	ParseReport(r *http.Request) (channels.Report, error)
}

// CallbackAnswerer is a ReportParser whose provider waits for an answer of its
// own, as for what comes next in a telephone call. It is asked when the report
// has been recorded, and writes the whole response.
type CallbackAnswerer interface {
	AnswerCallback(w http.ResponseWriter, r *http.Request, report channels.Report)
}

// CaseCloser closes a case because the inquiry allows no word. It returns
// *subscribers.CaseClosedError when the case had ended, subscribers.ErrNotFound
// when there is none.
type CaseCloser interface {
	Close(ctx context.Context, id subscribers.CaseID, by, why string) (subscribers.Case, error)
}

// Budgets knows what partnerships spent on their providers.
type Budgets interface {
	// Spendings returns what each partnership of a zone, or of every zone when it
	// is empty, spent in a month (2026-11; empty: the present one of each).
	Spendings(ctx context.Context, zone broker.ZoneID, month string) ([]subscribers.Spending, error)
	// Tight returns those that have nearly spent the present month's budget, as it
	// stood a minute ago or later.
	Tight(ctx context.Context, zone broker.ZoneID) ([]subscribers.Spending, error)
}

// Incidents is what went wrong and a person must look at.
type Incidents interface {
	// Incidents returns those of a zone and of the whole installation, or of every
	// zone when it is empty, the one last seen at the front; without all only
	// those that nobody has acknowledged.
	Incidents(ctx context.Context, zone broker.ZoneID, all bool) ([]subscribers.Incident, error)
	// Incident returns one, or subscribers.ErrNotFound.
	Incident(ctx context.Context, id subscribers.IncidentID) (subscribers.Incident, error)
	// AckIncident notes who has seen one. It returns *subscribers.IncidentSeenError
	// when somebody else had before, subscribers.ErrNotFound when there is none.
	AckIncident(ctx context.Context, id subscribers.IncidentID, by string, at time.Time) error
}

// Alarms notes what went wrong, and writes to the police of it once.
type Alarms interface {
	Raise(ctx context.Context, i subscribers.Incident) error
}

// InboundParser reads what people write to the number that messages come from,
// and answers it in the provider's way. An error means that the request is not
// the provider's.
type InboundParser interface {
	ParseInbound(r *http.Request) (channels.Inbound, error)
	AnswerInbound(w http.ResponseWriter, answer string) error
}

// Inbox takes such a text, and returns what its sender is answered; nothing: no
// answer. It returns subscribers.ErrBusy while another node deals with it.
type Inbox interface {
	Receive(ctx context.Context, in channels.Inbound) (string, error)
}

// Reports moves deliveries by what providers say about them.
type Reports interface {
	Apply(ctx context.Context, r channels.Report) error
}

// Deps is what the pages need. All but ReportParsers, Ending, Dependencies, Now and Log must be set.
type Deps struct {
	Publisher      Publisher
	Decider        Decider
	CaseCloser     CaseCloser
	Incidents      Incidents
	Alarms         Alarms
	Budgets        Budgets
	Records        Records
	Members        Members
	Absences       Absences
	Infoflashes    Infoflashes
	MemberTexts    MemberTexts
	Journals       Journals
	Roll           Roll
	Previewer      Previewer
	Forecaster     Forecaster
	History        History
	DeadLetters    DeadLetters
	Reports        Reports
	ReportParsers  map[channels.Name]ReportParser
	Inbox          Inbox // needed with InboundParsers
	InboundParsers map[channels.Name]InboundParser
	Capabilities   subscribers.Capabilities
	Push           PushChannel // nil: pages offer no notifications
	Contacts       Contacts    // may be nil where Push is
	Joiners        Joiners
	Papers         Papers
	Invitations    Invitations
	Holders        Holders
	AddressBook    AddressBook
	Courier        Courier // nil: nobody can join on a page
	Accounts       Accounts
	Tokens         Tokens
	SignIns        SignIns
	Passkeys       Passkeys
	Templates      Templates
	Zone           Zone
	Figures        Figures
	PlanReader     PlanReader
	Passes         subscribers.Passes
	Mailer         Mailer                                             // nil: no code can be mailed, so people need an invitation
	Sessions       scs.Store                                          // who is signed in; nil: in memory
	Zones          func(ctx context.Context) ([]broker.ZoneID, error) // those that the desk serves, in order
	Ending         <-chan struct{}                                    // closed when the server stops: streams end; nil: never
	Dependencies   []Dependency                                       // what readiness depends on
	Now            func() time.Time                                   // nil: time.Now
	Log            *slog.Logger                                       // nil: discarded
}

// Options are what the configuration says about the pages.
type Options struct {
	PublicURL       string          // how others reach this service, "https://relais.example"; no slash at its end
	Open            bool            // whoever is on this machine may do everything, without signing in
	APIToken        channels.Secret // a program that has it may do everything; empty: none does
	OIDC            OIDC            // who else vouches for people; zero: nobody
	DuplicateWindow time.Duration   // messages so close together and alike are shown to the second author; 0: never
	SMSReplies      bool            // what people write back to an SMS comes to Inbox, so that it may ask for an answer
	OutboxURL       string          // where the demo or a trial shows what was sent; empty: no link
	Trial           bool            // only listed recipients really get messages; every page says so
	TrialRecipients int             // how many are listed
	Keep            subscribers.Retention
}
