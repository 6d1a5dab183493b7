package sandbox

import (
	"strings"
	"sync"

	"relais/channels"
)

// people are the names that the outbox shows beside addresses.
type people struct {
	mu    sync.Mutex
	names map[string]string
}

func (p *people) name(to string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.names[to]
}

// label is the shortest thing that tells a recipient apart: a name, else the
// address; of a push endpoint, its last characters.
func (p *people) label(it Item) string {
	if name := p.name(it.To); name != "" {
		return name
	}
	return shortAddress(it)
}

// matches says whether a recipient is meant by what somebody typed: part of a
// name or address, any case.
func (p *people) matches(it Item, typed string) bool {
	typed = strings.ToLower(strings.TrimSpace(typed))
	return typed == "" ||
		strings.Contains(strings.ToLower(it.To), typed) ||
		strings.Contains(strings.ToLower(p.name(it.To)), typed) ||
		strings.Contains(strings.ToLower(shortAddress(it)), typed)
}

func shortAddress(it Item) string {
	if it.Channel != channels.Push {
		return it.To
	}
	token := it.To[strings.LastIndex(it.To, "/")+1:]
	return "…" + token[max(0, len(token)-6):]
}
