package browsertest_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"

	"relais/web/browsertest"
)

func TestAPageOnAPhoneAndOnADesk(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`<!doctype html><meta name="viewport" content="width=device-width" /><title>Relais</title>`))
	}))
	defer server.Close()
	ctx := browsertest.Start(t)
	for _, screen := range []struct {
		set  chromedp.Action[chromedp.Void]
		want int
	}{{browsertest.Phone(), 390}, {browsertest.Desk(), 1280}} {
		browsertest.Do(ctx, t, screen.set, chromedp.Navigate(server.URL))
		if got := browsertest.Eval[int](ctx, t, `Promise.resolve(innerWidth)`); got != screen.want {
			t.Errorf("the page is %d pixels wide, want %d", got, screen.want)
		}
	}
}
