// Switches notifications on and off for this phone, from the part of a page
// with id "push". Without script, or where a browser has no push messages,
// that part stays hidden and the page is as it was.
"use strict";
(() => {
  const part = document.getElementById("push");
  if (!part || !("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) return;
  const { key, post } = part.dataset;
  const button = part.querySelector("button");
  const say = part.querySelector("[role=status]");

  const base64url = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

  const bytes = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

  async function send(body) {
    const answer = await fetch(post, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error("the server answered " + answer.status);
  }

  async function current() {
    const registration = await navigator.serviceWorker.getRegistration("/static/");
    return registration ? registration.pushManager.getSubscription() : null;
  }

  async function subscribe() {
    const registration = await navigator.serviceWorker.register("/static/sw.js");
    const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
    await send({ subscription: subscription.toJSON(), key });
    // For the day on which the browser renews the subscription on its own.
    await (await caches.open("relais")).put("/static/subscribe-at", new Response(new URL(post, location.origin).href));
  }

  async function switchOn() {
    if ((await Notification.requestPermission()) !== "granted") return "denied";
    await subscribe();
    return "on";
  }

  async function switchOff() {
    const subscription = await current();
    if (!subscription) return "off";
    await send({ subscription: subscription.toJSON(), key: keyOf(subscription), off: true });
    await subscription.unsubscribe();
    return "off";
  }

  const keyOf = (subscription) => {
    const used = subscription.options && subscription.options.applicationServerKey;
    return used ? base64url(used) : key;
  };

  // A subscription to the key before is made anew (docs/decisions/0016).
  async function look() {
    if (Notification.permission === "denied") return "denied";
    const subscription = await current();
    if (!subscription || Notification.permission !== "granted") return "off";
    if (keyOf(subscription) !== key) {
      await subscription.unsubscribe();
      await subscribe();
    }
    return "on";
  }

  function show(state) {
    part.dataset.state = state;
    say.textContent = { on: part.dataset.on, off: part.dataset.text, denied: part.dataset.denied, failed: part.dataset.failed }[state];
    button.textContent = state === "on" ? part.dataset.switchOff : part.dataset.switchOn;
    button.hidden = state === "denied";
    part.hidden = false;
  }

  async function attempt(what) {
    button.disabled = true;
    try {
      show(await what());
    } catch {
      show("failed");
    }
    button.disabled = false;
  }

  button.addEventListener("click", () => attempt(part.dataset.state === "on" ? switchOff : switchOn));
  attempt(look);
})();
