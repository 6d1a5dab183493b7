package sms

import "relais/channels"

// Preview returns the SMS of a delivery as Send would hand it over, to count
// what it will cost. It sends nothing.
func Preview(words channels.WordsByLang, d channels.Delivery) string {
	return renderer{words: words}.render(d.Content).splice(d.Links)
}
