package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"relais/channels"
	"relais/subscribers"
)

// administered is the world as Luc, administrator of the zone, sees it.
func administered(t *testing.T) *enrolled {
	t.Helper()
	r := withRegister(t)
	a := r.signInAs("Luc Thys", subscribers.Post{Role: subscribers.PostAdmin, Zone: "demo"})
	r.holders[0].ID = a.ID
	return r
}

func TestInvitingSomebody(t *testing.T) {
	r := administered(t)
	page := r.post("/people?zone=demo&lang=en", url.Values{"name": {"Eva  Claes"}, "email": {"Eva@Example.be"}, "post": {"deputy/tilleuls"}, "reads": {"nl"}})
	if page.Code != http.StatusOK || !strings.Contains(page.Body.String(), "An invitation is on its way to Eva Claes") || strings.Contains(page.Body.String(), "/signin/invited/") {
		t.Fatalf("got %d\n%s", page.Code, page.Body)
	}
	letter := <-r.mailed
	if !strings.HasPrefix(letter.Body, "Dag Eva Claes") {
		t.Errorf("the letter begins %.30q", letter.Body)
	}
	if list := r.get("/people?zone=demo&lang=en").Body.String(); !strings.Contains(list, "<strong>Eva Claes</strong> · Deputy") {
		t.Error("she is not on the list")
	}
	if strings.Contains(r.log.String(), "Eva") || strings.Contains(r.log.String(), "eva") || !strings.Contains(r.log.String(), "post given") {
		t.Errorf("the log:\n%s", r.log)
	}
}

// failing is a mail server that takes nothing.
type failing struct{}

func (failing) Mail(context.Context, channels.Address, PassLetter) error {
	return errors.New("no route")
}

// Where no email can go, the link is shown, and works.
func TestInvitingWithoutMail(t *testing.T) {
	for name, mailer := range map[string]Mailer{"not configured": nil, "down": failing{}} {
		r := administered(t)
		r.server.Mailer = mailer
		page := r.post("/people/"+deputyID.String()+"/invite?zone=demo&lang=en", url.Values{"post": {"committee/tilleuls"}})
		link := regexp.MustCompile(`/signin/invited/[\w-]+`).FindString(page.Body.String())
		if page.Code != http.StatusOK || link == "" || !strings.Contains(page.Body.String(), "Hand this link to Marc Thiry") {
			t.Fatalf("%s: got %d\n%s", name, page.Code, page.Body)
		}
		if strings.Contains(r.log.String(), strings.TrimPrefix(link, "/signin/invited/")) {
			t.Errorf("%s: the log holds the link", name)
		}
	}
}

// What was typed stays, with what is wrong beside it.
func TestInvitingWithFaults(t *testing.T) {
	r := administered(t)
	for _, test := range []struct {
		form url.Values
		want string
	}{
		{url.Values{"name": {" "}, "email": {"eva@example.be"}, "post": {"officer"}}, `id="name-fault"`},
		{url.Values{"name": {"Eva"}, "email": {"eva"}, "post": {"officer"}}, `id="email-fault"`},
		{url.Values{"name": {"Eva"}, "email": {"eva@example.be"}, "post": {""}}, `id="post-fault"`},
		{url.Values{"name": {"Eva"}, "email": {"eva@example.be"}, "post": {"coordinator/canal"}}, `id="post-fault"`},
		{url.Values{"name": {"Eva"}, "email": {"eva@example.be"}, "post": {"member/tilleuls"}}, `id="post-fault"`},
		{url.Values{"name": {"Dora Petit"}, "email": {"dora@example.be"}, "post": {"deputy/tilleuls"}}, "join it again themselves"},
	} {
		page := r.post("/people?zone=demo&lang=en", test.form)
		body := page.Body.String()
		if page.Code != http.StatusUnprocessableEntity || !strings.Contains(body, test.want) || !strings.Contains(body, `value="`+test.form.Get("email")+`"`) {
			t.Errorf("%v: got %d, lacks %s", test.form, page.Code, test.want)
		}
		wellFormed(t, test.want, page)
	}
	if len(r.mailed) > 0 || len(r.holders) != 4 {
		t.Error("somebody was invited")
	}
}

func TestEndingAPost(t *testing.T) {
	r := administered(t)
	end := func(id subscribers.MemberID, post string) (int, string) {
		page := r.post("/people/"+id.String()+"/end?zone=demo&lang=en", url.Values{"post": {post}})
		return page.Code, page.Body.String()
	}
	for _, test := range []struct {
		id         subscribers.MemberID
		post, want string
		code       int
	}{
		{r.holders[0].ID, "admin", "This is you", 409},
		{coordinatorID, "coordinator/tilleuls", "Without a coordinator nothing is sent", 409},
		{coordinatorID, "deputy/tilleuls", "no longer has that post", 409},
		{deputyID, "committee/tilleuls", "Marc Thiry no longer has this post", 200},
		{deputyID, "committee/tilleuls", "no longer has that post", 409},
	} {
		if code, body := end(test.id, test.post); code != test.code || !strings.Contains(body, test.want) {
			t.Errorf("%s: got %d, lacks %q", test.post, code, test.want)
		}
	}
	if len(r.holders) != 3 {
		t.Errorf("%d posts are left, want 3", len(r.holders))
	}
}

// Nobody loses by an invitation what could not be ended: people have one role in
// a place.
func TestInvitingKeepsWhatIsNeeded(t *testing.T) {
	r := administered(t)
	me := r.at[channels.NewAddress("luc@police.example")][0]
	r.holders[0].ID = me.ID
	page := r.post("/people?zone=demo&lang=en", url.Values{"name": {"luc thys"}, "email": {"luc@police.example"}, "post": {"officer"}})
	if page.Code != http.StatusUnprocessableEntity || !strings.Contains(page.Body.String(), "last administrator") {
		t.Errorf("the last administrator: got %d", page.Code)
	}
}
