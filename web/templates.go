package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/subscribers"
)

// Templates keeps the texts of a zone.
type Templates interface {
	// Templates returns those of a zone, by kind and name; Template returns one,
	// or subscribers.ErrNotFound.
	Templates(ctx context.Context, zone broker.ZoneID) ([]subscribers.Template, error)
	Template(ctx context.Context, id subscribers.TemplateID) (subscribers.Template, error)
	// SaveTemplate writes one, new or in place of the one with its id.
	SaveTemplate(ctx context.Context, t subscribers.Template) error
	// DropTemplate deletes one; one that is not there stays so.
	DropTemplate(ctx context.Context, id subscribers.TemplateID) error
}

// templatesPage lists them by kind.
type templatesPage struct {
	view
	Zone  broker.ZoneID
	Zones []zoneLink
	Kinds []templatesOf
}

type templatesOf struct {
	Name, Example, New string
	Templates          []templateLine
}

type templateLine struct{ Name, URL, Changed, Languages string }

// templatePage is the form for one.
type templatePage struct {
	view
	List, Post, ID, Zone, Kind, KindName string
	Name, NameFault                      string
	Texts                                []textField
	TextsFault                           string
	Faults                               []faultLine
	By, ByFault                          string
	Changed                              string // empty: it is new
	MaxTitle, MaxBody                    int
}

func (s *server) getTemplates(w http.ResponseWriter, r *http.Request) {
	p := templatesPage{view: s.deskView(r)}
	p.Title = p.T("templates.title")
	zones, err := s.myZones(r.Context())
	if err != nil || len(zones) == 0 {
		s.failPage(w, r, "list zones", orNotFound(err))
		return
	}
	p.Zone = chosenZone(zones, broker.ZoneID(r.URL.Query().Get("zone")))
	p.Zones = p.zoneLinks("/templates", zones, p.Zone)
	kept, err := s.Templates.Templates(r.Context(), p.Zone)
	if err != nil {
		s.failPage(w, r, "list templates", err)
		return
	}
	for _, kind := range broker.Kinds() {
		of := templatesOf{Name: p.Kind(kind), Example: p.T("kind." + string(kind)), New: p.URL(fmt.Sprintf("/templates/new?kind=%s&zone=%s", kind, p.Zone))}
		for _, one := range kept {
			if one.Kind == kind {
				of.Templates = append(of.Templates, templateLine{one.Name, p.URL("/templates/" + one.ID.String()),
					p.T("templates.changed", "by", one.By, "when", p.When(one.Changed)), languageNames(languagesOf(one.Texts))})
			}
		}
		p.Kinds = append(p.Kinds, of)
	}
	s.show(w, r, http.StatusOK, "templates", p)
}

// zoneLinks lead to the same page of another zone; nothing where there is one.
func (v view) zoneLinks(path string, zones []broker.ZoneID, here broker.ZoneID) []zoneLink {
	if len(zones) < 2 {
		return nil
	}
	links := make([]zoneLink, len(zones))
	for i, zone := range zones {
		links[i] = zoneLink{zone, v.URL(path + "?zone=" + string(zone)), zone == here}
	}
	return links
}

func languagesOf(texts map[broker.Lang]broker.Text) []broker.Lang {
	return slices.DeleteFunc(slices.Clone(broker.Langs()), func(l broker.Lang) bool { _, has := texts[l]; return !has })
}

func (s *server) getNewTemplate(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	zones, err := s.myZones(r.Context())
	kind := broker.Kind(q.Get("kind"))
	if err != nil || len(zones) == 0 || !slices.Contains(broker.Kinds(), kind) {
		s.failPage(w, r, "begin a template", orNotFound(err))
		return
	}
	s.showTemplate(w, r, http.StatusOK, subscribers.Template{Zone: chosenZone(zones, broker.ZoneID(q.Get("zone"))), Kind: kind}, nil)
}

func (s *server) getTemplate(w http.ResponseWriter, r *http.Request) {
	one, err := s.namedTemplate(r)
	if err != nil {
		s.failPage(w, r, "read the template", err)
		return
	}
	s.showTemplate(w, r, http.StatusOK, one, nil)
}

