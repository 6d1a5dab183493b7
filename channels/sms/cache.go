package sms

import (
	"sync"

	"relais/channels"
)

// keptTexts is how many contents stay rendered: those of a few messages in
// four languages and all their partnerships.
const keptTexts = 512

// cache renders each content once. It forgets the oldest.
type cache struct {
	renderer renderer

	mu    sync.RWMutex
	byKey map[string]rendered
	order []string // keys as they came; a ring
	next  int
}

func newCache(r renderer) *cache {
	return &cache{renderer: r, byKey: make(map[string]rendered, keptTexts), order: make([]string, keptTexts)}
}

// text returns the whole SMS of a delivery.
func (c *cache) text(d channels.Delivery) string {
	return c.shared(d.Content).splice(d.Links)
}

func (c *cache) shared(content *channels.Content) rendered {
	if content.Key == "" {
		return c.renderer.render(content)
	}
	c.mu.RLock()
	out, ok := c.byKey[content.Key]
	c.mu.RUnlock()
	if ok {
		return out
	}
	out = c.renderer.render(content)
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.byKey[content.Key]; ok {
		return out // another call was faster
	}
	delete(c.byKey, c.order[c.next])
	c.byKey[content.Key], c.order[c.next] = out, content.Key
	c.next = (c.next + 1) % keptTexts
	return out
}
