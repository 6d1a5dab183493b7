// Runs static/sw.js in a worker made of plain objects, and checks what it asks
// the browser for. web/worker_test.go starts it: node sw_test.mjs STATIC
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import vm from "node:vm";

const ORIGIN = "https://relais.example";

function worker({ shown = [], pages = [], kept = null, language = "fr-BE" } = {}) {
  const did = { notifications: [], opened: [], focused: [], posted: [], subscribed: [] };
  const handlers = {};
  const self = {
    location: { origin: ORIGIN },
    navigator: { language },
    addEventListener: (name, handler) => (handlers[name] = handler),
    skipWaiting: () => {},
    registration: {
      getNotifications: async ({ tag }) => shown.filter((n) => n.tag === tag),
      showNotification: async (title, options) => did.notifications.push({ title, ...options }),
      pushManager: { subscribe: async (options) => (did.subscribed.push(options), subscription("new")) },
    },
    clients: {
      claim: async () => {},
      matchAll: async () => pages.map((url) => ({ url, focus: () => did.focused.push(url) })),
      openWindow: async (url) => did.opened.push(url),
    },
  };
  const context = vm.createContext({
    self, URL, Response, btoa, Uint8Array, encodeURIComponent,
    caches: { open: async () => ({ match: async () => kept && new Response(kept) }) },
    fetch: async (url, options) => did.posted.push({ url, ...options }),
  });
  vm.runInContext(readFileSync(join(process.argv[2], "sw.js"), "utf8"), context);
  const fire = async (name, event) => {
    const waits = [];
    handlers[name]({ waitUntil: (work) => waits.push(work), ...event });
    await Promise.all(waits);
    return did;
  };
  return { fire, did };
}

const subscription = (name) => ({ toJSON: () => ({ endpoint: "https://push.example/" + name }), options: { applicationServerKey: new Uint8Array([251, 255, 190]).buffer } });
const push = (value) => ({ data: { json: () => value, text: () => JSON.stringify(value) } });
const alert = {
  id: "d1", title: "Alerte – PLP Tilleuls", body: "Fermez tout.\n\nUrgent ? Appelez le 101 (police) ou le 112.", tag: "t1", lang: "fr", urgency: "immediate",
  url: ORIGIN + "/m/abc", actions: [{ action: "open", title: "Lire" }, { action: "call", title: "Appeler le 101" }],
};
const tap = (action, data) => ({ action, notification: { data, close: () => {} } });

const tests = {
  "a message is shown in its own language, with its buttons": async () => {
    const { fire } = worker({ language: "nl" });
    const [n] = (await fire("push", push(alert))).notifications;
    assert.equal(n.title, alert.title);
    assert.equal(n.body, alert.body);
    assert.equal(n.lang, "fr");
    assert.equal(n.tag, "t1");
    assert.equal(n.renotify, true);
    assert.equal(n.requireInteraction, true);
    assert.equal(JSON.stringify(n.actions), JSON.stringify(alert.actions));
  },
  "a correction takes its place and sounds again": async () => {
    const { fire } = worker({ shown: [{ tag: "t1", data: { id: "d1" } }] });
    const [n] = (await fire("push", push({ ...alert, id: "d2", title: "Correction – PLP Tilleuls" }))).notifications;
    assert.equal(n.tag, "t1");
    assert.equal(n.renotify, true);
  },
  "the same message once more makes no sound": async () => {
    const { fire } = worker({ shown: [{ tag: "t1", data: { id: "d1" } }] });
    assert.equal((await fire("push", push(alert))).notifications[0].renotify, false);
  },
  "what cannot be read still says whom to call, in the browser's language": async () => {
    for (const [language, word] of [["fr-BE", "Appelez"], ["nl", "Bel"], ["de-BE", "Rufen"], ["en", "Call"], ["pl", "Call"], ["", "Call"]]) {
      for (const event of [{ data: null }, { data: { json: () => { throw new Error(); } } }, push(null), push([]), push({ title: 5 })]) {
        const { fire } = worker({ language });
        const [n] = (await fire("push", event)).notifications;
        assert.match(n.body, new RegExp(word), language);
        assert.match(n.body, /101.*112/);
      }
    }
  },
  "a tap opens the page, and posts nothing": async () => {
    for (const action of ["", "open"]) {
      const { fire } = worker();
      const did = await fire("notificationclick", tap(action, { url: ORIGIN + "/a/token" }));
      assert.deepEqual(did.opened, [ORIGIN + "/a/token"]);
      assert.deepEqual(did.posted, []);
    }
  },
  "a page that is open already comes to the front": async () => {
    const { fire } = worker({ pages: [ORIGIN + "/other", ORIGIN + "/m/abc"] });
    const did = await fire("notificationclick", tap("", { url: ORIGIN + "/m/abc" }));
    assert.deepEqual(did.focused, [ORIGIN + "/m/abc"]);
    assert.deepEqual(did.opened, []);
  },
  "the button with 101 leads to the numbers, in the message's language": async () => {
    const { fire } = worker();
    assert.deepEqual((await fire("notificationclick", tap("call", { url: ORIGIN + "/m/abc", lang: "de" }))).opened, ["/call?lang=de"]);
  },
  "only web pages are opened": async () => {
    for (const url of ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", undefined, "https://"]) {
      const { fire } = worker();
      const [opened] = (await fire("notificationclick", tap("", { url }))).opened;
      assert.match(opened, /^https:\/\/relais\.example\//, String(url));
    }
  },
  "a renewed subscription is posted where push.js said": async () => {
    const { fire } = worker({ kept: ORIGIN + "/m/abc/push" });
    const did = await fire("pushsubscriptionchange", { oldSubscription: subscription("old"), newSubscription: null });
    assert.equal(did.subscribed.length, 1);
    assert.equal(did.posted[0].url, ORIGIN + "/m/abc/push");
    assert.deepEqual(JSON.parse(did.posted[0].body), { subscription: { endpoint: "https://push.example/new" }, key: "-_--" });
  },
  "without a place to post to nothing is renewed": async () => {
    const { fire } = worker();
    assert.deepEqual((await fire("pushsubscriptionchange", { oldSubscription: subscription("old") })).posted, []);
  },
};

for (const [name, run] of Object.entries(tests)) {
  try {
    await run();
  } catch (err) {
    console.error(`${name}: ${err.stack}`);
    process.exitCode = 1;
  }
}
console.log(`${Object.keys(tests).length} checks`);
