package web

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"github.com/boombuler/barcode/qr"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Roll is who belongs to a partnership.
type Roll interface {
	// Members returns at most limit people of an audience, by id, beginning after the given one.
	Members(ctx context.Context, a subscribers.Audience, after subscribers.MemberID, limit int) ([]subscribers.Member, error)
	// Unreachable counts the members who have no usable contact on any channel.
	Unreachable(ctx context.Context, p broker.PartnershipID) (int, error)
}

// shownMembers is how many names are listed before the launch.
const shownMembers = 500

// membersPage says how many members there are and how they are reached. Names
// stand there until the partnership is launched, numbers never (PLP.md, rule 11).
type membersPage struct {
	view
	Partnership string
	Count       string
	Reach       []reachLine
	Unreachable string // empty: everybody has a channel
	Begun       bool   // messages are sent: counts only
	Names       []memberName
	Join        string // the address of the page where people join
	Poster      string
	Invite      string // where one person is invited; empty: the reader may not
	Paper       string // where a signed form is copied; empty: the reader may not
}

type reachLine struct{ Channel, People string }

type memberName struct{ Name, Ways string }

func (s *server) getInboxMembers(w http.ResponseWriter, r *http.Request, partnership subscribers.Partnership) {
	p := membersPage{view: s.partnershipView(r, partnership, "members"), Partnership: partnership.Name, Begun: partnership.Begun()}
	p.Title, p.Join = p.T("members.title"), s.joinURL(partnership)
	p.Poster = p.URL("/inbox/partnerships/" + string(partnership.ID) + "/poster")
	if callerOf(r.Context()).mayAlso(subscribers.AddMembers, subscribers.Scope{Zone: partnership.Zone, Partnership: partnership.ID}) {
		p.Paper = p.URL("/inbox/partnerships/" + string(partnership.ID) + "/paper")
		p.Invite = p.URL("/inbox/partnerships/" + string(partnership.ID) + "/invitations")
	}
	err := s.fillReach(r.Context(), &p, partnership.ID)
	if err == nil && !p.Begun {
		err = s.fillNames(r.Context(), &p, partnership.ID)
	}
	if err != nil {
		s.failPage(w, r, "count the members", err)
		return
	}
	s.show(w, r, http.StatusOK, "members", p)
}

func (s *server) fillReach(ctx context.Context, p *membersPage, id broker.PartnershipID) error {
	members, byChannel, err := s.Records.Reach(ctx, id)
	if err != nil {
		return fmt.Errorf("count members: %w", err)
	}
	p.Count = p.N("happens.members", members)
	for _, name := range []channels.Name{channels.SMS, channels.Push, channels.Email, channels.Voice} {
		if n := byChannel[name]; n > 0 {
			p.Reach = append(p.Reach, reachLine{p.T("channel." + string(name)), p.N("happens.members", n)})
		}
	}
	unreachable, err := s.Roll.Unreachable(ctx, id)
	if err == nil && unreachable > 0 {
		p.Unreachable = p.N("members.unreachable", unreachable)
	}
	return err
}

// fillNames lists who takes part, with the ways to reach them and not the addresses.
func (s *server) fillNames(ctx context.Context, p *membersPage, id broker.PartnershipID) error {
	members, err := s.Roll.Members(ctx, subscribers.Audience{Partnership: id}, subscribers.MemberID{}, shownMembers)
	if err != nil {
		return fmt.Errorf("list members: %w", err)
	}
	for _, m := range members {
		var ways []string
		for _, name := range []channels.Name{channels.SMS, channels.Push, channels.Email, channels.Voice} {
			if len(m.Reachable(name)) > 0 {
				ways = append(ways, p.T("channel."+string(name)))
			}
		}
		if len(ways) == 0 {
			ways = []string{p.T("members.noway")}
		}
		p.Names = append(p.Names, memberName{m.Name, strings.Join(ways, ", ")})
	}
	return nil
}

// joinURL is where people join a partnership, as a poster has it.
func (s *server) joinURL(p subscribers.Partnership) string {
	return s.options.PublicURL + "/join/" + string(p.ID)
}

// posterPage is a sheet for the notice board, in the languages of the partnership.
type posterPage struct {
	view
	Partnership string
	Ready       bool // people can join
	Parts       []posterPart
	Side        int // of the code, in modules
	Code        template.HTMLAttr
	Join        string
}

// posterPart is the invitation in one language.
type posterPart struct {
	Lang                    broker.Lang
	Title, Text, Free, Scan string
}

func (s *server) getPoster(w http.ResponseWriter, r *http.Request, partnership subscribers.Partnership) {
	p := posterPage{view: s.partnershipView(r, partnership, "members"), Partnership: partnership.Name, Join: s.joinURL(partnership)}
	p.Title, p.Ready = p.T("poster.title"), partnership.Stage == subscribers.StageLaunched
	var err error
	if p.Side, p.Code, err = qrPath(p.Join); err != nil {
		s.failPage(w, r, "draw the code", err)
		return
	}
	for _, lang := range partnership.Languages {
		say := func(key string) string { return s.texts[lang].say(key, "partnership", partnership.Name) }
		p.Parts = append(p.Parts, posterPart{lang, say("poster.join"), say("poster.text"), say("poster.free"), say("poster.scan")})
	}
	s.show(w, r, http.StatusOK, "poster", p)
}

// qrPath draws a QR code as the path of an SVG picture, one square a module, and
// says how many modules a side has, with the quiet zone around it (ISO/IEC 18004).
func qrPath(text string) (side int, path template.HTMLAttr, err error) {
	const quiet = 4
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return 0, "", fmt.Errorf("encode: %w", err)
	}
	n := code.Bounds().Dx()
	var d strings.Builder
	for y := range n {
		for x := range n {
			if dark, _, _, _ := code.At(x, y).RGBA(); dark == 0 {
				fmt.Fprintf(&d, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	return n + 2*quiet, template.HTMLAttr(`d="` + d.String() + `"`), nil //nolint:gosec // digits and five letters
}
