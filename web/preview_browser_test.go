package web

import (
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"

	"relais/web/browsertest"
)

// The preview follows what an officer types, by the keyboard alone, and what
// they have unfolded stays so.
func TestPreviewAsTypedInChromium(t *testing.T) {
	ctx := browsertest.Start(t)
	w := newWorld(t)
	server := httptest.NewServer(w.handler)
	defer shut(server)
	browsertest.Do(ctx, t, browsertest.Desk(),
		chromedp.Navigate(server.URL+"/messages/new?kind=alert&zone=demo&lang=fr"),
		chromedp.SendKeys(chromedp.CSS(`[name="title.fr"]`), "Fenêtre"),
		chromedp.WaitVisible(chromedp.CSS(`#preview mark`)),
	)
	browsertest.Do(ctx, t,
		chromedp.Click(chromedp.CSS(`#email-fr summary`)),
		chromedp.SendKeys(chromedp.CSS(`[name="body.fr"]`), "Fermez la porte."),
		chromedp.Poll[chromedp.Void](`document.querySelector("#preview .bubble").textContent.includes("Fermez la porte.")`),
	)
	if !browsertest.Eval[bool](ctx, t, `document.querySelector("#email-fr").open`) {
		t.Error("what was unfolded closed when the preview changed")
	}
	picture(ctx, t, "preview-desk")
}

// A forecast that takes long is fetched once the page stands, and again for what
// is chosen then.
func TestALongForecastInChromium(t *testing.T) {
	ctx := browsertest.Start(t)
	w := newWorld(t)
	w.long = true
	server := httptest.NewServer(w.handler)
	defer shut(server)
	browsertest.Do(ctx, t, browsertest.Desk(),
		chromedp.Navigate(server.URL+"/messages/new?kind=feedback&ref="+alertID.String()+"&lang=en"),
		chromedp.WaitVisible(chromedp.CSS(`#forecast .sum`)),
		chromedp.Navigate(server.URL+"/messages/new?kind=alert&zone=demo&lang=en"),
		chromedp.Click(chromedp.CSS(`[value="tilleuls"]`)),
		chromedp.Poll[chromedp.Void](`document.querySelectorAll("#forecast h3").length == 1`),
		chromedp.Click(chromedp.CSS(`[value="lindendorp"]`)),
		chromedp.Poll[chromedp.Void](`document.querySelectorAll("#forecast h3").length == 2`),
	)
}
