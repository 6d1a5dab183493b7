package web

import (
	"net/http"
	"strings"

	"relais/subscribers"
)

// route is one address of this service: who may call it, and about what. The
// tables below are the only way to register one, so that none is forgotten.
type route struct {
	pattern string // method and path, as http.ServeMux has them
	door    door
	right   subscribers.Right // empty: none is needed
	about   about             // with right: what it touches
	do      http.HandlerFunc
}

// door is how a route finds out who is there, and how it turns them away.
type door string

const (
	doorOpen door = "open" // a link that is the right itself, a provider's signature, health
	doorPage door = "page" // people, who sign in
	doorAPI  door = "api"  // programs

	doorSignIn door = "sign-in" // whoever wants to sign in
)

// apiRoute is a route for programs, with the scope that the token of a zone needs.
type apiRoute struct {
	route
	scope subscribers.TokenScope
}

// peopleOnly is the scope of what only people do, and programs that may do
// everything: no token of a zone opens it.
const peopleOnly subscribers.TokenScope = ""

// front says whether this is where somebody begins: the desk or the inbox.
func (row route) front() bool { return row.pattern == "GET /{$}" || row.pattern == "GET /inbox" }

// table lists every route.
func (s *server) table() []route {
	var all, programs []route
	for _, row := range s.apiTable() {
		programs = append(programs, row.route)
	}
	for _, part := range [][]route{s.deskRoutes(), s.inboxRoutes(), s.linkRoutes(), s.memberRoutes(), s.joinRoutes(), s.holderRoutes(), s.signInRoutes(), s.adminRoutes(), s.callbackRoutes(), programs, s.plainRoutes()} {
		all = append(all, part...)
	}
	return all
}

// apiTable lists those for programs.
func (s *server) apiTable() []apiRoute { return append(s.apiRoutes(), s.apiPeopleRoutes()...) }

// register puts the table into the mux.
func (s *server) register() {
	for _, row := range s.apiTable() {
		s.mux.Handle(row.pattern, s.guarded(row.route, row.scope, refuseJSON))
	}
	for _, row := range s.table() {
		switch row.door {
		case doorAPI: // above, with their scopes
		case doorPage:
			s.mux.Handle(row.pattern, s.guarded(row, peopleOnly, s.refusePage))
		case doorSignIn:
			s.mux.Handle(row.pattern, s.entrance(row))
		default:
			if strings.Contains(row.pattern, "{token}") {
				row.do = s.paced(row.do)
			}
			s.mux.Handle(row.pattern, row.do)
		}
	}
}

