package web

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
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
	nobodyOnFile bool                               // the zone has no officer
	live         atomic.Pointer[subscribers.Status] // while a server reads it; nil: that of statuses
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

	caps    subscribers.Capabilities
	log     *bytes.Buffer
	options Options
	raised  []subscribers.Incident // by the pages
	seenBy  string                 // who has acknowledged the incident
	caseEnd subscribers.CaseEnd    // of the alert's case
	handler http.Handler
	server  *server

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
	w.server, w.handler = s, s.handler()
}

// request is one call; its zero fields are those of a browser on this machine.
type request struct {
	method, path, host, accept, body, contentType string
	form                                          url.Values
	header                                        map[string]string
}

func (w *world) do(q request) *httptest.ResponseRecorder {
	w.t.Helper()
	if q.method == "" {
		q.method = http.MethodGet
	}
	body := io.Reader(strings.NewReader(q.body))
	if q.form != nil {
		body, q.contentType = strings.NewReader(q.form.Encode()), "application/x-www-form-urlencoded"
	}
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	if path, _, _ := strings.Cut(q.path, "?"); strings.HasSuffix(path, "/live") { // a stream ends when its reader goes
		cancel()
	}
	r := httptest.NewRequestWithContext(ctx, q.method, "http://localhost:8080"+q.path, body)
	if q.host != "" {
		r.Host = q.host
	}
	if q.contentType != "" {
		r.Header.Set("Content-Type", q.contentType)
	}
	if q.accept != "" {
		r.Header.Set("Accept-Language", q.accept)
	}
	if w.cookie != nil {
		r.AddCookie(w.cookie)
	}
	for name, value := range q.header {
		r.Header.Set(name, value)
	}
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, r)
	return answer
}

func (w *world) get(path string) *httptest.ResponseRecorder { return w.do(request{path: path}) }

func (w *world) post(path string, form url.Values) *httptest.ResponseRecorder {
	return w.do(request{method: http.MethodPost, path: path, form: form})
}

