package web

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// world is a police zone in memory: all that the pages read and write.
type world struct {
	manyCases    int      // how many are open, at least
	asked        []string // whose figures, and of when
	t            *testing.T
	now          time.Time
	zones        []broker.ZoneID
	partnerships []subscribers.Partnership
	plans        map[broker.PartnershipID]subscribers.Plan
	members      map[subscribers.MemberID]subscribers.Member
	messages     map[broker.MessageID]broker.Message
	approvals    map[subscribers.ApprovalID]subscribers.Approval
	moves        map[subscribers.ApprovalID][]subscribers.Move
	approvers    []subscribers.Approver // of tilleuls
	entries      map[channels.DeliveryID]subscribers.Entry
	items        map[channels.DeliveryID][]subscribers.DigestItem
	statuses     map[broker.MessageID]subscribers.Status
	dead         []broker.DeadLetter
	flash        subscribers.SlotPreview
	texts        map[broker.PartnershipID][]subscribers.InboxMessage

	published    []broker.Message
	decisions    []subscribers.Decision
	recentOnly   broker.MessageID                   // the one recent message; zero: all are
	long         bool                               // a forecast takes longer than a page may
	nobodyOnFile bool                               // the zone has no officer
	live         atomic.Pointer[subscribers.Status] // while a server reads it; nil: that of statuses
	counting     chan struct{}                      // until it is closed, counting a status goes on; nil: it takes no time
	countingNow  atomic.Int64
	ending       chan struct{}
	searched     subscribers.Search
	stopped      []string
	replayed     []uuid.UUID
	reports      []channels.Report

	failPublish, failDecide, failReports error
	dependencies                         []Dependency

	push     PushChannel
	contacts Contacts
	parsers  map[channels.Name]ReportParser
	inbound  map[channels.Name]InboundParser
	inbox    Inbox

	caps     subscribers.Capabilities
	log      *bytes.Buffer
	options  Options
	raised   []subscribers.Incident                  // by the pages
	seenBy   string                                  // who has acknowledged the incident
	caseEnd  subscribers.CaseEnd                     // of the alert's case
	alsoOwed map[subscribers.CaseID]subscribers.Case // by other partnerships, of the same matter
	handler  http.Handler
	server   *server

	accounts map[subscribers.MemberID]subscribers.Account
	holders  []subscribers.Holder

	postMoves []subscribers.PostMove
	kept      []subscribers.Template
	tokens    []subscribers.Token
	devices   []subscribers.SignIn
	passkeys  []subscribers.Passkey
	posed     map[uuid.UUID]subscribers.Challenge // of devices, and not answered
	steps     []subscribers.StageMove
	versions  []subscribers.PlanVersion
	cookie    *http.Cookie // of the browser that has signed in; nil: nobody has

	joining
}

const author = "Insp. Dubois"

var (
	coordinatorID = subscribers.MemberID{UUID: uuid.MustParse("0193596a-0000-7000-8000-000000000001")}
	memberID      = subscribers.MemberID{UUID: uuid.MustParse("0193596a-0000-7000-8000-000000000002")}
	adminID       = subscribers.MemberID{UUID: uuid.MustParse("0193596a-0000-7000-8000-000000000004")}
	deputyID      = subscribers.MemberID{UUID: uuid.MustParse("0193596a-0000-7000-8000-000000000003")}
	alertID       = broker.MessageID{UUID: uuid.MustParse("0193596a-0000-7000-8000-00000000000a")}
	tipID         = broker.MessageID{UUID: uuid.MustParse("0193596a-0000-7000-8000-00000000000b")}
	askID         = channels.DeliveryID{UUID: uuid.MustParse("0193596a-0000-7000-8000-0000000000a1")}
	letterID      = channels.DeliveryID{UUID: uuid.MustParse("0193596a-0000-7000-8000-0000000000a2")}
	previewID     = channels.DeliveryID{UUID: uuid.MustParse("0193596a-0000-7000-8000-0000000000a4")}
	digestID      = channels.DeliveryID{UUID: uuid.MustParse("0193596a-0000-7000-8000-0000000000a3")}
	tokenID       = subscribers.TokenID{UUID: uuid.MustParse("0193596a-0000-7000-8000-0000000000b1")}
	deadID        = uuid.MustParse("0193596a-0000-7000-8000-0000000000d1")
)