func (s *server) namedTemplate(r *http.Request) (subscribers.Template, error) {
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		return subscribers.Template{}, subscribers.ErrNotFound
	}
	one, err := s.Templates.Template(r.Context(), subscribers.TemplateID{UUID: id})
	if err != nil {
		return one, fmt.Errorf("read template: %w", err)
	}
	return one, nil
}

// postNewTemplate keeps a new text. The page gave it its id, so that a form sent
// twice keeps it once.
func (s *server) postNewTemplate(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.refuseForm(w, r, err)
		return
	}
	id, err := uuid.Parse(r.PostForm.Get("id"))
	kind := broker.Kind(r.PostForm.Get("kind"))
	if err != nil || !slices.Contains(broker.Kinds(), kind) {
		s.refusePage(w, r, http.StatusBadRequest)
		return
	}
	one := subscribers.Template{ID: subscribers.TemplateID{UUID: id}, Zone: broker.ZoneID(r.PostForm.Get("zone")), Kind: kind}
	if before, err := s.Templates.Template(r.Context(), one.ID); err == nil && before.Zone != one.Zone {
		s.refusePage(w, r, http.StatusBadRequest)
		return
	} else if err != nil && !errors.Is(err, subscribers.ErrNotFound) {
		s.failPage(w, r, "read the template", err)
		return
	}
	s.saveTemplate(w, r, one)
}

func (s *server) postTemplate(w http.ResponseWriter, r *http.Request) {
	one, err := s.namedTemplate(r)
	if err != nil {
		s.failPage(w, r, "read the template", err)
		return
	}
	if err := r.ParseForm(); err != nil {
		s.refuseForm(w, r, err)
		return
	}
	if r.PostForm.Get("action") != "drop" {
		s.saveTemplate(w, r, one)
		return
	}
	if err := s.Templates.DropTemplate(r.Context(), one.ID); err != nil {
		s.failPage(w, r, "delete the template", err)
		return
	}
	http.Redirect(w, r, s.deskView(r).URL("/templates?zone="+string(one.Zone)), http.StatusSeeOther)
}

func (s *server) saveTemplate(w http.ResponseWriter, r *http.Request, one subscribers.Template) {
	typed := readForm(r.PostForm)
	one.Name, one.Texts, one.Changed = oneLine(r.PostForm.Get("name")), typed.Texts, s.Now().UTC().Truncate(time.Second)
	one.By = callerOf(r.Context()).called(typed.Author)
	if wrong := templateFaults(one); len(wrong) > 0 {
		s.showTemplate(w, r, http.StatusUnprocessableEntity, one, wrong)
		return
	}
	if err := s.Templates.SaveTemplate(r.Context(), one); err != nil {
		s.failPage(w, r, "save the template", err)
		return
	}
	http.Redirect(w, r, s.deskView(r).URL("/templates?zone="+string(one.Zone)), http.StatusSeeOther)
}

// templateFaults finds what no message could be sent with; what points at a
// person is looked for when it is sent.
func templateFaults(one subscribers.Template) faults {
	wrong := make(faults)
	if one.Name == "" || len([]rune(one.Name)) > subscribers.MaxTemplateName {
		wrong["name"] = "fault.name"
	}
	if one.By == "" || len([]rune(one.By)) > maxBy {
		wrong["author"] = "fault.author"
	}
	if len(one.Texts) == 0 {
		wrong["texts"] = "fault.texts"
	}
	for lang, text := range one.Texts {
		alone := broker.Message{
			ID: broker.NewMessageID(), Revision: 1, Zone: "any", Author: "any", Sent: one.Changed, Expires: one.Changed.Add(time.Hour),
			Kind: broker.Info, MsgType: broker.TypeAlert, Urgency: broker.Future, Severity: broker.SeverityUnknown,
			Certainty: broker.CertaintyUnknown, Override: "a template", Texts: map[broker.Lang]broker.Text{lang: text},
		}
		wrong.note(alone.Validate())
	}
	return wrong
}

