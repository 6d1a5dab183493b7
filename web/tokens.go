package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"relais/broker"
	"relais/subscribers"
)

// tokensPage shows an administrator which programs have a token of their zone,
// and lets them make and revoke tokens.
type tokensPage struct {
	view
	Zone   broker.ZoneID
	Zones  []zoneLink // more than one
	Action string
	Good   []tokenLine
	Over   []tokenLine // revoked or expired

	Name    string // as typed
	Scopes  []choice
	Lengths []choice
	Faults  faults // by field: keys of the catalogue

	Said   string // what was done
	Secret string // of the token just made: shown this once
}

// tokenLine is one token as its zone's administrator reads it.
type tokenLine struct {
	Name, Scopes, Made, Used, Ends string
	Revoke                         string // where to send the form
}

// tokenDays are how long a token may last, in days, the usual one first.
func tokenDays() []int { return []int{365, 90, 30} }

func (s *server) getTokens(w http.ResponseWriter, r *http.Request) {
	if p, ok := s.readTokens(w, r); ok {
		s.showTokens(w, r, http.StatusOK, p)
	}
}

// readTokens finds the zone of the page, and reads its form; or answers why not.
func (s *server) readTokens(w http.ResponseWriter, r *http.Request) (tokensPage, bool) {
	p := tokensPage{view: s.deskView(r), Faults: make(faults)}
	p.Title = p.T("tokens.title")
	zones, err := s.myZones(r.Context())
	if err != nil || len(zones) == 0 {
		s.failPage(w, r, "list zones", orNotFound(err))
		return p, false
	}
	if err := r.ParseForm(); err != nil {
		s.refuseForm(w, r, err)
		return p, false
	}
	p.Zone = chosenZone(zones, broker.ZoneID(r.URL.Query().Get("zone")))
	p.Action = p.URL("/tokens?zone=" + string(p.Zone))
	for _, zone := range zones {
		if len(zones) > 1 {
			p.Zones = append(p.Zones, zoneLink{zone, p.URL("/tokens?zone=" + string(zone)), zone == p.Zone})
		}
	}
	return p, true
}

// showTokens adds those that there are now, and what the form offers.
func (s *server) showTokens(w http.ResponseWriter, r *http.Request, status int, p tokensPage) {
	tokens, err := s.Tokens.Tokens(r.Context(), p.Zone)
	if err != nil {
		s.failPage(w, r, "show the tokens", fmt.Errorf("read tokens: %w", err))
		return
	}
	for _, one := range tokens {
		if one.Good(p.now) {
			p.Good = append(p.Good, p.tokenLine(one))
		} else {
			p.Over = append(p.Over, p.tokenLine(one))
		}
	}
	picked := p.Secret == "" // a token was not just made: what was chosen stays
	for _, scope := range subscribers.TokenScopes() {
		on := picked && slices.Contains(r.PostForm["scope"], string(scope))
		p.Scopes = append(p.Scopes, choice{string(scope), p.T("tokens.scope." + string(scope)), on})
	}
	for _, days := range tokenDays() {
		value := strconv.Itoa(days)
		p.Lengths = append(p.Lengths, choice{value, p.N("tokens.days", days), picked && r.PostForm.Get("days") == value})
	}
	s.show(w, r, status, "tokens", p)
}

func (p tokensPage) tokenLine(one subscribers.Token) tokenLine {
	line := tokenLine{
		Name: one.Name, Made: p.T("tokens.made", "by", one.By, "when", p.When(one.Made)), Used: p.T("tokens.unused"),
		Ends: p.T("tokens.until", "when", p.When(one.Expires)), Revoke: p.URL(fmt.Sprintf("/tokens/%s/revoke?zone=%s", one.ID, p.Zone)),
	}
	for i, scope := range one.Scopes {
		if i > 0 {
			line.Scopes += "; "
		}
		line.Scopes += p.T("tokens.scope." + string(scope))
	}
	if !one.Used.IsZero() {
		line.Used = p.T("tokens.used", "when", p.When(one.Used))
	}
	switch {
	case !one.Revoked.IsZero():
		line.Ends = p.T("tokens.revoked", "by", one.RevokedBy, "when", p.When(one.Revoked))
	case !one.Good(p.now):
		line.Ends = p.T("tokens.expired", "when", p.When(one.Expires))
	}
	return line
}

// postToken makes one, and shows its secret this once.
func (s *server) postToken(w http.ResponseWriter, r *http.Request) {
	p, ok := s.readTokens(w, r)
	if !ok {
		return
	}
	p.Name = oneLine(r.PostForm.Get("name"))
	var scopes []subscribers.TokenScope
	for _, scope := range r.PostForm["scope"] {
		scopes = append(scopes, subscribers.TokenScope(scope))
	}
	days, _ := strconv.Atoi(r.PostForm.Get("days")) // what is no number is 0, and refused
	who := callerOf(r.Context())
	one, secret, err := subscribers.NewToken(p.Zone, p.Name, scopes, who.account.Name, s.Now(), days)
	if err == nil {
		err = s.Tokens.AddToken(r.Context(), one)
	}
	var wrong *subscribers.TokenError
	switch {
	case errors.As(err, &wrong):
		p.Faults[wrong.Field] = "tokens.fault." + wrong.Field
	case errors.Is(err, subscribers.ErrTokenName):
		p.Faults["name"] = "tokens.fault.taken"
	case err != nil:
		s.failPage(w, r, "make a token", err)
		return
	}
	if len(p.Faults) > 0 {
		s.showTokens(w, r, http.StatusUnprocessableEntity, p)
		return
	}
	s.Log.InfoContext(r.Context(), "token made", "token", one.ID, "zone", one.Zone, "scopes", one.Scopes, "by", who.account.ID)
	p.Name, p.Said, p.Secret = "", p.T("tokens.said.made", "name", one.Name), secret
	s.showTokens(w, r, http.StatusOK, p)
}

// postRevoke ends one; the next call with it is refused.
func (s *server) postRevoke(w http.ResponseWriter, r *http.Request) {
	p, ok := s.readTokens(w, r)
	if !ok {
		return
	}
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		s.refusePage(w, r, http.StatusNotFound)
		return
	}
	who := callerOf(r.Context())
	if err := s.Tokens.RevokeToken(r.Context(), p.Zone, subscribers.TokenID{UUID: id}, who.account.Name, s.Now()); err != nil {
		s.failPage(w, r, "revoke a token", err)
		return
	}
	s.Log.InfoContext(r.Context(), "token revoked", "token", id, "zone", p.Zone, "by", who.account.ID)
	p.Said = p.T("tokens.said.revoked")
	s.showTokens(w, r, http.StatusOK, p)
}
