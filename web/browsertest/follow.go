package browsertest

import (
	"context"
	"fmt"
	"time"

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
		return chromedp.Void{}, until(ctx, t, "another page after "+selector,
			`!document.documentElement.dataset.left && document.readyState !== "loading" && !!document.body`)
	}
}

// Shown waits until something can be seen, and asks the page each time: a node
// that a page which renews itself has exchanged meanwhile is none for chromedp's
// own WaitVisible, which then fails, or waits for good.
func Shown(selector string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		return chromedp.Void{}, until(ctx, t, selector,
			fmt.Sprintf(`[...document.querySelectorAll(%q)].some((e) => e.checkVisibility())`, selector))
	}
}

// askedFor is how long one question to the page may take: those that are asked
// of a page that goes are sometimes never answered.
const askedFor = 2 * time.Second

// until asks the page again and again until an expression holds.
func until(ctx context.Context, t *chromedp.Target, what, holds string) error {
	for {
		asked, done := context.WithTimeout(ctx, askedFor)
		yes, err := chromedp.Evaluate[bool](holds)(asked, t)
		done()
		if err == nil && yes {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", what, ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}