// deskRoutes are the pages of the police.
func (s *server) deskRoutes() []route {
	return []route{
		{"GET /{$}", doorPage, subscribers.ReadMessages, aboutZone, s.getDesk},
		{"GET /messages", doorPage, subscribers.ReadMessages, aboutZone, s.getHistory},
		{"GET /messages/new", doorPage, subscribers.Publish, aboutCompose, s.getCompose},
		{"POST /messages", doorPage, subscribers.Publish, aboutCompose, s.postMessage},
		{"POST /messages/preview", doorPage, subscribers.Publish, aboutCompose, s.postPreview("preview")},
		{"POST /messages/picture", doorPage, subscribers.Publish, aboutCompose, s.postPreview("photo")},
		{"POST /messages/forecast", doorPage, subscribers.Publish, aboutCompose, s.postPreview("forecast")},
		{"GET /messages/{id}", doorPage, subscribers.ReadMessages, aboutMessage, s.getMessage},
		{"GET /messages/{id}/live", doorPage, subscribers.ReadMessages, aboutMessage, s.getLive},
		{"GET /approvals/{id}", doorPage, subscribers.ReadMessages, aboutApproval, s.getDecision},
		{"POST /approvals/{id}/answer", doorPage, subscribers.SpeakAsPolice, aboutApproval, s.postDecision(subscribers.ApprovalPending)},
		{"POST /approvals/{id}/release", doorPage, subscribers.SpeakAsPolice, aboutApproval, s.postDecision(subscribers.ApprovalOverruled)},
		{"GET /zone", doorPage, subscribers.ReadPartnerships, aboutZone, s.getZone},
		{"GET /zone/{id}", doorPage, subscribers.ReadPartnerships, aboutPartnership, s.getPartnership},
		{"POST /zone/{id}/stage", doorPage, subscribers.ChangePartnerships, aboutPartnership, s.postStage},
		{"GET /zone/{id}/plan", doorPage, subscribers.ReadPartnerships, aboutPartnership, s.getPlan},
		{"POST /zone/{id}/plan", doorPage, subscribers.ChangePartnerships, aboutPartnership, s.postPlan},
		{"GET /zone/{id}/figures", doorPage, subscribers.ReadPartnerships, aboutPartnership, s.getPartnershipFigures},
		{"GET /zone/{id}/figures.csv", doorPage, subscribers.ReadPartnerships, aboutPartnership, s.getPartnershipFiguresExport},
		{"GET /figures", doorPage, subscribers.ReadPartnerships, aboutZone, s.getZoneFigures},
		{"GET /figures.csv", doorPage, subscribers.ReadPartnerships, aboutZone, s.getZoneFiguresExport},
		{"GET /templates", doorPage, subscribers.KeepTexts, aboutZone, s.getTemplates},
		{"GET /templates/new", doorPage, subscribers.KeepTexts, aboutZone, s.getNewTemplate},
		{"POST /templates", doorPage, subscribers.KeepTexts, aboutCompose, s.postNewTemplate},
		{"GET /templates/{id}", doorPage, subscribers.KeepTexts, aboutTemplate, s.getTemplate},
		{"POST /templates/{id}", doorPage, subscribers.KeepTexts, aboutTemplate, s.postTemplate},
		{"GET /cases", doorPage, subscribers.ReadCases, aboutZone, s.getOwed},
		{"GET /cases/{id}", doorPage, subscribers.ReadCases, aboutCase, s.getCase},
		{"POST /cases/{id}/close", doorPage, subscribers.CloseCases, aboutCase, s.postCloseCase},
		{"POST /incidents/{id}/ack", doorPage, subscribers.AckIncidents, aboutIncident, s.postAck},
		{"GET /dead", doorPage, subscribers.ReadDead, aboutEverywhere, s.getDead},
		{"POST /dead/replay", doorPage, subscribers.Replay, aboutEverywhere, s.postReplayAll},
		{"POST /dead/{id}/replay", doorPage, subscribers.Replay, aboutEverywhere, s.postReplay},
	}
}

