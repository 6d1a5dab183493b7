package web

import (
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"

	"relais/web/browsertest"
)

// An officer at the desk reads what went wrong and says that they have seen it,
// with the headers that a real browser sends.
func TestAnOfficerAcknowledgesAnIncidentInChromium(t *testing.T) {
	ctx := browsertest.Start(t)
	w := newWorld(t)
	server := httptest.NewServer(w.handler)
	defer shut(server)
	browsertest.Do(ctx, t, browsertest.Desk(), chromedp.Navigate(server.URL+"/?zone=demo&lang=nl"), chromedp.WaitVisible(chromedp.CSS(`#incidents`)))
	if got := browsertest.Eval[int](ctx, t, `document.documentElement.scrollWidth`); got > 1280 {
		t.Errorf("the desk is %d pixels wide, want at most 1280", got)
	}
	picture(ctx, t, "incident-desk")
	browsertest.Do(ctx, t,
		chromedp.SendKeys(chromedp.CSS(`#by-`+incidentID.String()), "CP Maes"),
		chromedp.Click(chromedp.CSS(`form.seen button[type=submit]`)),
		chromedp.WaitNotPresent(chromedp.CSS(`#incidents`)),
	)
	server.Close() // nothing is written any more
	if w.seenBy != "CP Maes" {
		t.Errorf("seen by %q", w.seenBy)
	}
}
