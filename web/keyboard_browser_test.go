package web

import (
	"context"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"

	"relais/web/browsertest"
)

// An officer without a mouse goes from the desk to a published message: by tab,
// by the keys that turn a page's controls, and by what is focused then.
func TestPublishByTheKeyboardInChromium(t *testing.T) {
	ctx := browsertest.Start(t)
	w := newWorld(t)
	server := httptest.NewServer(w.handler)
	defer shut(server)
	browsertest.Do(ctx, t, browsertest.Desk(), chromedp.Navigate(server.URL+"/?zone=demo&lang=fr"))
	tabOnto(ctx, t, `a.kind[href*="kind=hazard"]`)
	pressKeys(ctx, t, "\r")
	browsertest.Do(ctx, t, chromedp.WaitVisible(chromedp.CSS(`#compose`)))

	tabOnto(ctx, t, `[name="partnership"][value="tilleuls"]`)
	pressKeys(ctx, t, " ")
	tabOnto(ctx, t, `[name="title.fr"]`)
	pressKeys(ctx, t, "Incendie, rue du Moulin")
	tabOnto(ctx, t, `[name="body.fr"]`)
	pressKeys(ctx, t, "Restez chez vous.")
	tabOnto(ctx, t, `[name="author"]`)
	pressKeys(ctx, t, "Insp. Dubois")
	tabOnto(ctx, t, `button.big.yes`)
	pressKeys(ctx, t, "\r")
	browsertest.Do(ctx, t, chromedp.WaitVisible(chromedp.CSS(`body[data-page="progress"]`)))

	shut(server) // nothing is written any more
	if len(w.published) != 1 || w.published[0].Author != "Insp. Dubois" || w.published[0].Partnerships[0] != "tilleuls" {
		t.Errorf("got %v", w.published)
	}
}

// tabOnto presses the tab key until what a selector names is focused, and checks
// that the focus is seen.
func tabOnto(ctx context.Context, t *testing.T, selector string) {
	t.Helper()
	for range 80 {
		pressKeys(ctx, t, "\t")
		if browsertest.Eval[bool](ctx, t, `document.activeElement.matches(`+"`"+selector+"`"+`)`) {
			if browsertest.Eval[bool](ctx, t, `(() => { const s = getComputedStyle(document.activeElement); const card = document.activeElement.closest(".card");
				return s.outlineStyle !== "none" || card && getComputedStyle(card).outlineStyle !== "none"; })()`) {
				return
			}
			t.Fatalf("the focus on %s is not seen", selector)
		}
	}
	t.Fatalf("tab does not come to %s", selector)
}

func pressKeys(ctx context.Context, t *testing.T, keys string) {
	t.Helper()
	browsertest.Do(ctx, t, chromedp.KeyEvent(keys))
}