// inboxRoutes are the pages of those who decide for partnerships, each in their own.
func (s *server) inboxRoutes() []route {
	return []route{
		{"GET /inbox", doorPage, subscribers.Decide, aboutZone, s.personally(s.getInbox)},
		{"GET /inbox/live", doorPage, subscribers.Decide, aboutZone, s.personally(s.getInboxLive)},
		{"GET /inbox/partnerships/{id}/plan", doorPage, subscribers.Decide, aboutPartnership, s.inboxPartnership(s.getInboxPlan)},
		{"GET /inbox/partnerships/{id}/absences", doorPage, subscribers.Decide, aboutPartnership, s.inboxPartnership(s.getInboxAbsences)},
		{"POST /inbox/partnerships/{id}/absences", doorPage, subscribers.Decide, aboutPartnership, s.inboxPartnership(s.postInboxAbsences)},
		{"GET /inbox/partnerships/{id}/journal", doorPage, subscribers.Decide, aboutPartnership, s.inboxPartnership(s.getInboxJournal)},
		{"GET /inbox/partnerships/{id}/journal.csv", doorPage, subscribers.Decide, aboutPartnership, s.inboxPartnership(s.getJournalExport)},
		{"GET /inbox/partnerships/{id}/members", doorPage, subscribers.Decide, aboutPartnership, s.inboxPartnership(s.getInboxMembers)},
		{"GET /inbox/partnerships/{id}/paper", doorPage, subscribers.AddMembers, aboutPartnership, s.inboxPartnership(s.getPaper)},
		{"POST /inbox/partnerships/{id}/paper", doorPage, subscribers.AddMembers, aboutPartnership, s.inboxPartnership(s.postPaper)},
		{"GET /inbox/partnerships/{id}/invitations", doorPage, subscribers.AddMembers, aboutPartnership, s.inboxPartnership(s.getInvitations)},
		{"POST /inbox/partnerships/{id}/invitations", doorPage, subscribers.AddMembers, aboutPartnership, s.inboxPartnership(s.postInvitations)},
		{"GET /inbox/partnerships/{id}/poster", doorPage, subscribers.Decide, aboutPartnership, s.inboxPartnership(s.getPoster)},
		{"POST /inbox/push", doorPage, subscribers.Decide, aboutZone, s.personally(s.postInboxPush)},
		{"GET /inbox/approvals/{id}", doorPage, subscribers.Decide, aboutApproval, s.personally(s.inboxApproval(s.showInboxApproval))},
		{"POST /inbox/approvals/{id}", doorPage, subscribers.Decide, aboutApproval, s.personally(s.inboxApproval(s.answerQuestion))},
		{"GET /inbox/digests/{partnership}/{date}", doorPage, subscribers.ChangeDigests, aboutPartnership, s.personally(s.inboxDigest(s.showInboxDigest))},
		{"POST /inbox/digests/{partnership}/{date}", doorPage, subscribers.ChangeDigests, aboutPartnership, s.personally(s.inboxDigest(s.changeInfoflash))},
	}
}

// linkRoutes are the pages behind a link that somebody was sent: the link is the right.
func (s *server) linkRoutes() []route {
	return []route{
		{"GET /a/{token}", doorOpen, "", nil, s.getApproval},
		{"POST /a/{token}", doorOpen, "", nil, s.postApproval},
		{"POST /a/{token}/push", doorOpen, "", nil, s.postPush(subscribers.CanDecide)},
		{"GET /d/{token}", doorOpen, "", nil, s.getInfoflash},
		{"POST /d/{token}", doorOpen, "", nil, s.postInfoflash},
		{"GET /m/{token}", doorOpen, "", nil, s.getOpen},
		{"POST /m/{token}/push", doorOpen, "", nil, s.postPush(subscribers.CanOpen)},
		{"GET /call", doorOpen, "", nil, s.getCall},
		{"GET /u/{token}", doorOpen, "", nil, s.getLeave},
		{"POST /u/{token}", doorOpen, "", nil, s.postLeave},
		{"GET /u/{token}/rest", doorOpen, "", nil, s.getRest},
		{"POST /u/{token}/rest", doorOpen, "", nil, s.postRest},
	}
}

// signInRoutes are where people say who they are.
func (s *server) signInRoutes() []route {
	return []route{
		{"GET /signin", doorSignIn, "", nil, s.getSignIn},
		{"POST /signin", doorSignIn, "", nil, s.postSignIn},
		{"POST /signin/code", doorSignIn, "", nil, s.postCode},
		{"GET /signin/invited/{token}", doorSignIn, "", nil, s.getInvited},
		{"POST /signin/invited/{token}", doorSignIn, "", nil, s.postInvited},
		{"GET /account", doorPage, "", nil, s.getAccount}, // anybody who is known
		{"POST /signin/oidc", doorSignIn, "", nil, s.postOIDC},
		{"GET /signin/oidc/back", doorSignIn, "", nil, s.getOIDCBack},
		{"POST /signin/passkey/begin", doorSignIn, "", nil, s.postPasskeyBegin},
		{"POST /signin/passkey", doorSignIn, "", nil, s.postPasskey},
		{"POST /account/passkeys/begin", doorPage, "", nil, s.postNewPasskeyBegin},
		{"POST /account/passkeys", doorPage, "", nil, s.postNewPasskey},
		{"POST /account/passkeys/{id}/remove", doorPage, "", nil, s.postRemovePasskey},
		{"POST /account/devices/{id}/end", doorPage, "", nil, s.postEndDevice},
		{"POST /account/devices/end", doorPage, "", nil, s.postEndOtherDevices},
		{"POST /signout", doorSignIn, "", nil, s.postSignOut},
	}
}

