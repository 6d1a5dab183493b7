package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

func (w *world) AddInvitation(_ context.Context, i subscribers.Invitation, _ int) error {
	if w.noMoreInvitations {
		return subscribers.ErrTooMany
	}
	w.invitations = append(w.invitations, i)
	return nil
}

func (w *world) Invitation(_ context.Context, id subscribers.InvitationID) (subscribers.Invitation, error) {
	for _, i := range w.invitations {
		if i.ID == id {
			return i, nil
		}
	}
	return subscribers.Invitation{}, subscribers.ErrNotFound
}

func (w *world) Invitations(context.Context, broker.PartnershipID, int) ([]subscribers.Invitation, error) {
	return w.invitations, nil
}

func (w *world) RevokeInvitation(_ context.Context, p broker.PartnershipID, id subscribers.InvitationID, at time.Time) error {
	for n, i := range w.invitations {
		if i.ID == id && i.Partnership == p {
			w.invitations[n].Revoked = at
		}
	}
	return nil
}

func (w *world) UseInvitation(_ context.Context, p broker.PartnershipID, id subscribers.InvitationID, _ time.Time) error {
	for n, i := range w.invitations {
		if i.ID == id && i.Partnership == p {
			w.invitations[n].Used++
		}
	}
	return nil
}

// invited is the token of an invitation.
func (w *world) invited(n int) string {
	return w.caps.Token(subscribers.CanBeInvited, channels.DeliveryID(w.invitations[n].ID))
}

const invitationsPath = partnershipPath + "invitations"

// A coordinator makes a link, sends it from their own telephone, and learns that
// it was followed but not by whom.
func TestInvitationIsPassedOn(t *testing.T) {
	w := copier(t)
	made := w.post(invitationsPath, url.Values{}).Header().Get("Location")
	page := w.get(made + "&lang=en").Body.String()
	link := publicURL + "/i/" + w.invited(0)
	for _, want := range []string{link, `<path class="dark" d="M4 4h1v1h-1z`, `href="sms:?&amp;body=Bonjour%2C%20la%20police`, `href="mailto:?subject=Invitation`, "0 people have signed up", "ZgotmplZ"} {
		if got := strings.Contains(page, want); got == (want == "ZgotmplZ") {
			t.Errorf("the page has %q: %v", want, got)
		}
	}
	w.cookie = nil
	join := w.get("/i/" + w.invited(0)).Header().Get("Location")
	if body := w.get(join).Body.String(); !strings.HasPrefix(join, "/join/tilleuls?") || !strings.Contains(body, `name="invited" value="`+w.invited(0)) {
		t.Fatalf("it leads to %q", join)
	}
	w.post("/join/tilleuls", with(goodJoin(), "invited", w.invited(0)))
	if got := w.invitations[0].Used; got != 1 || len(w.applications) != 1 {
		t.Errorf("counted %d times, %d applications", got, len(w.applications))
	}
	for _, nonsense := range []string{"forged", w.caps.Token(subscribers.CanBeInvited, letterID)} {
		if got := w.post("/join/tilleuls", with(goodJoin(), "invited", nonsense)).Code; got != http.StatusSeeOther {
			t.Errorf("%q keeps somebody from joining: got %d", nonsense, got)
		}
	}
}

// One that was taken back, has ended or is not ours says what to do next.
func TestInvitationThatIsOver(t *testing.T) {
	w := copier(t)
	w.post(invitationsPath, url.Values{})
	w.post(invitationsPath, url.Values{"revoke": {w.invitations[0].ID.String()}})
	if answer := w.get("/i/" + w.invited(0) + "?lang=en"); answer.Code != http.StatusGone || !strings.Contains(answer.Body.String(), "Ask the person who gave it to you") {
		t.Errorf("taken back: got %d", answer.Code)
	}
	w.post(invitationsPath, url.Values{})
	w.now = w.now.Add(subscribers.InvitationValidity)
	if got := w.get("/i/" + w.invited(1)).Code; got != http.StatusGone {
		t.Errorf("a month later: got %d", got)
	}
	if got := w.get("/i/forged").Code; got != http.StatusForbidden {
		t.Errorf("forged: got %d", got)
	}
	w.noMoreInvitations = true
	w.withCoordinator() // that session is over too
	if answer := w.post(invitationsPath+"?lang=en", url.Values{}); answer.Code != http.StatusTooManyRequests || !strings.Contains(answer.Body.String(), "the poster works too") {
		t.Errorf("one too many: got %d", answer.Code)
	}
}
