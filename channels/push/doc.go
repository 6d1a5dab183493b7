// Package push carries deliveries to browsers by Web Push, with nothing but
// the standard library:
//
//   - RFC 8030: one POST to the endpoint of the subscription, with TTL, Urgency
//     and Topic (headers.go, channel.go, answer.go);
//   - RFC 8291 over RFC 8188: the payload is encrypted for the browser, the push
//     service between us and it cannot read it (encrypt.go); its keys are made
//     ahead, in idle time (ahead.go);
//   - RFC 8292: the push service learns who sends from a signed token (vapid.go).
//
// The address of a push contact is the browser's PushSubscription as JSON
// (subscription.go). It is a capability: whoever holds it can write to that
// browser, so it never appears in an error or a log line.
//
// An endpoint comes from a browser and names the host that we call. Two gates
// keep it from naming a machine of ours: the list of known push services, and
// a check of each IP address when it is dialled (reach.go).
package push