// adminRoutes are the pages of a zone's administrator.
func (s *server) adminRoutes() []route {
	return []route{
		{"GET /people", doorPage, subscribers.ReadPeople, aboutZone, s.getPeople},
		{"POST /people", doorPage, subscribers.ChangePeople, aboutZone, s.postPerson},
		{"POST /people/{id}/invite", doorPage, subscribers.ChangePeople, aboutZone, s.postInvite},
		{"POST /people/{id}/end", doorPage, subscribers.ChangePeople, aboutZone, s.postEndPost},
		{"GET /tokens", doorPage, subscribers.KeepTokens, aboutZone, s.getTokens},
		{"POST /tokens", doorPage, subscribers.KeepTokens, aboutZone, s.postToken},
		{"POST /tokens/{id}/revoke", doorPage, subscribers.KeepTokens, aboutZone, s.postRevoke},
	}
}

// callbackRoutes are where providers report; each request is signed.
func (s *server) callbackRoutes() []route {
	return []route{
		{"POST /callbacks/{channel}/inbound", doorOpen, "", nil, s.postInbound},
		{"POST /callbacks/{channel}/{rest...}", doorOpen, "", nil, s.postCallback},
		{"POST /callbacks/{channel}", doorOpen, "", nil, s.postCallback},
	}
}

// apiRoutes are for programs: what is written, and what became of it.
func (s *server) apiRoutes() []apiRoute {
	return []apiRoute{
		{route{"GET /api/messages", doorAPI, subscribers.ReadMessages, aboutZone, s.apiMessages}, subscribers.ScopeRead},
		{route{"POST /api/messages", doorAPI, subscribers.Publish, aboutZone, s.apiPublish}, subscribers.ScopePublish}, // the body's zone: readMessage
		{route{"POST /api/messages/alike", doorAPI, subscribers.Publish, aboutZone, s.apiAlike}, subscribers.ScopePublish},
		{route{"GET /api/messages/{id}", doorAPI, subscribers.ReadMessages, aboutMessage, s.apiStatus}, subscribers.ScopeRead},
		{route{"GET /api/approvals", doorAPI, subscribers.ReadApprovals, aboutZone, s.apiApprovals}, subscribers.ScopeRead},
		{route{"GET /api/approvals/{id}", doorAPI, subscribers.ReadApprovals, aboutApproval, s.apiApproval}, subscribers.ScopeRead},
		{route{"POST /api/approvals/{id}/approve", doorAPI, subscribers.Decide, aboutApproval, s.apiDecide(subscribers.ApprovalApproved)}, peopleOnly},
		{route{"POST /api/approvals/{id}/refuse", doorAPI, subscribers.Decide, aboutApproval, s.apiDecide(subscribers.ApprovalRefused)}, peopleOnly},
		{route{"POST /api/approvals/{id}/hold", doorAPI, subscribers.Decide, aboutApproval, s.apiDecide(subscribers.ApprovalHeld)}, peopleOnly},
		{route{"POST /api/approvals/{id}/question", doorAPI, subscribers.Decide, aboutApproval, s.apiDecide(subscribers.ApprovalQuestioned)}, peopleOnly},
		{route{"POST /api/approvals/{id}/answer", doorAPI, subscribers.SpeakAsPolice, aboutApproval, s.apiDecide(subscribers.ApprovalPending)}, subscribers.ScopeFollow},
		{route{"POST /api/approvals/{id}/release", doorAPI, subscribers.SpeakAsPolice, aboutApproval, s.apiDecide(subscribers.ApprovalOverruled)}, peopleOnly},
		{route{"GET /api/cases", doorAPI, subscribers.ReadCases, aboutZone, s.apiCases}, subscribers.ScopeRead},
		{route{"POST /api/cases/{id}/close", doorAPI, subscribers.CloseCases, aboutCase, s.apiCloseCase}, subscribers.ScopeFollow},
		{route{"GET /api/incidents", doorAPI, subscribers.ReadIncidents, aboutZone, s.apiIncidents}, subscribers.ScopeRead},
		{route{"POST /api/incidents/{id}/ack", doorAPI, subscribers.AckIncidents, aboutIncident, s.apiAck}, subscribers.ScopeFollow},
		{route{"GET /api/dead", doorAPI, subscribers.ReadDead, aboutEverywhere, s.apiDead}, subscribers.ScopeOperate},
		{route{"POST /api/dead/replay", doorAPI, subscribers.Replay, aboutEverywhere, s.apiReplayAll}, subscribers.ScopeOperate},
		{route{"POST /api/dead/{id}/replay", doorAPI, subscribers.Replay, aboutEverywhere, s.apiReplay}, subscribers.ScopeOperate},
	}
}

