package sms

import "relais/channels"

// keptTexts is how many contents stay rendered: those of a few messages in
// four languages and all their partnerships.
const keptTexts = 512

// cache renders each content once.
type cache struct {
	renderer renderer
	kept     *channels.Rendered[string, rendered]
}

func newCache(r renderer) *cache {
	return &cache{renderer: r, kept: channels.NewRendered[string, rendered](keptTexts)}
}

// text returns the whole SMS of a delivery.
func (c *cache) text(d channels.Delivery) string {
	return c.shared(d.Content).splice(d.Links)
}

func (c *cache) shared(content *channels.Content) rendered {
	if content.Key == "" {
		return c.renderer.render(content)
	}
	out, ok := c.kept.Get(content.Key)
	if !ok {
		out = c.renderer.render(content)
		c.kept.Put(content.Key, out)
	}
	return out
}
