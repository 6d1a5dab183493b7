package push

import (
	"encoding/json"
	"fmt"

	"relais/channels"
)

// Preview returns what a delivery shows on a phone, shortened as Send would
// shorten it. It sends nothing. An error never holds a text.
func Preview(words channels.WordsByLang, d channels.Delivery) (Payload, error) {
	in := words[d.Content.Lang]
	data, err := payload(d, say(d.Content, in), in)
	if err != nil {
		return Payload{}, err
	}
	var shown Payload
	if err := json.Unmarshal(data, &shown); err != nil {
		return shown, fmt.Errorf("read back what would be sent: %w", err)
	}
	return shown, nil
}