// newWorld holds a French- and a Dutch-speaking partnership, and an alert that
// waits for the coordinator of the first, on 23 November 2026 at 20:15.
func newWorld(t *testing.T) *world {
	t.Helper()
	brussels, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		t.Fatal(err)
	}
	caps, err := subscribers.NewCapabilities(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{
		t: t, caps: caps, log: new(bytes.Buffer),
		now:   time.Date(2026, time.November, 23, 20, 15, 0, 0, brussels),
		zones: []broker.ZoneID{"demo"},
		partnerships: []subscribers.Partnership{
			{ID: "tilleuls", Zone: "demo", Name: "PLP Les Tilleuls", Tag: "PLP Tilleuls", Languages: []broker.Lang{broker.French}, Stage: subscribers.StageLaunched, PlanVersion: 2,
				Streets: []subscribers.Street{{Name: "Rue des Tilleuls"}, {Name: "Rue du Moulin"}}, Outline: square(6.02, 50.62)},
			{ID: "lindendorp", Zone: "demo", Name: "BIN Lindendorp", Tag: "BIN Linden", Languages: []broker.Lang{broker.Dutch}, Stage: subscribers.StageLaunched, PlanVersion: 1,
				Streets: []subscribers.Street{{Name: "Kerkstraat"}}, Outline: square(6.03, 50.625)},
		},
		plans:     make(map[broker.PartnershipID]subscribers.Plan),
		members:   make(map[subscribers.MemberID]subscribers.Member),
		messages:  make(map[broker.MessageID]broker.Message),
		approvals: make(map[subscribers.ApprovalID]subscribers.Approval),
		moves:     make(map[subscribers.ApprovalID][]subscribers.Move),
		entries:   make(map[channels.DeliveryID]subscribers.Entry),
		items:     make(map[channels.DeliveryID][]subscribers.DigestItem),
		statuses:  make(map[broker.MessageID]subscribers.Status),
		options:   Options{DuplicateWindow: 2 * time.Hour, Open: true, Keep: subscribers.Retention{Consent: 3 * 365 * 24 * time.Hour, Deliveries: 90 * 24 * time.Hour, Journal: 730 * 24 * time.Hour}},
		parsers:   map[channels.Name]ReportParser{channels.SMS: parser{}, channels.Voice: answerer{}},
	}
	w.furnish()
	w.expectJoiners()
	w.restart()
	return w
}

func (w *world) furnish() {
	plan := subscribers.Plan{
		Rules:      []subscribers.Rule{urgentRule(), tipRule()},
		QuietHours: &subscribers.QuietHours{From: subscribers.ClockTime{Hour: 22}, To: subscribers.ClockTime{Hour: 7}},
		Digest:     subscribers.DigestPlan{Every: subscribers.Daily, At: subscribers.ClockTime{Hour: 18}},
	}
	w.plans["tilleuls"], w.plans["lindendorp"] = plan, plan
	w.members[coordinatorID] = subscribers.Member{ID: coordinatorID, Name: "Claire Lambert", Lang: broker.French}
	w.members[memberID] = subscribers.Member{ID: memberID, Name: "Jean Petit", Lang: broker.French}
	w.approvers = []subscribers.Approver{
		{Member: w.members[coordinatorID], Role: subscribers.RoleCoordinator},
		{Member: subscribers.Member{ID: deputyID, Name: "Marc Thiry", Lang: broker.French}, Role: subscribers.RoleDeputy},
	}
	w.members[deputyID] = subscribers.Member{ID: deputyID, Name: "Marc Thiry", Lang: broker.French, Contacts: []subscribers.Contact{
		{Channel: channels.Email, Address: channels.NewAddress("marc@example.be"), State: subscribers.ContactActive},
	}}
	w.holders = []subscribers.Holder{
		{ID: adminID, Name: "Luc Thys", Lang: broker.German, Post: subscribers.Post{Role: subscribers.PostAdmin, Zone: "demo"}, Mail: true},
		{ID: memberID, Name: "CP Maes", Lang: broker.Dutch, Post: subscribers.Post{Role: subscribers.PostMandated, Zone: "demo"}},
		{ID: coordinatorID, Name: "Claire Lambert", Lang: broker.French, Post: subscribers.Post{Role: subscribers.PostCoordinator, Zone: "demo", Partnership: "tilleuls"}, Mail: true},
		{ID: deputyID, Name: "Marc Thiry", Lang: broker.French, Post: subscribers.Post{Role: subscribers.PostCommittee, Zone: "demo", Partnership: "tilleuls"}, Mail: true},
	}
	w.messages[alertID] = w.alert()
	w.messages[tipID] = w.tip()
	w.open(alertID, "tilleuls", urgentRule())
	w.entries[askID] = subscribers.Entry{ID: askID, Purpose: channels.Ask, Approval: w.approvalID(), Partnership: "tilleuls", Member: coordinatorID, Lang: broker.French}
	w.entries[letterID] = subscribers.Entry{ID: letterID, Purpose: channels.ForMember, Approval: w.approvalID(), Partnership: "tilleuls", Member: memberID, Lang: broker.French}
	day := subscribers.Date{Year: 2026, Month: time.November, Day: 24}
	w.flash = subscribers.SlotPreview{Slot: subscribers.Slot{Partnership: "tilleuls", Date: day, DueAt: w.now.Add(21 * time.Hour), LeavesAt: w.now.Add(21 * time.Hour)}, People: 41,
		Items: []subscribers.WaitingItem{{Message: alertID, Revision: 1, People: 41}}}
	w.entries[previewID] = subscribers.Entry{ID: previewID, Purpose: channels.Preview, About: subscribers.SlotAbout("tilleuls", day), NotAfter: w.flash.LeavesAt, Partnership: "tilleuls", Member: coordinatorID, Lang: broker.French}
	tip := w.open(tipID, "lindendorp", tipRule())
	w.entries[digestID] = subscribers.Entry{ID: digestID, Purpose: channels.Digest, Partnership: "tilleuls", Member: memberID, Lang: broker.French}
	w.items[digestID] = []subscribers.DigestItem{
		{Message: alertID, Revision: 1, Partnership: "tilleuls"},
		{Message: tip.Message, Revision: 1, Partnership: "lindendorp"},
		{Message: tip.Message, Revision: 1, Partnership: "lindendorp"},
	}
	w.statuses[alertID] = w.statusOf(alertID)
	w.statuses[tipID] = doneStatus(w.now)
	w.dead = []broker.DeadLetter{{ID: deadID, Subject: "relais.message.demo", Reason: "expires is missing; say until when", Attempts: 1, At: w.now.Add(-time.Hour)}}
}

