package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"relais/dispatch"
	"relais/dispatch/inmem"
)

// loopWindow is the time within which like texts to one address are counted.
const loopWindow = 5 * time.Minute

// loops builds the loop breaker. Its key is kept in the database, for all nodes
// must count under the same names.
func (n *node) loops(ctx context.Context) (*dispatch.Loops, error) {
	key, err := n.store.Setting(ctx, "loop_key", func() ([]byte, error) {
		key := make([]byte, 32)
		_, err := rand.Read(key)
		return key, err
	})
	if err != nil {
		return nil, fmt.Errorf("keep the key of the loop breaker: %w", err)
	}
	return &dispatch.Loops{
		Shared: n.breaker, Own: inmem.NewBreaker(), Key: key, Incidents: n.steps.incidents, Log: n.log,
		Limit: dispatch.LoopLimit{Most: n.cfg.Dispatch.LoopLimit, Within: loopWindow},
	}, nil
}
