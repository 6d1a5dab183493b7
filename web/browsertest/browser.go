// Package browsertest opens pages in a real Chromium for tests, as people see
// them on a telephone and on a desk's screen.
//
//	ctx := browsertest.Start(t)
//	browsertest.Do(ctx, t, browsertest.Phone(), chromedp.Navigate(server.URL))
//	title := browsertest.Eval[string](ctx, t, `document.title`)
//
// `make check` installs Chromium and names it in RELAIS_TEST_CHROMIUM; a test
// that cannot start it fails then. Elsewhere the tests use the one on PATH, or
// are skipped in a sentence where there is none.
package browsertest

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Variable names the environment variable that says which Chromium to use.
const Variable = "RELAIS_TEST_CHROMIUM"

const (
	patience = 5 * time.Minute  // for a whole test, which may look at every page: the machine may be busy
	farewell = 20 * time.Second // for Chromium to write its profile and end
)

// Start opens a Chromium without a window, with a profile of its own, and
// returns the context of its first tab, for chromedp and the functions here. It
// ends with the test, and the test fails if a page threw an exception or its
// content policy was violated.
func Start(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(Find(t)), chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-gpu", true))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium refuses to be root with one
	}
	allocated, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocated)
	if err := chromedp.Do(ctx); err != nil {
		stop() // cancel would wait for a browser that never came
		t.Fatalf("start Chromium: %v", err)
	}
	t.Cleanup(func() {
		ending, done := context.WithTimeout(ctx, farewell)
		defer done()
		if err := chromedp.Cancel(ending); err != nil { // ends the process that was started here, and no other
			t.Errorf("close Chromium: %v", err)
		}
		cancel()
		stop()
	})
	watch(ctx, t)
	limited, done := context.WithTimeout(ctx, patience)
	t.Cleanup(done)
	return limited
}

// Find returns the Chromium to use.
func Find(t *testing.T) string {
	t.Helper()
	if path := os.Getenv(Variable); path != "" {
		return path
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skipf("there is no Chromium here and %s is not set: make check installs one and sets it", Variable)
	return ""
}

// Phone shows pages as a telephone does, 390 pixels wide.
func Phone() chromedp.Action[chromedp.Void] {
	return chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch)
}

// Desk shows pages as a screen on a desk does, 1280 pixels wide.
func Desk() chromedp.Action[chromedp.Void] { return chromedp.EmulateViewport(1280, 900) }

// Do carries out steps one after the other.
func Do(ctx context.Context, t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatalf("in the browser: %v", err)
	}
}

// Eval returns the value of an expression in the page, and waits for it where
// it is a promise.
func Eval[T any](ctx context.Context, t *testing.T, expression string) T {
	t.Helper()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("in the browser: %v: %s", err, expression)
	}
	return value
}

// WithoutServiceWorker lets the pages of a tab ask the server themselves. With a
// debugger at hand Chromium sometimes stops a worker in the middle of a
// navigation, which then waits for it for good.
func WithoutServiceWorker() chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, tab *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, tab, network.SetBypassServiceWorker, network.SetBypassServiceWorkerParams{Bypass: true})
		return chromedp.Void{}, err
	}
}
