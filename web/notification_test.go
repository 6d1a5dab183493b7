package web

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"relais/broker"
	"relais/channels"
	"relais/channels/channeltest"
	"relais/channels/push"
	"relais/channels/sandbox"
	"relais/subscribers"
	"relais/web/browsertest"
)

// shown is a notification as Chromium has it.
type shown struct {
	Title, Body, Lang string
	Buttons           []string
	Stays             bool
}

// notifications reads what is on the screen.
const notifications = `navigator.serviceWorker.getRegistration("/static/").then((r) => r.getNotifications()).then((all) => all.map((n) =>
	({ Title: n.title, Body: n.body, Lang: n.lang, Buttons: n.actions.map((a) => a.action + ": " + a.title), Stays: n.requireInteraction })))`

// A push message, as our channel encrypts it and a push service hands it to a
// real Chromium: our worker shows it in the person's language with its buttons,
// and each opens the right page of ours.
func TestNotificationsInChromium(t *testing.T) {
	ctx := browsertest.Start(t)
	w := newWorld(t)
	server := httptest.NewServer(w.handler)
	defer shut(server)
	page := server.URL + w.link(subscribers.CanDecide, askID)
	worker := register(ctx, t, server.URL, page)
	send := pushChannel(t)

	for _, tt := range []struct {
		purpose channels.Purpose
		lang    broker.Lang
		title   string
		buttons []string
		urgent  string
		opens   string // what the page behind a tap says
	}{
		{channels.Ask, broker.French, "La police vous demande de transmettre ceci – PLP Tilleuls", []string{"open: Lire et décider", "call: Appeler le 101"}, "Urgent ? Appelez le 101", "Approuver et envoyer"},
		{channels.Ask, broker.Dutch, "De politie vraagt u dit door te sturen – PLP Tilleuls", []string{"open: Lees het en beslis", "call: 101 bellen"}, "Dringend? Bel 101", "Goedkeuren en versturen"},
		{channels.ForMember, broker.German, "Warnung – PLP Tilleuls", []string{"open: Lesen", "call: 101 anrufen"}, "Dringend? Rufen Sie 101", "Cambriolage en cours"},
		{channels.ForMember, broker.English, "Alert – PLP Tilleuls", []string{"open: Read", "call: Call 101"}, "Urgent? Call 101", "Cambriolage en cours"},
	} {
		t.Run(string(tt.purpose)+" in "+string(tt.lang), func(t *testing.T) {
			links := channels.Links{Open: server.URL + w.link(subscribers.CanOpen, letterID) + "?lang=" + string(tt.lang)}
			if tt.purpose == channels.Ask {
				links.Decide = page + "?lang=" + string(tt.lang)
			}
			got := deliver(ctx, t, server.URL, worker, send(t, channeltest.Content(tt.purpose, tt.lang), links), tt.lang)
			if want := (shown{Title: tt.title, Lang: string(tt.lang), Buttons: tt.buttons, Stays: true, Body: got.Body}); cmp.Diff(want, got) != "" {
				t.Errorf("notification (-want +got):\n%s", cmp.Diff(want, got))
			}
			if !strings.Contains(got.Body, "camionnette blanche") || !strings.Contains(got.Body, tt.urgent) {
				t.Errorf("the text lacks the police's words or %q:\n%s", tt.urgent, got.Body)
			}
			inWorker := attach(ctx, t)
			for button, says := range map[string]string{"": tt.opens, "open": tt.opens, "call": `href="tel:101"`} {
				at := tap(inWorker, t, button)
				if button == "call" && !strings.HasSuffix(at, "/call?lang="+string(tt.lang)) {
					t.Errorf("the emergency button opens %s", at)
				}
				if body := w.get(strings.TrimPrefix(at, server.URL)).Body.String(); !strings.Contains(body, says) {
					t.Errorf("a tap on %q opens a page without %q", button, says)
				}
			}
		})
	}
}