func urgentRule() subscribers.Rule {
	return subscribers.Rule{
		Kinds:            []broker.Kind{broker.Alert, broker.Missing, broker.Hazard},
		Approval:         subscribers.ApprovalRule{By: subscribers.ByCoordinatorThenPolice, Within: 10 * time.Minute},
		Channels:         subscribers.ChannelRule{First: []channels.Name{channels.SMS, channels.Push, channels.Email}},
		When:             subscribers.Now,
		IgnoreQuietHours: true,
	}
}

func tipRule() subscribers.Rule {
	return subscribers.Rule{
		Approval: subscribers.ApprovalRule{By: subscribers.ByCoordinator},
		Channels: subscribers.ChannelRule{All: []channels.Name{channels.Email}},
		When:     subscribers.WithDigest,
	}
}

func (w *world) alert() broker.Message {
	return broker.Message{
		ID: alertID, Revision: 1, Zone: "demo", Author: author, Sent: w.now.Add(-3 * time.Minute), Expires: w.now.Add(3 * time.Hour),
		Kind: broker.Alert, MsgType: broker.TypeAlert, Urgency: broker.Immediate, Severity: broker.SeverityModerate, Certainty: broker.CertaintyLikely,
		Texts: map[broker.Lang]broker.Text{
			broker.French: {Title: "Cambriolage en cours, rue des Tilleuls", Body: "Deux personnes ont été vues dans un jardin de la rue des Tilleuls.\nFermez portes et fenêtres. N’intervenez pas : appelez le 101."},
			broker.Dutch:  {Title: "Inbraak bezig in de Lindenstraat", Body: "Twee personen zijn gezien in een tuin in de Lindenstraat.\nSluit deuren en ramen. Grijp niet zelf in: bel 101."},
		},
	}
}

func (w *world) tip() broker.Message {
	return broker.Message{
		ID: tipID, Revision: 1, Zone: "demo", Partnerships: []broker.PartnershipID{"lindendorp"}, Author: author, Sent: w.now.Add(-26 * time.Hour), Expires: w.now.Add(20 * 24 * time.Hour),
		Kind: broker.Prevention, MsgType: broker.TypeAlert, Urgency: broker.Future, Severity: broker.SeverityMinor, Certainty: broker.CertaintyLikely,
		Texts: map[broker.Lang]broker.Text{
			broker.Dutch: {Title: "Valse loodgieters aan de deur", Body: "Laat niemand binnen die zich niet kan legitimeren."},
		},
	}
}

func (w *world) approvalID() subscribers.ApprovalID {
	return subscribers.ApprovalIDFor(alertID, 1, "tilleuls")
}

func (w *world) open(m broker.MessageID, p broker.PartnershipID, rule subscribers.Rule) subscribers.Approval {
	asked := w.now.Add(-2 * time.Minute)
	a := subscribers.Approval{
		ID: subscribers.ApprovalIDFor(m, 1, p), Message: m, Revision: 1, Partnership: p, PlanVersion: 2,
		Rule: rule, State: subscribers.ApprovalPending, Step: 1, Asked: asked, Deadline: asked.Add(10 * time.Minute),
	}
	w.approvals[a.ID] = a
	return a
}

