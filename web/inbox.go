package web

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"relais/broker"
	"relais/subscribers"
)

// shownTexts is how many texts of members the inbox lists for a partnership.
const shownTexts = 10

// inboxPage is what waits for somebody who decides, over all their partnerships.
type inboxPage struct {
	view
	Waiting []inboxQuestion
	Texts   []inboxText
	Flashes []inboxFlash
	Wrong   []inboxNote // what went wrong, and the police see to
	Owed    []inboxNote // on what the police still owe word
	Next    []string    // what comes next, and when
	Push    pushOffer
	Mine    []inboxPartnership
	Events  string // where it is told of changes
}

// inboxQuestion is one message that waits for an answer, with the form to give it.
type inboxQuestion struct {
	URL, Partnership string
	Until, Left      string
	Head             messageHead
	Text             text
	Standing         *standing
	Happens          string
	Deciding         deciding
}

// inboxText is what a member wrote.
type inboxText struct{ Partnership, Name, Text, When string }

// inboxFlash is an infoflash that will leave.
type inboxFlash struct{ URL, Partnership, Leaves, People, Held string }

// inboxNote is something to know; there is nothing to do about it here.
type inboxNote struct {
	Partnership, Title, Text string
	Lang                     broker.Lang
}

// inboxPartnership leads to the pages about one partnership.
type inboxPartnership struct {
	Name  string
	Pages []tab
}

// personally is for pages that belong to somebody: who holds the token of the
// installation, or sits at its machine, is nobody in particular.
func (s *server) personally(do http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !callerOf(r.Context()).signedIn() {
			s.refuseToSignIn(w, r, http.StatusForbidden, "inbox.nobody")
			return
		}
		do(w, r)
	}
}

// inboxView is that of pages for somebody who decides, in their own language.
func (s *server) inboxView(r *http.Request) view {
	who := callerOf(r.Context()).account
	v := s.viewFor(r, who.Lang)
	v.Me, v.Home = who.Name, v.URL("/inbox")
	return v
}

func (s *server) getInbox(w http.ResponseWriter, r *http.Request) {
	p := inboxPage{view: s.inboxView(r)}
	p.Title, p.Push = p.T("inbox.title"), s.offerPush(p.view, "/inbox")
	mine, err := s.inboxOf(r.Context(), callerOf(r.Context()).account)
	if err == nil {
		seen := mine.fingerprint(s.Now())
		p.Events = p.URL("/inbox/live?seen=" + hex.EncodeToString(seen[:]))
		err = s.fillInbox(r.Context(), &p, mine)
	}
	if err != nil {
		s.failPage(w, r, "show the inbox", err)
		return
	}
	s.show(w, r, http.StatusOK, "inbox", p)
}

func (s *server) fillInbox(ctx context.Context, p *inboxPage, mine inboxed) error {
	for _, q := range mine.questions {
		line, err := s.inboxQuestion(ctx, p.view.in(q.partnership), q)
		if err != nil {
			return err
		}
		p.Waiting = append(p.Waiting, line)
	}
	for _, partnership := range mine.partnerships {
		p.Mine = append(p.Mine, inboxPartnership{partnership.Name, p.tabs(partnership.ID, "")[1:]})
	}
	for _, t := range mine.texts {
		v := p.in(t.partnership)
		p.Texts = append(p.Texts, inboxText{t.partnership.Name, t.Name, t.Text, v.When(t.At)})
	}
	if err := s.fillNotes(ctx, p, mine); err != nil {
		return err
	}
	for _, c := range mine.flashes {
		v := p.in(c.partnership)
		if len(c.preview.Items) == 0 && !c.preview.Held() {
			p.Next = append(p.Next, v.T("inbox.next.empty", "partnership", c.partnership.Name, "when", v.When(c.preview.LeavesAt)))
			continue
		}
		line := inboxFlash{
			URL: p.URL("/inbox/digests/" + string(c.partnership.ID) + "/" + c.preview.Date.String()), Partnership: c.partnership.Name,
			Leaves: v.T("inbox.flash.leaves", "when", v.When(c.preview.LeavesAt)), People: v.inFlash(c.preview),
		}
		if c.preview.Held() {
			line.Held = v.T("flash.held", "by", c.preview.HeldBy, "when", v.When(c.preview.HeldAt))
		}
		p.Flashes = append(p.Flashes, line)
	}
	return nil
}