// register lets our worker into the browser as push.js does, on a page of ours
// that may show notifications, and returns its registration.
func register(ctx context.Context, t *testing.T, origin, page string) serviceworker.RegistrationID {
	t.Helper()
	allow := browser.SetPermissionParams{Origin: origin, Permission: &browser.PermissionDescriptor{Name: "notifications"}, Setting: browser.PermissionSettingGranted}
	if _, err := chromedp.CallBrowser(ctx, browser.SetPermission, allow); err != nil {
		t.Fatalf("allow notifications: %v", err)
	}
	found := make(chan serviceworker.RegistrationID, 100)
	err := chromedp.Listen(ctx, func(event any) {
		if e, ok := event.(*serviceworker.EventWorkerRegistrationUpdated); ok {
			for _, r := range e.Registrations {
				if !r.IsDeleted && strings.HasPrefix(r.ScopeURL, origin) {
					found <- r.RegistrationID
				}
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, serviceworker.Enable, cdp.Empty{}); err != nil {
		t.Fatalf("watch workers: %v", err)
	}
	browsertest.Do(ctx, t, chromedp.Navigate(page))
	if state := browsertest.Eval[string](ctx, t, `navigator.serviceWorker.register("/static/sw.js").then((r) => new Promise((active) => {
		const look = () => (r.active?.state === "activated" ? active(r.active.state) : setTimeout(look, 20));
		look();
	}))`); state != "activated" {
		t.Fatalf("the worker is %s", state)
	}
	select {
	case id := <-found:
		return id
	case <-ctx.Done():
		t.Fatal("Chromium knows no registration of our worker")
	}
	return ""
}

// pushChannel returns how to send by the real channel to a push service of the
// sandbox, and what the browser behind it decrypts.
func pushChannel(t *testing.T) func(*testing.T, *channels.Content, channels.Links) string {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	services, err := sandbox.Start(t.Context(), sandbox.Config{}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := services.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	key, err := push.GenerateVAPIDKey()
	if err != nil {
		t.Fatal(err)
	}
	words, err := channels.LoadWords()
	if err != nil {
		t.Fatal(err)
	}
	cfg := push.Default()
	cfg.VAPIDPrivateKey, cfg.Subject, cfg.AllowInsecure = channels.NewSecret(key), "mailto:it@zone.example", true
	channel, err := push.New(cfg, words, quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(channel.Close)
	return func(t *testing.T, c *channels.Content, links channels.Links) string {
		t.Helper()
		subscription, err := services.NewSubscription()
		if err != nil {
			t.Fatal(err)
		}
		d := channeltest.Delivery(0, channels.NewAddress(subscription))
		d.Content, d.Links = c, links
		if _, err := channel.Send(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		items := services.Taken()
		return items[len(items)-1].Payload
	}
}

// deliver hands a push message to the worker until the notification in its
// language is shown; it takes the place of the one before, which has the same
// tag. DevTools does not say whether a message arrived, and now and then loses
// the first one to a worker that has just been registered.
func deliver(ctx context.Context, t *testing.T, origin string, worker serviceworker.RegistrationID, payload string, lang broker.Lang) shown {
	t.Helper()
	message := serviceworker.DeliverPushMessageParams{Origin: origin, RegistrationID: worker, Data: payload}
	for range 10 {
		if _, err := chromedp.Call(ctx, serviceworker.DeliverPushMessage, message); err != nil {
			t.Fatalf("deliver the push message: %v", err)
		}
		for deadline := time.Now().Add(3 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
			all := browsertest.Eval[[]shown](ctx, t, notifications)
			if len(all) == 1 && all[0].Lang == string(lang) {
				return all[0]
			}
		}
	}
	t.Fatal("no notification is shown")
	return shown{}
}

// attach returns the context of our running worker.
func attach(ctx context.Context, t *testing.T) context.Context {
	t.Helper()
	targets, err := chromedp.Targets(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range targets {
		if one.Type == "service_worker" && strings.HasSuffix(one.URL, "/static/sw.js") {
			inWorker, cancel := chromedp.NewContext(ctx, chromedp.WithTargetID(target.ID(one.TargetID)))
			t.Cleanup(cancel)
			return inWorker
		}
	}
	t.Fatal("our worker does not run")
	return nil
}

// tap taps the notification or one of its buttons, and returns the address that
// opens. No protocol of Chromium taps notifications, so the event is made in the
// worker; such an event cannot wait nor open windows by itself.
func tap(inWorker context.Context, t *testing.T, button string) string {
	t.Helper()
	name, err := json.Marshal(button)
	if err != nil {
		t.Fatal(err)
	}
	return browsertest.Eval[string](inWorker, t, `(async () => {
		let work, opened;
		clients.openWindow = async (url) => { opened = url; };
		const [notification] = await registration.getNotifications();
		const event = new NotificationEvent("notificationclick", { notification, action: `+string(name)+` });
		event.waitUntil = (promise) => { work = promise; };
		notification.close = () => {};
		self.dispatchEvent(event);
		await work;
		return new URL(opened, location.origin).href;
	})()`)
}
