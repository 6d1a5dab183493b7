package browsertest

import (
	"context"

	"github.com/chromedp/chromedp"
)

// Follow clicks what leads to another page, and waits until that one is there.
// Without it a click that comes next may be for the page that is going.
func Follow(selector string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		if _, err := chromedp.Evaluate[string](`document.documentElement.dataset.left = "going"`)(ctx, t); err != nil {
			return chromedp.Void{}, err
		}
		if _, err := chromedp.Click(chromedp.CSS(selector))(ctx, t); err != nil {
			return chromedp.Void{}, err
		}
		return chromedp.WaitVisible(chromedp.CSS(`html:not([data-left]) body`))(ctx, t)
	}
}
