// Keeps the part of a page with id "live" fresh: fetches the page again and
// takes that part over, until it says that nothing will change any more. With
// data-events it is told when (server-sent events); without them, and when they
// end before the time, it asks every data-every seconds. Without script the page
// reloads itself. What somebody has begun to write or unfolded there is not taken
// away from them, nor a button from under their finger: the part stays as it is
// until they have finished.
"use strict";
(() => {
  const part = () => document.getElementById("live");
  let events = null;
  let running = false;
  let again = false;
  let timer = 0;
  let pressed = false;

  const typed = (e) => ("value" in e && e.value !== e.defaultValue) || e === document.activeElement;
  const busy = () =>
    pressed || part()?.querySelector("details[open] form") || [...(part()?.querySelectorAll("input:not([type=hidden]), textarea") ?? [])].some(typed);

  async function refresh() {
    if (running) {
      again = true;
      return;
    }
    if (busy()) {
      clearTimeout(timer);
      timer = setTimeout(refresh, 2000);
      return;
    }
    running = true;
    if (!document.hidden) {
      try {
        const answer = await fetch(location.href, { cache: "no-store" });
        if (answer.ok) {
          const page = new DOMParser().parseFromString(await answer.text(), "text/html");
          const fresh = page.getElementById("live");
          if (!fresh) {
            running = false;
            return;
          }
          if (!document.querySelector("main h1")?.isEqualNode(page.querySelector("main h1"))) {
            location.reload();
            return;
          }
          if (busy()) {
            running = false;
            refresh(); // later: it was begun while the page was on its way
            return;
          }
          const focused = document.activeElement?.closest?.("#live a")?.getAttribute("href");
          part().replaceWith(document.adoptNode(fresh));
          if (focused) part().querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
        }
      } catch {
        // The server is away for a moment: try again at the next turn.
      }
    }
    running = false;
    if (again) {
      again = false;
      refresh();
      return;
    }
    schedule();
  }

  function schedule() {
    clearTimeout(timer);
    const seconds = Number(part()?.dataset.every);
    if (seconds > 0 && !events) timer = setTimeout(refresh, seconds * 1000);
  }

  function listen() {
    const address = part()?.dataset.events;
    if (!address || !window.EventSource) {
      schedule();
      return;
    }
    events = new EventSource(address);
    events.addEventListener("change", refresh);
    const stop = () => {
      events?.close();
      events = null;
      refresh();
    };
    events.addEventListener("end", stop);
    events.addEventListener("error", stop); // from now on it asks
    document.addEventListener("visibilitychange", () => !document.hidden && refresh());
  }

  // A button that is replaced between press and release is not clicked.
  addEventListener("pointerdown", () => (pressed = true), true);
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => setTimeout(() => (pressed = false), 300), true);

  listen();
})();
