// Lets a telephone install the inbox, and shows a page with whom to call when
// there is no network. Without script the inbox is as it was.
"use strict";
if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/static/offline.js?lang=" + document.documentElement.lang, { scope: "/inbox" }).catch(() => {
    // Not a secure address, or no room: the inbox works without.
  });
}
