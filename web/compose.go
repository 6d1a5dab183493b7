package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"relais/broker"
	"relais/subscribers"
)

// composePage is the form for one message; its kind is chosen before.
type composePage struct {
	view
	Form         form
	KindName     string
	Example      string
	Class        string
	ExampleURL   string   // where the form begins with an example; empty: something is written
	Templates    []action // the zone's own texts to begin with
	Answers      bool
	About        *recentChoice // what it answers, corrects or withdraws, once chosen
	Choices      []recentChoice
	Partnerships []partnershipChoice
	Streets      []string // of the zone, for what is typed
	Map          *areaMap // nil: nobody has drawn an area
	Urgencies    []choice
	Severities   []choice
	Certainties  []choice
	Written      []textField // in the languages of the zone
	Further      []textField // in the others
	Missing      bool
	Faults       []faultLine
	Alike        []alikeMessage // what a colleague published already
	MayShow      bool           // the kind may carry a picture
	Face         bool           // its picture may show somebody
	Shown        *shownPicture  // nil: none
	Kept         string         // the picture, as the form keeps it
	KeptSize     string
	Previews     []previewed // what members read, for each text that has been begun
	OfferPlain   bool        // some SMS costs less without its accents
	Forecast     forecasts   // who gets it, by the plans
	MaxTitle     int
	MaxBody      int
}

type choice struct {
	Value, Name string
	On          bool
}

type recentChoice struct {
	ID, Title, Sent, Kind string
	Lang                  broker.Lang
	On                    bool
}

type partnershipChoice struct {
	ID, Name, Languages string
	On                  bool
}

type textField struct {
	Lang                  broker.Lang
	Name, Title, Body     string
	TitleLabel, BodyLabel string
	TitleFault, BodyFault string
	AltLabel, AltHint     string // empty: no picture may go with it
	Alt, AltFault         string
}

type faultLine struct{ Field, Text string }

// FaultIn is the sentence for a field, empty if it is right.
func (p composePage) FaultIn(field string) string {
	for _, f := range p.Faults {
		if f.Field == field {
			return f.Text
		}
	}
	return ""
}

func (s *server) getCompose(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	kind := broker.Kind(q.Get("kind"))
	if !slices.Contains(broker.Kinds(), kind) {
		s.refusePage(w, r, http.StatusNotFound)
		return
	}
	f := form{
		Base: broker.NewMessageID().String(), Zone: broker.ZoneID(q.Get("zone")), Kind: kind,
		MsgType: msgTypeOr(q.Get("type")), Reference: q.Get("ref"),
		Expires: s.Now().In(s.local).Add(usualValidity(kind)).Format(dateTimeLocal),
		Urgency: string(kind.UsualUrgency()), Severity: string(usualSeverity(kind)), Certainty: string(usualCertainty(kind)),
	}
	f, err := s.begun(r, f)
	if err != nil {
		s.failPage(w, r, "begin the form", err)
		return
	}
	s.showForm(w, r, http.StatusOK, f, nil)
}

// begun fills the form with what it begins with: the message to correct, a text
// of the zone, an example, or nothing.
func (s *server) begun(r *http.Request, f form) (form, error) {
	q := r.URL.Query()
	switch {
	case f.MsgType == broker.TypeUpdate:
		earlier, err := s.referenced(r.Context(), f)
		if err != nil {
			return f, fmt.Errorf("read the message to correct: %w", err)
		}
		return f.correcting(earlier, s.Now().In(s.local)), nil
	case q.Has("template"):
		return s.templated(r.Context(), f, q.Get("template"))
	case q.Has("example"):
		partnerships, err := s.Records.Partnerships(r.Context(), f.Zone)
		if err != nil {
			return f, fmt.Errorf("list partnerships: %w", err)
		}
		return s.texts.exampled(f, partnerships), nil
	}
	return f, nil
}

// referenced is the newest revision of the message that a form is about.
func (s *server) referenced(ctx context.Context, f form) (broker.Message, error) {
	id, err := broker.ParseMessageID(f.Reference)
	if err != nil {
		return broker.Message{}, subscribers.ErrNotFound
	}
	return s.Records.Latest(ctx, id)
}

