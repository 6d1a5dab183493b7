// Runs static/push.js on a page made of plain objects. web/worker_test.go
// starts it: node push_test.mjs STATIC
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import vm from "node:vm";

const KEY = "-_--"; // the bytes 251 255 190 in base64url

function page({ permission = "default", answer = "granted", subscribed = null, status = 204, without = "" } = {}) {
  const did = { posted: [], subscribed: [], unsubscribed: 0, kept: [], registered: [] };
  let clicked;
  const button = { textContent: "", hidden: false, disabled: false, addEventListener: (_, handler) => (clicked = handler) };
  const say = { textContent: "" };
  const part = {
    hidden: true,
    dataset: { key: KEY, post: "/m/abc/push", text: "text", on: "is on", denied: "denied", failed: "failed", switchOn: "switch on", switchOff: "switch off" },
    querySelector: (what) => (what === "button" ? button : say),
  };
  let current = subscribed && browser(subscribed);
  function browser(key) {
    return {
      options: { applicationServerKey: Uint8Array.from(atob(key.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0)).buffer },
      toJSON: () => ({ endpoint: "https://push.example/" + key }),
      unsubscribe: async () => ((current = null), did.unsubscribed++),
    };
  }
  const registration = {
    pushManager: {
      getSubscription: async () => current,
      subscribe: async (options) => (did.subscribed.push(options), (current = browser(KEY))),
    },
  };
  const world = {
    document: { getElementById: () => part },
    navigator: { serviceWorker: { getRegistration: async () => registration, register: async (url) => (did.registered.push(url), registration) } },
    location: { origin: "https://relais.example" },
    Notification: { permission, requestPermission: async () => (world.Notification.permission = answer) },
    caches: { open: async () => ({ put: async (at, response) => did.kept.push([at, await response.text()]) }) },
    fetch: async (url, options) => (did.posted.push([url, options.headers["Content-Type"], JSON.parse(options.body)]), { ok: status < 300, status }),
    URL, Response, Uint8Array, atob, btoa, PushManager: {},
  };
  if (without) delete (without === "serviceWorker" ? world.navigator : world)[without];
  world.window = world;
  vm.runInContext(readFileSync(join(process.argv[2], "push.js"), "utf8"), vm.createContext(world));
  const settled = () => new Promise((done) => setTimeout(done, 5));
  return { did, part, button, say, settled, click: async () => (clicked(), settled()) };
}

const tests = {
  "a browser without push messages sees nothing": async () => {
    for (const without of ["serviceWorker", "PushManager", "Notification"]) {
      const p = page({ without });
      await p.settled();
      assert.equal(p.part.hidden, true, without);
    }
  },
  "nothing is asked before the button is pressed": async () => {
    const p = page();
    await p.settled();
    assert.equal(p.part.hidden, false);
    assert.equal(p.button.textContent, "switch on");
    assert.deepEqual(p.did.posted, []);
    assert.deepEqual(p.did.registered, []);
  },
  "switching on subscribes with our key and posts it": async () => {
    const p = page();
    await p.settled();
    await p.click();
    assert.equal(p.did.subscribed[0].userVisibleOnly, true);
    assert.deepEqual([...p.did.subscribed[0].applicationServerKey], [251, 255, 190]);
    assert.deepEqual(p.did.posted, [["/m/abc/push", "application/json", { subscription: { endpoint: "https://push.example/" + KEY }, key: KEY }]]);
    assert.deepEqual(p.did.kept, [["/static/subscribe-at", "https://relais.example/m/abc/push"]]);
    assert.equal(p.say.textContent, "is on");
    assert.equal(p.button.textContent, "switch off");
  },
  "switching off tells the server first": async () => {
    const p = page({ permission: "granted", subscribed: KEY });
    await p.settled();
    assert.equal(p.say.textContent, "is on");
    await p.click();
    assert.equal(p.did.posted[0][2].off, true);
    assert.equal(p.did.unsubscribed, 1);
    assert.equal(p.button.textContent, "switch on");
  },
  "a subscription to the older key is made anew": async () => {
    const p = page({ permission: "granted", subscribed: "AAAA" });
    await p.settled();
    assert.equal(p.did.unsubscribed, 1);
    assert.equal(p.did.posted[0][2].key, KEY);
    assert.equal(p.say.textContent, "is on");
  },
  "refused is said, and nothing is posted": async () => {
    const p = page({ answer: "denied" });
    await p.settled();
    await p.click();
    assert.equal(p.say.textContent, "denied");
    assert.equal(p.button.hidden, true);
    assert.deepEqual(p.did.posted, []);
  },
  "a fault of the server is said, and can be tried again": async () => {
    const p = page({ status: 500 });
    await p.settled();
    await p.click();
    assert.equal(p.say.textContent, "failed");
    assert.equal(p.button.disabled, false);
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