func (s *server) showTemplate(w http.ResponseWriter, r *http.Request, status int, one subscribers.Template, wrong faults) {
	p := templatePage{view: s.deskView(r), Zone: string(one.Zone), Kind: string(one.Kind), Name: one.Name, By: one.By,
		MaxTitle: broker.MaxTitle, MaxBody: broker.MaxBody}
	p.KindName = p.view.Kind(one.Kind)
	p.Title = p.T("templates.one", "kind", p.KindName)
	p.List, p.Post, p.ID = p.URL("/templates?zone="+p.Zone), p.URL("/templates"), r.PostFormValue("id")
	if r.PathValue("id") != "" {
		p.Post, p.Changed = p.URL("/templates/"+one.ID.String()), p.T("templates.changed", "by", one.By, "when", p.When(one.Changed))
	} else if p.ID == "" {
		p.ID = uuid.Must(uuid.NewV7()).String()
	}
	fields := []string{"name", "texts"}
	for _, lang := range broker.Langs() {
		fields = append(fields, "title."+string(lang), "body."+string(lang))
	}
	for _, field := range append(fields, "author") {
		if key, ok := wrong[field]; ok {
			p.Faults = append(p.Faults, faultLine{field, p.T(key, "title", broker.MaxTitle, "body", broker.MaxBody, "name", subscribers.MaxTemplateName)})
		}
	}
	said := func(field string) string {
		for _, f := range p.Faults {
			if f.Field == field {
				return f.Text
			}
		}
		return ""
	}
	p.NameFault, p.TextsFault, p.ByFault = said("name"), said("texts"), said("author")
	for _, lang := range broker.Langs() {
		t := one.Texts[lang]
		p.Texts = append(p.Texts, textField{Lang: lang, Name: languageName(lang), Title: t.Title, Body: t.Body, TitleLabel: p.T("compose.texttitle"), BodyLabel: p.T("compose.textbody"),
			TitleFault: said("title." + string(lang)), BodyFault: said("body." + string(lang))})
	}
	s.show(w, r, status, "template", p)
}

// fillTemplates offers the zone's own texts beside the example.
func (s *server) fillTemplates(ctx context.Context, p *composePage) error {
	if p.ExampleURL == "" {
		return nil
	}
	kept, err := s.Templates.Templates(ctx, p.Form.Zone)
	if err != nil {
		return fmt.Errorf("list templates: %w", err)
	}
	for _, one := range kept {
		if one.Kind == p.Form.Kind {
			q := url.Values{"template": {one.ID.String()}, "kind": {string(one.Kind)}, "zone": {string(one.Zone)}}
			if p.Form.Reference != "" {
				q.Set("ref", p.Form.Reference)
			}
			p.Templates = append(p.Templates, action{one.Name, p.URL("/messages/new?" + q.Encode())})
		}
	}
	return nil
}

// templated begins with a text of the zone; one that is gone leaves the form empty.
func (s *server) templated(ctx context.Context, f form, id string) (form, error) {
	parsed, err := uuid.Parse(id)
	if err != nil {
		return f, nil
	}
	one, err := s.Templates.Template(ctx, subscribers.TemplateID{UUID: parsed})
	switch {
	case errors.Is(err, subscribers.ErrNotFound), err == nil && (one.Zone != f.Zone || one.Kind != f.Kind):
		return f, nil
	case err != nil:
		return f, fmt.Errorf("read template: %w", err)
	}
	f.Texts = one.Texts
	return f, nil
}

// ownBrackets finds what a text of the zone left to fill in and nobody did.
func (s *server) ownBrackets(ctx context.Context, zone broker.ZoneID, kind broker.Kind, texts map[broker.Lang]broker.Text) (left []broker.Fault, err error) {
	kept, err := s.Templates.Templates(ctx, zone)
	if err != nil {
		return nil, fmt.Errorf("list templates: %w", err)
	}
	for _, one := range kept {
		if one.Kind == kind {
			left = append(left, leftOf(one.Texts, texts)...)
		}
	}
	return left, nil
}