func (s *server) inboxQuestion(ctx context.Context, v view, q question) (inboxQuestion, error) {
	post := v.URL("/inbox/approvals/" + q.approval.ID.String())
	line := inboxQuestion{
		URL: post, Partnership: q.partnership.Name, Head: v.head(q.message),
		Deciding: deciding{view: v, ID: "-" + q.approval.ID.String(), Post: post, MaxNote: subscribers.MaxNote, MaxReason: maxReason},
	}
	line.Text, _ = v.textsOf(q.message, q.partnership.Languages...)
	moves, err := s.Records.Moves(ctx, q.approval.ID)
	if err != nil {
		return line, fmt.Errorf("read decisions: %w", err)
	}
	line.Standing = v.standing(q.approval, moves, q.member.Name)
	if q.approval.State == subscribers.ApprovalPending {
		end, _ := deadline(q.approval, q.message.Expires)
		line.Until, line.Left = v.until(q.approval, q.message.Expires), v.leftTo(end)
		line.Deciding.Answers.offer(v, q)
	}
	line.Happens, err = s.happens(ctx, v, q)
	return line, err
}

// inboxed is what waits for somebody.
type inboxed struct {
	partnerships []subscribers.Partnership
	questions    []question
	texts        []textFrom
	flashes      []coming
	incidents    []incidentFrom
	cases        []caseFrom
}

// textFrom is what a member wrote to the coordinator of a partnership.
type textFrom struct {
	subscribers.InboxMessage
	partnership subscribers.Partnership
}

// inboxOf reads it from each partnership in which they decide.
func (s *server) inboxOf(ctx context.Context, who subscribers.Account) (inboxed, error) {
	var mine inboxed
	for _, id := range who.Partnerships(subscribers.Decide) {
		p, err := s.Records.Partnership(ctx, id)
		if err != nil {
			return mine, fmt.Errorf("read partnership: %w", err)
		}
		mine.partnerships = append(mine.partnerships, p)
		if err := s.addInbox(ctx, &mine, who, p); err != nil {
			return mine, err
		}
	}
	slices.SortStableFunc(mine.questions, func(a, b question) int { // who must be answered first
		first, _ := deadline(a.approval, a.message.Expires)
		second, _ := deadline(b.approval, b.message.Expires)
		return cmp.Or(first.Compare(second), a.approval.Asked.Compare(b.approval.Asked))
	})
	slices.SortStableFunc(mine.texts, func(a, b textFrom) int { return b.At.Compare(a.At) })
	slices.SortStableFunc(mine.flashes, func(a, b coming) int { return a.preview.LeavesAt.Compare(b.preview.LeavesAt) })
	return mine, nil
}

func (s *server) addInbox(ctx context.Context, mine *inboxed, who subscribers.Account, p subscribers.Partnership) error {
	questions, err := s.questionsFor(ctx, who, p)
	if err != nil {
		return err
	}
	mine.questions = append(mine.questions, questions...)
	texts, err := s.MemberTexts.Inbox(ctx, p.ID, shownTexts)
	if err != nil {
		return fmt.Errorf("read texts of members: %w", err)
	}
	for _, t := range texts {
		mine.texts = append(mine.texts, textFrom{t, p})
	}
	if err := s.addNotes(ctx, mine, p); err != nil {
		return err
	}
	next, found, err := s.Infoflashes.Next(ctx, p)
	if err != nil {
		return fmt.Errorf("read the next infoflash: %w", err)
	}
	if found {
		mine.flashes = append(mine.flashes, s.comingFor(who, p, next))
	}
	return nil
}

