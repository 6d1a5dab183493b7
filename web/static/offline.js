// Answers for the inbox while there is no network: with a page that says so, and
// whom to call. It keeps nothing else, for what waits must be what waits now.
"use strict";

const KEPT = "relais-offline";
const PAGE = "/offline" + self.location.search;

self.addEventListener("install", (event) => event.waitUntil(keep().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate" && event.request.method === "GET") event.respondWith(page(event.request));
  else if (new URL(event.request.url).pathname.startsWith("/static/")) event.respondWith(file(event.request));
});

// The page, and the files without which it is bare.
async function keep() {
  const answer = await fetch(PAGE, { cache: "reload" });
  if (!answer.ok) throw new Error("the server answered " + answer.status);
  const files = [...(await answer.clone().text()).matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map((m) => m[1]);
  const kept = await caches.open(KEPT);
  await kept.put(PAGE, answer);
  await kept.addAll([...new Set(files)]);
}

async function page(request) {
  try {
    return await fetch(request);
  } catch {
    return (await (await caches.open(KEPT)).match(PAGE)) ?? Response.error();
  }
}

async function file(request) {
  try {
    return await fetch(request);
  } catch {
    return (await (await caches.open(KEPT)).match(request)) ?? Response.error();
  }
}