func msgTypeOr(asked string) broker.MsgType {
	if t := broker.MsgType(asked); t == broker.TypeUpdate || t == broker.TypeCancel {
		return t
	}
	return broker.TypeAlert
}

func (s *server) postMessage(w http.ResponseWriter, r *http.Request) {
	f, err := s.readCompose(r)
	if err != nil {
		s.refuseForm(w, r, err)
		return
	}
	if f.Street != "" { // not chosen yet: whom it stands for is seen before it is sent
		s.showForm(w, r, http.StatusOK, f, f.unusable())
		return
	}
	who := callerOf(r.Context())
	f.Author = who.called(f.Author)
	if !slices.Contains(broker.Kinds(), f.Kind) {
		s.refusePage(w, r, http.StatusBadRequest)
		return
	}
	m, wrong := f.message(s.Now(), s.local)
	s.texts.noteBrackets(f, wrong)
	left, err := s.ownBrackets(r.Context(), f.Zone, f.Kind, f.Texts)
	if err != nil {
		s.failPage(w, r, "look for what is not filled in", err)
		return
	}
	wrong.noteLeft(left)
	m.AuthorID = who.account.ID.UUID
	if f.answers() {
		earlier, err := s.referenced(r.Context(), f)
		if err != nil && !errors.Is(err, subscribers.ErrNotFound) {
			s.failPage(w, r, "read the message it is about", err)
			return
		}
		if err != nil {
			wrong["reference"] = "fault.reference"
		}
		m.Partnerships = earlier.Partnerships // PLP.md, rule 7
	}
	if len(wrong) > 0 {
		s.showForm(w, r, http.StatusUnprocessableEntity, f, wrong)
		return
	}
	if !f.Anyway {
		alike, err := s.duplicates(r.Context(), m)
		if err != nil {
			s.failPage(w, r, "look for like messages", err)
			return
		}
		if len(alike) > 0 {
			s.showForm(w, r, http.StatusConflict, f, nil, alike...)
			return
		}
	}
	if err := s.Publisher.Publish(r.Context(), m); err != nil {
		s.Log.ErrorContext(r.Context(), "message not published", "message", m.ID, "err", err)
		s.showForm(w, r, http.StatusServiceUnavailable, f, faults{"form": "fault.publish"})
		return
	}
	v := s.deskView(r)
	http.Redirect(w, r, v.URL("/messages/"+m.ID.String()+"?published"), http.StatusSeeOther)
}

// showForm writes the form as it was filled in, with what is wrong beside each
// field, or what a colleague published already.
func (s *server) showForm(w http.ResponseWriter, r *http.Request, status int, f form, wrong faults, alike ...broker.Message) {
	p, err := s.composed(r, f, wrong)
	if err != nil {
		s.failPage(w, r, "show the form", err)
		return
	}
	p.alikeChoices(alike)
	s.show(w, r, status, "compose", p)
}

func (s *server) composed(r *http.Request, f form, wrong faults) (composePage, error) {
	p := s.composeView(r, f)
	partnerships, err := s.fillPartnerships(r.Context(), &p)
	if err != nil {
		return p, err
	}
	if err := s.fillChoices(r.Context(), &p, partnerships); err != nil {
		return p, err
	}
	p.explain(wrong)
	p.fillTexts(partnerships)
	p.fillExample()
	return p, errors.Join(s.fillTemplates(r.Context(), &p), s.fillPreviews(r.Context(), &p, partnerships), s.fillForecast(r.Context(), &p, partnerships))
}

func (s *server) composeView(r *http.Request, f form) composePage {
	p := composePage{view: s.deskView(r), Form: f, Answers: f.answers(), Missing: f.Kind == broker.Missing,
		MaxTitle: broker.MaxTitle, MaxBody: broker.MaxBody}
	p.fillPicture()
	p.KindName, p.Example, p.Class = p.Kind(f.Kind), p.T("kind."+string(f.Kind)), f.Urgency
	p.Title = p.T("compose.title."+string(f.MsgType), "kind", p.KindName)
	return p
}