func (w *world) statusOf(id broker.MessageID) subscribers.Status {
	m := w.messages[id]
	return subscribers.Status{
		Message: id, Revision: 1, Kind: m.Kind, Urgency: m.Urgency, Received: m.Sent, Expires: m.Expires,
		Partnerships: []subscribers.PartnershipStatus{
			{Partnership: "tilleuls", Name: "PLP Les Tilleuls", Approval: w.approvalID(), State: subscribers.ApprovalPending, Deadline: w.now.Add(8 * time.Minute), PlanVersion: 2,
				Asked: []subscribers.Role{subscribers.RoleCoordinator, subscribers.RoleDeputy}, Next: subscribers.RoleCommittee, NextAt: w.now.Add(5 * time.Minute)},
			{Partnership: "lindendorp", Name: "BIN Lindendorp", State: subscribers.ApprovalApproved, By: "Jan Peeters", At: w.now.Add(-time.Minute), How: subscribers.HowLink, PlanVersion: 1, Planned: true, Unreached: 1,
				Channels: []subscribers.ChannelStatus{
					{Channel: channels.SMS, Counts: map[channels.State]int{channels.Delivered: 31, channels.Accepted: 3, channels.Calling: 4, channels.Failed: 1, channels.Suppressed: 2}, Suppressed: map[channels.Reason]int{channels.ReasonDuplicate: 2}, First: w.now.Add(-50 * time.Second), Last: w.now},
					{Channel: channels.Email, Counts: map[channels.State]int{channels.Accepted: 20}, First: w.now.Add(-45 * time.Second), Last: w.now},
				}},
		},
		Refused: []subscribers.RoutingRefusal{{Partnership: "lindendorp", Gaps: []subscribers.Gap{subscribers.GapDeputy}}},
	}
}

func doneStatus(now time.Time) subscribers.Status {
	return subscribers.Status{
		Message: tipID, Revision: 1, Kind: broker.Prevention, Urgency: broker.Future, Done: true,
		Partnerships: []subscribers.PartnershipStatus{{Partnership: "lindendorp", Name: "BIN Lindendorp", State: subscribers.ApprovalOverruled, By: subscribers.ThePolice, How: subscribers.HowPlan, Why: "nobody answered in 10m0s",
			At: now.Add(-25 * time.Hour), PlanVersion: 1, Planned: true,
			Channels: []subscribers.ChannelStatus{{Channel: channels.Email, Counts: map[channels.State]int{channels.Accepted: 58, channels.Unknown: 1}}}}},
	}
}

// restart builds the handler anew, with the world's options.
func (w *world) restart() {
	w.t.Helper()
	s, err := newServer(Deps{
		Journals: w, Roll: w, Papers: w, Invitations: w,
		Publisher: w, Previewer: fakePreviewer{}, Forecaster: w, History: w, Decider: w, Infoflashes: w, MemberTexts: w, CaseCloser: w, Incidents: w, Alarms: w, Budgets: w, Members: w, Joiners: w, Holders: w, Courier: w.courier, AddressBook: plainBook{}, Passes: w.passes, Records: w, Accounts: w, Tokens: w, SignIns: w, Passkeys: w, Templates: w, Zone: w, PlanReader: w, Absences: w, DeadLetters: w, Reports: w, Capabilities: w.caps, Push: w.push, Contacts: w.contacts,
		Figures:       w,
		ReportParsers: w.parsers, InboundParsers: w.inbound, Inbox: w.inbox,
		Zones:        func(context.Context) ([]broker.ZoneID, error) { return w.zones, nil },
		Dependencies: w.dependencies,
		Ending:       w.ending,
		Now:          func() time.Time { return w.now },
		Log:          slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}, w.options)
	if err != nil {
		w.t.Fatalf("New: %v", err)
	}
	w.server = s
	if w.handler, err = s.handler(); err != nil {
		w.t.Fatalf("New: %v", err)
	}
}

// decideAs moves the alert's approval without asking anybody.
func (w *world) decideAs(d subscribers.Decision) {
	a := w.approvals[w.approvalID()]
	a.State, a.Decision, a.Version = d.To, d, a.Version+1
	w.keep(a)
}

// keep stores an approval's new state and the decision that made it.
func (w *world) keep(a subscribers.Approval) {
	w.approvals[a.ID] = a
	w.moves[a.ID] = append(w.moves[a.ID], subscribers.Move{Version: a.Version, Decision: a.Decision})
}
