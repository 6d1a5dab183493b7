package web

import (
	"context"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"relais/broker"
	"relais/web/browsertest"
)

// Luc signs in by his invitation, adds a passkey on his account page, signs out,
// and comes back with the device alone; once in each language.
func TestPasskeyInChromium(t *testing.T) {
	ctx := browsertest.Start(t)
	for _, lang := range broker.Langs() {
		r := newWorld(t)
		server := httptest.NewUnstartedServer(nil)
		r.options.Open, r.options.PublicURL = false, localhost(t, "http://"+server.Listener.Addr().String())
		r.restart()
		luc := r.enroll()
		server.Config.Handler = r.handler
		server.Start()
		at := func(path string) string { return r.options.PublicURL + path + "?lang=" + string(lang) }
		browsertest.Do(ctx, t, browsertest.Desk(), authenticator(), chromedp.Navigate(at(luc.invitation())),
			browsertest.Follow(`button.big`),
			chromedp.Navigate(at("/account")),
			chromedp.WaitVisible(chromedp.CSS(`#passkey button`)),
			chromedp.Click(chromedp.CSS(`#passkey button`)),
			chromedp.WaitVisible(chromedp.CSS(`section[aria-labelledby="passkeys"] .said`)),
			browsertest.Follow(`form[action^="/signout"] button`),
			chromedp.WaitVisible(chromedp.CSS(`#passkey button`)),
			chromedp.Click(chromedp.CSS(`#passkey button`)),
			chromedp.WaitVisible(chromedp.CSS(`body[data-page="desk"]`)),
		)
		// Once removed here, the device is told so, beside the button.
		browsertest.Do(ctx, t, chromedp.Navigate(at("/account")),
			browsertest.Follow(`form[action*="/remove"] button`),
			browsertest.Follow(`form[action^="/signout"] button`),
			chromedp.WaitVisible(chromedp.CSS(`#passkey button`)),
			chromedp.Click(chromedp.CSS(`#passkey button`)),
			chromedp.Poll[chromedp.Void](`document.querySelector("#passkey [role=alert]").textContent !== ""`),
		)
		if got, want := browsertest.Eval[string](ctx, t, `document.querySelector("#passkey [role=alert]").textContent`), r.server.texts[lang].say("passkey.unknown"); got != want {
			t.Errorf("%s: got %q, want %q", lang, got, want)
		}
		shut(server) // nothing is written any more
		if len(r.passkeys) != 0 || !strings.Contains(r.log.String(), "passkey added") {
			t.Errorf("%s: %d passkeys are left", lang, len(r.passkeys))
		}
	}
}

// localhost is an address on this machine by its name, for passkeys need one.
func localhost(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return "http://localhost:" + u.Port()
}

// authenticator gives the tab a device with a fingerprint reader, whose owner is there.
func authenticator() chromedp.Action[chromedp.Void] {
	options := webauthn.VirtualAuthenticatorOptions{
		Protocol: "ctap2", Transport: "internal", HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		if _, err := cdp.Call(ctx, tab, webauthn.Disable, cdp.Empty{}); err != nil { // forgets the one before
			return err
		}
		if _, err := cdp.Call(ctx, tab, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, tab, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &options})
		return err
	})
}
