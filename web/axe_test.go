package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"relais/broker"
	"relais/web/browsertest"
)

// npmVariable names the folder into which `make check` has installed what
// channels/push/testdata/npm locks; axe-core is one of it.
const npmVariable = "RELAIS_TEST_NPM"

// gallery serves every page as it was answered once, each under its own number,
// so that a browser can look at the answer to a form as at any other page.
type gallery struct {
	pages []somePage
	*httptest.Server
}

// showEveryPage shows the pages in the given languages, in turn.
func showEveryPage(t *testing.T, langs ...broker.Lang) *gallery {
	t.Helper()
	w := everyPageWorld(t)
	w.withBrowsers()
	w.enroll()
	s := &gallery{pages: everyPage(w)}
	mux := http.NewServeMux()
	mux.Handle("GET /static/", w.handler)
	for i, page := range s.pages {
		answer := page.answer(w, langs[i%len(langs)])
		mux.HandleFunc("GET /"+strconv.Itoa(i), func(out http.ResponseWriter, _ *http.Request) {
			for _, name := range []string{"Content-Type", "Content-Security-Policy"} {
				out.Header().Set(name, answer.Header().Get(name))
			}
			_, _ = out.Write(answer.Body.Bytes())
		})
	}
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func (s *gallery) url(i int) string { return s.URL + "/" + strconv.Itoa(i) }

// axe-core finds nothing wrong on any page, light and dark, at 320 pixels and on
// a screen of 1280 that is enlarged to 200 % (WCAG 2.2, 1.4.4 and 1.4.10), and
// no page has to be pushed to and fro. The languages take turns: what axe looks
// at does not depend on them. Dark differs by its colours alone.
func TestAxeFindsNothing(t *testing.T) {
	modules := os.Getenv(npmVariable)
	if modules == "" {
		t.Skipf("%s is not set: make check installs axe-core from npm and sets it", npmVariable)
	}
	axe, err := os.ReadFile(filepath.Join(modules, "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatalf("read axe-core: %v; make check installs what channels/push/testdata/npm locks", err)
	}
	if len(axe) == 0 {
		t.Fatal("axe-core is empty")
	}
	for i, view := range []struct {
		name  string
		width int64
		zoom  float64
	}{
		{"320 pixels", 320, 1},
		{"200 %", 640, 2},
	} {
		t.Run(view.name, func(t *testing.T) {
			ctx := browsertest.Start(t)
			s := showEveryPage(t, slices.Concat(broker.Langs()[i:], broker.Langs()[:i])...)
			browsertest.Do(ctx, t, chromedp.EmulateViewport(view.width, 800, chromedp.EmulateScale(view.zoom)))
			for n, page := range s.pages {
				browsertest.Do(ctx, t, inScheme("light"), chromedp.Navigate(s.url(n)))
				browsertest.Eval[bool](ctx, t, string(axe)+";true")
				violations := examine(ctx, t, everyRule)
				browsertest.Do(ctx, t, inScheme("dark"))
				for _, violation := range append(violations, examine(ctx, t, rulesOfColour)...) {
					t.Errorf("%s: %s", page.name, violation)
				}
				if got := browsertest.Eval[int64](ctx, t, `document.documentElement.scrollWidth`); got > view.width {
					t.Errorf("%s: %d pixels wide, want at most %d", page.name, got, view.width)
				}
			}
		})
	}
}

// inScheme shows pages light or dark.
func inScheme(scheme string) chromedp.Action[chromedp.Void] {
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, media)
		return err
	})
}

// Which rules axe-core looks for.
const (
	everyRule     = `{resultTypes: ["violations"]}`
	rulesOfColour = `{resultTypes: ["violations"], runOnly: {type: "rule", values: ["color-contrast", "link-in-text-block"]}}`
)

// examine returns what axe-core, which the page has, finds wrong: the rule, and
// where. Colours that are on their way to the other scheme arrive first.
func examine(ctx context.Context, t *testing.T, rules string) []string {
	t.Helper()
	return browsertest.Eval[[]string](ctx, t, `Promise.all(document.getAnimations().map((a) => a.finished))
		.then(() => axe.run(document, `+rules+`))
		.then((found) => found.violations.flatMap((v) => v.nodes.map((n) => v.id + ": " + v.help + ": " + n.target.join(" "))))`)
}
