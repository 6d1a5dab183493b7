package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"relais/subscribers"
)

// BeginSignIn implements SignIns.
func (w *world) BeginSignIn(_ context.Context, one subscribers.SignIn) error {
	w.devices = append(w.devices, one)
	return nil
}

// SignIn implements SignIns.
func (w *world) SignIn(_ context.Context, id uuid.UUID, now time.Time) (subscribers.SignIn, error) {
	for _, one := range w.devices {
		if one.ID == id && now.Before(one.Expires) {
			return one, nil
		}
	}
	return subscribers.SignIn{}, subscribers.ErrNotFound
}

// SeeSignIn implements SignIns.
func (w *world) SeeSignIn(_ context.Context, id uuid.UUID, at time.Time) error {
	for i := range w.devices {
		if w.devices[i].ID == id {
			w.devices[i].Seen = at
		}
	}
	return nil
}

// SignInsOf implements SignIns.
func (w *world) SignInsOf(_ context.Context, account subscribers.MemberID, _ time.Time) ([]subscribers.SignIn, error) {
	return slices.DeleteFunc(slices.Clone(w.devices), func(one subscribers.SignIn) bool { return one.Account != account }), nil
}

// EndSignIn implements SignIns.
func (w *world) EndSignIn(_ context.Context, account subscribers.MemberID, id uuid.UUID) error {
	w.devices = slices.DeleteFunc(w.devices, func(one subscribers.SignIn) bool { return one.ID == id && one.Account == account })
	return nil
}

// EndOtherSignIns implements SignIns.
func (w *world) EndOtherSignIns(_ context.Context, account subscribers.MemberID, but uuid.UUID) error {
	w.devices = slices.DeleteFunc(w.devices, func(one subscribers.SignIn) bool { return one.ID != but && one.Account == account })
	return nil
}

// signsIn signs Luc in by an invitation, from a browser that calls itself so.
func (r *enrolled) signsIn(userAgent string) *http.Cookie {
	r.t.Helper()
	r.cookie = nil
	answer := r.do(request{method: http.MethodPost, path: r.invitation(), form: url.Values{}, header: map[string]string{"User-Agent": userAgent}})
	if answer.Code != http.StatusSeeOther {
		r.t.Fatalf("signing in: got %d", answer.Code)
	}
	return r.took(answer)
}

const (
	firefoxOnWindows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0"
	safariOnIPhone   = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)

// Somebody sees where they are signed in, and signs out there.
func TestSigningOutElsewhere(t *testing.T) {
	r := withRegister(t)
	phone, desk := r.signsIn(safariOnIPhone), r.signsIn(firefoxOnWindows)
	lost := r.signsIn("curl/8.5.0")
	in := func(c *http.Cookie) bool {
		r.cookie = c
		return r.get("/people?zone=demo").Code == http.StatusOK
	}
	if !in(phone) || !in(lost) || !in(desk) {
		t.Fatal("not everybody is in")
	}
	body := r.get("/account?lang=en").Body.String()
	for _, want := range []string{"Safari, iPhone", "Firefox, Windows", "A browser that is not known", "this device", "Sign out everywhere else"} {
		if !strings.Contains(body, want) {
			t.Errorf("the account lacks %q", want)
		}
	}
	if strings.Count(body, "/account/devices/") != 3 { // two devices, and all of them
		t.Errorf("the page offers to sign out %d times", strings.Count(body, "/account/devices/"))
	}
	answer := r.post("/account/devices/"+r.devices[0].ID.String()+"/end?lang=en", url.Values{})
	if location := answer.Header().Get("Location"); location != "/account?ended&lang=en" || !strings.Contains(r.get(location).Body.String(), "signed out") {
		t.Errorf("ending one led to %q", answer.Header().Get("Location"))
	}
	if in(phone) || !in(lost) || !in(desk) {
		t.Error("not that one alone was signed out")
	}
	r.post("/account/devices/end", url.Values{})
	if in(lost) || !in(desk) {
		t.Error("not all others were signed out")
	}
	r.post("/signout", url.Values{})
	if in(desk) || len(r.devices) > 0 {
		t.Error("a session that was kept aside works after signing out")
	}
}

// Nobody signs others out.
func TestDevicesAreOnesOwn(t *testing.T) {
	r := withRegister(t)
	r.signsIn(safariOnIPhone)
	luc := r.devices[0]
	r.signInAs("Eva", subscribers.Post{Role: subscribers.PostAdmin, Zone: "demo"})
	r.post("/account/devices/"+luc.ID.String()+"/end", url.Values{})
	r.post("/account/devices/end", url.Values{})
	if !slices.Contains(r.devices, luc) {
		t.Error("somebody else's device was signed out")
	}
	if got := r.post("/account/devices/seven/end", url.Values{}).Code; got != http.StatusNotFound {
		t.Errorf("a device that is none: got %d", got)
	}
}

func TestDevicesAreSeenEveryFewMinutes(t *testing.T) {
	r := withRegister(t)
	r.signsIn(firefoxOnWindows)
	first := r.now
	for _, later := range []time.Duration{4 * time.Minute, 5 * time.Minute} {
		r.now = first.Add(later)
		r.get("/people?zone=demo")
		want := first
		if later == 5*time.Minute {
			want = r.now
		}
		if got := r.devices[0].Seen; !got.Equal(want) {
			t.Errorf("after %s: seen %v, want %v", later, got, want)
		}
	}
	r.now = first.Add(sessionLasts)
	if got := r.get("/people?zone=demo").Code; got != http.StatusSeeOther {
		t.Errorf("after twelve hours: got %d", got)
	}
}
