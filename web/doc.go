// Package web holds the pages, the JSON API and the addresses that providers
// call back. Every page works without script; live.js only
// keeps figures fresh, and push.js offers notifications where a browser has them.
//
// Who may open what:
//
//	/ , /messages…         the desk of the police   the API token, or without one only this machine
//	/api/…                 programs                 the same
//	/inbox…                those who decide         who has signed in as one, each for their partnerships
//	/a/{token}             an approver              whoever holds the link
//	/m/{token} /u/{token}  a member                 whoever holds the link
//	…/push                 a browser that wants notifications, behind /a/ and /m/ alike
//	/call                  the emergency numbers    everybody
//	/callbacks/…           providers                whoever signs as the channel's provider
//	/healthz /readyz       monitors                 everybody
//
// Invariants:
//
//   - GET and HEAD change nothing: mail scanners open every link.
//   - What is logged of a request is its route, never its path, for that holds the token.
//   - Pages for holders of a link are never stored and send no referrer.
//   - No style or script stands in a page (Content-Security-Policy: default-src 'self'), but for a message's picture.
//   - No sentence stands in the code: texts/*.json, and the words of channels, have them all,
//     but for the one that static/sw.js says when it cannot read a message.
//
// Failures:
//
//	link cut, changed or made up      403, what to do next
//	its delivery is not kept any more 404, what to do next
//	message expired, approval lapsed  410, with what became of it
//	somebody answered first           409, who and when
//	the store is away                 503 or 500; the form's text is kept in the browser
package web