func (w *world) link(may subscribers.Capability, id channels.DeliveryID) string {
	return map[subscribers.Capability]string{subscribers.CanDecide: "/a/", subscribers.CanOpen: "/m/", subscribers.CanLeave: "/u/", subscribers.CanPreview: "/d/"}[may] + w.caps.Token(may, id)
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

func codeAndBody(answer *httptest.ResponseRecorder) struct {
	code int
	body string
} {
	return struct {
		code int
		body string
	}{answer.Code, answer.Body.String()}
}

// What follows is the world as the pages' interfaces see it.

func (w *world) Publish(_ context.Context, m broker.Message) error {
	if w.failPublish != nil {
		return w.failPublish
	}
	w.published = append(w.published, m)
	return nil
}

func (w *world) Decide(_ context.Context, id subscribers.ApprovalID, d subscribers.Decision) (subscribers.Approval, error) {
	if w.failDecide != nil {
		return subscribers.Approval{}, w.failDecide
	}
	a, ok := w.approvals[id]
	if !ok {
		return a, subscribers.ErrNotFound
	}
	after, err := a.Apply(d, w.messages[a.Message])
	if err != nil {
		return a, err
	}
	w.keep(after)
	w.decisions = append(w.decisions, d)
	return after, nil
}

func found[K comparable, V any](m map[K]V, id K) (V, error) {
	v, ok := m[id]
	if !ok {
		return v, subscribers.ErrNotFound
	}
	return v, nil
}

func (w *world) Status(_ context.Context, id broker.MessageID) (subscribers.Status, error) {
	if live := w.live.Load(); live != nil {
		return *live, nil
	}
	return found(w.statuses, id)
}

// Outline leaves the counts of a wide message out.
func (w *world) Outline(ctx context.Context, id broker.MessageID, most int) (subscribers.Status, bool, error) {
	status, err := w.Status(ctx, id)
	if _, all := totals(status).reached(); err != nil || all <= most {
		return status, err == nil, err
	}
	status.Done, status.Partnerships = false, slices.Clone(status.Partnerships)
	for i := range status.Partnerships {
		status.Partnerships[i].Channels, status.Partnerships[i].Unreached = nil, 0
	}
	return status, false, nil
}

func (w *world) Recent(_ context.Context, zone broker.ZoneID, limit int) ([]broker.Message, error) {
	var list []broker.Message
	for _, m := range w.messages {
		if m.Zone == zone && (w.recentOnly == broker.MessageID{} || w.recentOnly == m.ID) {
			list = append(list, m)
		}
	}
	slices.SortFunc(list, func(a, b broker.Message) int { return b.Sent.Compare(a.Sent) })
	return list[:min(limit, len(list))], nil
}

func (w *world) Message(_ context.Context, id broker.MessageID, _ int) (broker.Message, error) {
	return found(w.messages, id)
}

func (w *world) Latest(_ context.Context, id broker.MessageID) (broker.Message, error) {
	return found(w.messages, id)
}

func (w *world) OpenApprovals(_ context.Context, zone broker.ZoneID) ([]subscribers.Approval, error) {
	var list []subscribers.Approval
	for _, a := range w.approvals {
		if w.messages[a.Message].Zone == zone && !a.State.Final() {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, func(a, b subscribers.Approval) int {
		return strings.Compare(string(b.Partnership), string(a.Partnership))
	})
	return list, nil
}

func (w *world) Approval(_ context.Context, id subscribers.ApprovalID) (subscribers.Approval, error) {
	return found(w.approvals, id)
}

func (w *world) Moves(_ context.Context, id subscribers.ApprovalID) ([]subscribers.Move, error) {
	return w.moves[id], nil
}

func (w *world) Approvers(_ context.Context, p broker.PartnershipID) ([]subscribers.Approver, error) {
	if p != "tilleuls" && !w.allLaunched {
		return nil, nil
	}
	return w.approvers, nil
}

func (w *world) SetAbsences(_ context.Context, _ broker.PartnershipID, who subscribers.MemberID, away []subscribers.Span) error {
	for i := range w.approvers {
		if w.approvers[i].ID == who {
			w.approvers[i].Absences = away
		}
	}
	return nil
}

func (w *world) Partnership(_ context.Context, id broker.PartnershipID) (subscribers.Partnership, error) {
	for _, p := range w.partnerships {
		if p.ID == id {
			return p, nil
		}
	}
	return subscribers.Partnership{}, subscribers.ErrNotFound
}

func (w *world) Partnerships(_ context.Context, zone broker.ZoneID) ([]subscribers.Partnership, error) {
	return slices.DeleteFunc(slices.Clone(w.partnerships), func(p subscribers.Partnership) bool { return p.Zone != zone }), nil
}

func (w *world) Plan(_ context.Context, id broker.PartnershipID, _ int) (subscribers.Plan, error) {
	return found(w.plans, id)
}

func (w *world) Entry(_ context.Context, id channels.DeliveryID) (subscribers.Entry, error) {
	return found(w.entries, id)
}

func (w *world) DigestItems(context.Context, []channels.DeliveryID) (map[channels.DeliveryID][]subscribers.DigestItem, error) {
	return w.items, nil
}

func (w *world) Member(_ context.Context, id subscribers.MemberID) (subscribers.Member, error) {
	return found(w.members, id)
}

func (w *world) SetRest(_ context.Context, id subscribers.MemberID, rest subscribers.Rest) error {
	m, err := found(w.members, id)
	m.Rest = rest
	if err == nil {
		w.members[id] = m
	}
	return err
}

func (w *world) Reach(context.Context, broker.PartnershipID) (int, map[channels.Name]int, error) {
	return 61, map[channels.Name]int{channels.SMS: 34, channels.Email: 48, channels.Push: 20}, nil
}

func (w *world) Stop(_ context.Context, m subscribers.MemberID, p broker.PartnershipID, _ time.Time) error {
	if w.failDecide != nil {
		return w.failDecide
	}
	w.stopped = append(w.stopped, m.String()+" "+string(p))
	return nil
}

func (w *world) Find(_ context.Context, f broker.DeadFilter) (found []broker.DeadLetter, err error) {
	for _, d := range w.dead {
		if f.Takes(d) {
			found = append(found, d)
		}
	}
	return found, nil
}

func (w *world) Replay(_ context.Context, id uuid.UUID) error {
	for i := range w.dead {
		if w.dead[i].ID == id {
			w.dead[i].Replayed = w.now
			w.replayed = append(w.replayed, id)
			return nil
		}
	}
	return subscribers.ErrNotFound
}

func (w *world) Apply(_ context.Context, r channels.Report) error {
	if w.failReports != nil {
		return w.failReports
	}
	w.reports = append(w.reports, r)
	return nil
}

// parser takes callbacks with the right signature.
type parser struct{}

func (parser) ParseReport(r *http.Request) (channels.Report, error) {
	if err := r.ParseForm(); err != nil {
		return channels.Report{}, err
	}
	if r.Header.Get("X-Signature") != "good" {
		return channels.Report{}, subscribers.ErrForgedLink
	}
	return channels.Report{Ref: r.PostForm.Get("MessageSid"), State: channels.State(r.PostForm.Get("State"))}, nil
}

// answerer is a parser whose provider waits for what comes next.
type answerer struct{ parser }

func (answerer) AnswerCallback(w http.ResponseWriter, _ *http.Request, r channels.Report) {
	w.Header().Set("Content-Type", "application/xml")
	_, _ = w.Write([]byte("<Response>" + r.Ref + "</Response>"))
}

// shut ends a server that a browser may still be listening to: a test that fails
// must not wait for a stream that nobody ends.
func shut(server *httptest.Server) {
	server.CloseClientConnections()
	server.Close()
}
