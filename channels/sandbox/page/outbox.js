// Puts new messages on top as they are taken, and on a narrow screen lays the
// three columns into one timeline. The page is complete without it.
"use strict";

const most = 150; // cards that stay on the page
const narrow = matchMedia("(max-width: 63.99rem)");
const timeline = document.getElementById("timeline");
const live = document.getElementById("live");

function listFor(channel) {
  return narrow.matches ? timeline : document.querySelector(`.column .cards[data-channel="${CSS.escape(channel)}"]`);
}

function lay() {
  const cards = [...document.querySelectorAll(".card")].sort((a, b) => b.dataset.n - a.dataset.n);
  document.getElementById("columns").classList.toggle("merged", narrow.matches);
  for (const card of cards) {
    const list = listFor(card.dataset.channel);
    if (card.parentElement !== list || narrow.matches) list.append(card);
  }
}

function add(item) {
  if (document.getElementById("m" + item.n)) return;
  const list = listFor(item.channel);
  if (!list) return;
  const holder = document.createElement("template");
  holder.innerHTML = item.html; // escaped by the server
  const card = holder.content.firstElementChild;
  card.classList.add("new");
  list.prepend(card);
  if (item.replaces) document.getElementById("m" + item.replaces)?.classList.add("replaced");
  while (list.children.length > most) list.lastElementChild.remove();
}

function count(counts) {
  let all = 0;
  for (const n of Object.values(counts)) all += n;
  for (const link of document.querySelectorAll("[data-count]")) {
    const name = link.dataset.count;
    link.querySelector("b").textContent = name ? counts[name] ?? 0 : all;
  }
}

function state(name) {
  live.hidden = false;
  live.dataset.state = name;
  live.textContent = live.dataset[name];
}

function listen() {
  const query = new URLSearchParams(location.search);
  query.set("after", document.body.dataset.newest);
  query.set("lang", document.documentElement.lang);
  const stream = new EventSource("/outbox/events?" + query);
  stream.addEventListener("open", () => state("live"));
  stream.addEventListener("error", () => state("lost"));
  stream.addEventListener("reload", () => location.reload());
  stream.addEventListener("item", (event) => {
    const item = JSON.parse(event.data);
    add(item);
    count(item.counts);
  });
  addEventListener("pagehide", () => stream.close());
}

narrow.addEventListener("change", lay);
if (narrow.matches) lay();
listen();
