package email

import "sync"

// maxRendered bounds the mails kept; each is 10 to 50 kilobytes.
const maxRendered = 128

// cache keeps rendered mails and forgets the oldest.
type cache struct {
	mu    sync.Mutex
	mails map[key]*rendered
	order []key // oldest at next, once full
	next  int
}

func newCache(most int) *cache {
	return &cache{mails: make(map[key]*rendered, most), order: make([]key, 0, most)}
}

func (c *cache) get(k key) (*rendered, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	mail, ok := c.mails[k]
	return mail, ok
}

func (c *cache) put(k key, mail *rendered) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.mails[k]; ok {
		return // somebody else was first; theirs says the same
	}
	if len(c.order) < cap(c.order) {
		c.order = append(c.order, k)
	} else {
		delete(c.mails, c.order[c.next])
		c.order[c.next] = k
		c.next = (c.next + 1) % len(c.order)
	}
	c.mails[k] = mail
}
