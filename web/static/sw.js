// Shows push messages as notifications (W3C Push API; the payload is that of
// channels/push/payload.go) and opens pages from their buttons. It decides
// nothing and posts nothing but a renewed subscription: an approval needs a
// person who has read the page.
"use strict";

// What is said when the message cannot be read; browsers insist on showing something.
const FALLBACK = {
  fr: { title: "Relais", body: "Vous avez un nouveau message. Urgent ? Appelez le 101 (police) ou le 112." },
  nl: { title: "Relais", body: "U hebt een nieuw bericht. Dringend? Bel 101 (politie) of 112." },
  de: { title: "Relais", body: "Sie haben eine neue Nachricht. Dringend? Rufen Sie 101 (Polizei) oder 112 an." },
  en: { title: "Relais", body: "You have a new message. Urgent? Call 101 (police) or 112." },
};

// Where push.js keeps the address that a renewed subscription is posted to.
const KEPT = "relais";
const SUBSCRIBE_AT = "/static/subscribe-at";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("push", (event) => event.waitUntil(show(event.data)));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.action, event.notification.data || {}));
});
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));

function read(data) {
  try {
    const message = data.json();
    if (message && typeof message.title === "string") return message;
  } catch {
    // Not ours, or cut on its way.
  }
  return FALLBACK[(self.navigator.language || "en").slice(0, 2)] || FALLBACK.en;
}

// A notification takes the place of the one with the same tag. A correction
// sounds again; the same message once more does not.
async function show(data) {
  const message = read(data);
  const options = {
    body: message.body,
    lang: message.lang,
    dir: "auto",
    icon: "/static/relais.svg",
    data: { id: message.id, url: message.url, lang: message.lang },
    actions: (message.actions || []).map(({ action, title }) => ({ action, title })),
    requireInteraction: message.urgency === "immediate",
  };
  if (message.tag) {
    const there = await self.registration.getNotifications({ tag: message.tag });
    options.tag = message.tag;
    options.renotify = !there.some((n) => n.data && n.data.id === message.id);
  }
  await self.registration.showNotification(message.title, options);
}

// The button with the emergency number opens a page with telephone links, for
// a worker cannot dial. Everything else opens the message's own page.
async function open(action, { url, lang }) {
  if (action === "call") {
    return self.clients.openWindow("/call" + (lang ? "?lang=" + encodeURIComponent(lang) : ""));
  }
  const target = pageAddress(url);
  for (const page of await self.clients.matchAll({ type: "window", includeUncontrolled: true })) {
    if (page.url === target) return page.focus();
  }
  return self.clients.openWindow(target);
}

function pageAddress(url) {
  try {
    const target = new URL(url, self.location.origin);
    if (target.protocol === "https:" || target.protocol === "http:") return target.href;
  } catch {
    // No address at all.
  }
  return new URL("/call", self.location.origin).href;
}

// A browser may replace a subscription on its own.
async function renew(event) {
  const kept = await (await caches.open(KEPT)).match(SUBSCRIBE_AT);
  const options = event.oldSubscription && event.oldSubscription.options;
  if (!kept || !options) return;
  const subscription = event.newSubscription || (await self.registration.pushManager.subscribe(options));
  await fetch(await kept.text(), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ subscription: subscription.toJSON(), key: base64url(subscription.options.applicationServerKey) }),
  });
}

function base64url(buffer) {
  return btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
