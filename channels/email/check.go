package email

import (
	"context"
	"fmt"

	"relais/channels"
)

// Check connects to the mail server, secures the connection and signs in as for
// a mail, and takes leave again. The error is a *channels.SendError: Ours where
// the server does not let us in, Down where it does not answer.
func (c *Channel) Check(ctx context.Context) error {
	conn, err := c.pool.dial(ctx)
	if err != nil {
		return err
	}
	if err := conn.smtp.Noop(); err != nil {
		conn.drop()
		return dialError(ctx, err)
	}
	if err := conn.quit(); err != nil && !hungUp(err) {
		return &channels.SendError{Class: channels.Retryable, Down: true, Err: fmt.Errorf("take leave of the mail server: %w", cause(err))}
	}
	return nil
}
