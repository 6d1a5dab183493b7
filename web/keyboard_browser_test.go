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
	tabTo(ctx, t, `a.kind[href*="kind=hazard"]`)
	press(ctx, t, "\r")
	browsertest.Do(ctx, t, chromedp.WaitVisible(chromedp.CSS(`#compose`)))

	tabTo(ctx, t, `[name="partnership"][value="tilleuls"]`)
	press(ctx, t, " ")
	tabTo(ctx, t, `[name="title.fr"]`)
	press(ctx, t, "Incendie, rue du Moulin")
	tabTo(ctx, t, `[name="body.fr"]`)
	press(ctx, t, "Restez chez vous.")
	tabTo(ctx, t, `[name="author"]`)
	press(ctx, t, "Insp. Dubois")
	tabTo(ctx, t, `button.big.yes`)
	press(ctx, t, "\r")
	browsertest.Do(ctx, t, chromedp.WaitVisible(chromedp.CSS(`body[data-page="progress"]`)))

	shut(server) // nothing is written any more
	if len(w.published) != 1 || w.published[0].Author != "Insp. Dubois" || w.published[0].Partnerships[0] != "tilleuls" {
		t.Errorf("got %v", w.published)
	}
}

// tabTo presses the tab key until what a selector names is focused, and checks
// that the focus is seen.
func tabTo(ctx context.Context, t *testing.T, selector string) {
	t.Helper()
	for range 80 {
		press(ctx, t, "\t")
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

func press(ctx context.Context, t *testing.T, keys string) {
	t.Helper()
	browsertest.Do(ctx, t, chromedp.KeyEvent(keys))
}
