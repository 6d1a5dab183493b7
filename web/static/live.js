// Keeps the part of a page with id "live" fresh: fetches the page again every
// data-every seconds and takes that part over, until it says that nothing will
// change any more. Without script the page reloads itself.
"use strict";
(() => {
  const part = () => document.getElementById("live");

  async function refresh() {
    if (!document.hidden) {
      try {
        const answer = await fetch(location.href, { cache: "no-store" });
        if (answer.ok) {
          const page = new DOMParser().parseFromString(await answer.text(), "text/html");
          const fresh = page.getElementById("live");
          if (!fresh) return;
          if (!document.querySelector("main h1")?.isEqualNode(page.querySelector("main h1"))) {
            location.reload();
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
    schedule();
  }

  function schedule() {
    const seconds = Number(part()?.dataset.every);
    if (seconds > 0) setTimeout(refresh, seconds * 1000);
  }

  schedule();
})();