// apiPeopleRoutes are for programs: who there is, and what they want.
func (s *server) apiPeopleRoutes() []apiRoute {
	return []apiRoute{
		{route{"GET /api/officers", doorAPI, subscribers.ReadOfficers, aboutZone, s.apiOfficers}, subscribers.ScopeRead},
		{route{"GET /api/budget", doorAPI, subscribers.ReadBudget, aboutZone, s.apiBudget}, subscribers.ScopeRead},
		{route{"GET /api/partnerships/{id}/absences", doorAPI, subscribers.ReadAbsences, aboutPartnership, s.apiAbsences}, subscribers.ScopeRead},
		{route{"PUT /api/partnerships/{id}/absences", doorAPI, subscribers.SetAbsences, aboutPartnership, s.apiSetAbsences}, subscribers.ScopeMembers},
		{route{"GET /api/members/{id}/rest", doorAPI, subscribers.ReadMembers, aboutMember, s.apiRest}, subscribers.ScopeMembers},
		{route{"PUT /api/members/{id}/rest", doorAPI, subscribers.ChangeMembers, aboutMember, s.apiSetRest}, subscribers.ScopeMembers},
		{route{"GET /api/digests", doorAPI, subscribers.ReadDigests, aboutZone, s.apiDigests}, subscribers.ScopeRead},
		{route{"GET /api/digests/{partnership}/{date}", doorAPI, subscribers.ReadDigests, aboutPartnership, s.apiDigest}, subscribers.ScopeRead},
		{route{"POST /api/digests/{partnership}/{date}/hold", doorAPI, subscribers.ChangeDigests, aboutPartnership, s.apiChangeDigest(subscribers.HoldSlot)}, peopleOnly},
		{route{"POST /api/digests/{partnership}/{date}/release", doorAPI, subscribers.ChangeDigests, aboutPartnership, s.apiChangeDigest(subscribers.ReleaseSlot)}, peopleOnly},
		{route{"POST /api/digests/{partnership}/{date}/note", doorAPI, subscribers.ChangeDigests, aboutPartnership, s.apiChangeDigest(subscribers.NoteSlot)}, peopleOnly},
	}
}

// plainRoutes tell nothing about anybody.
func (s *server) plainRoutes() []route {
	return []route{
		{"GET /healthz", doorOpen, "", nil, s.getHealth},
		{"GET /readyz", doorOpen, "", nil, s.getReady},
		{"GET /inbox.webmanifest", doorOpen, "", nil, s.getManifest},
		{"GET /offline", doorOpen, "", nil, s.getOffline},
		{"GET /static/", doorOpen, "", nil, s.pages.static().ServeHTTP},
	}
}