// questionsFor are those of a partnership that somebody may decide about: whom
// the rule does not name is not asked.
func (s *server) questionsFor(ctx context.Context, who subscribers.Account, p subscribers.Partnership) ([]question, error) {
	open, err := s.Records.OpenApprovals(ctx, p.Zone)
	if err != nil {
		return nil, fmt.Errorf("list approvals: %w", err)
	}
	approvers, err := s.Absences.Approvers(ctx, p.ID)
	if err != nil {
		return nil, fmt.Errorf("list approvers: %w", err)
	}
	var found []question
	for _, a := range open {
		if a.Partnership != p.ID || !a.Rule.Approval.MayDecide(approvers, who.ID) {
			continue
		}
		m, err := s.Records.Message(ctx, a.Message, a.Revision)
		if err != nil {
			return nil, fmt.Errorf("read message: %w", err)
		}
		if q := inboxQuestionFor(who, question{approval: a, message: m, partnership: p}); !s.expired(q) {
			found = append(found, q)
		}
	}
	return found, nil
}

// inboxQuestionFor is a question as somebody who has signed in is asked it.
func inboxQuestionFor(who subscribers.Account, q question) question {
	q.lang, q.how = who.Lang, subscribers.HowInbox
	q.member = subscribers.Member{ID: who.ID, Name: who.Name, Lang: who.Lang}
	return q
}

func (s *server) comingFor(who subscribers.Account, p subscribers.Partnership, next subscribers.SlotPreview) coming {
	return coming{
		lang: who.Lang, inbox: true, partnership: p, preview: next,
		member: subscribers.Member{ID: who.ID, Name: who.Name, Lang: who.Lang},
	}
}

// inboxApproval is the page of one question, and takes its form.
func (s *server) inboxApproval(do func(w http.ResponseWriter, r *http.Request, q question)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, err := uuid.Parse(r.PathValue("id"))
		if err != nil {
			s.failPage(w, r, "open a question of the inbox", subscribers.ErrNotFound)
			return
		}
		q, err := s.questionAbout(r.Context(), subscribers.ApprovalID{UUID: id})
		if err != nil {
			s.failPage(w, r, "open a question of the inbox", err)
			return
		}
		do(w, r, inboxQuestionFor(callerOf(r.Context()).account, q))
	}
}

func (s *server) showInboxApproval(w http.ResponseWriter, r *http.Request, q question) {
	s.showQuestion(w, r, q, 0, approvalPage{})
}

// inboxDigest is the page of one infoflash to come, and takes its form.
func (s *server) inboxDigest(do func(w http.ResponseWriter, r *http.Request, c coming)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c, err := s.inboxComing(r)
		if err != nil {
			s.failPage(w, r, "open an infoflash of the inbox", err)
			return
		}
		do(w, r, c)
	}
}

func (s *server) inboxComing(r *http.Request) (coming, error) {
	var on subscribers.Date
	if on.UnmarshalText([]byte(r.PathValue("date"))) != nil {
		return coming{}, subscribers.ErrNotFound
	}
	p, err := s.Records.Partnership(r.Context(), broker.PartnershipID(r.PathValue("partnership")))
	if err != nil {
		return coming{}, fmt.Errorf("read partnership: %w", err)
	}
	preview, err := s.Infoflashes.Preview(r.Context(), p.ID, on)
	if noSlot(err) {
		return coming{}, subscribers.ErrNotFound
	}
	return s.comingFor(callerOf(r.Context()).account, p, preview), err
}

func (s *server) showInboxDigest(w http.ResponseWriter, r *http.Request, c coming) {
	s.showInfoflash(w, r, c, http.StatusOK, infoflashPage{Note: c.preview.Note})
}
