package sms

import (
	"context"
	"errors"

	"relais/channels"
)

// Check asks Twilio for our account, which sends nothing and costs nothing. The
// error is a *channels.SendError: Down where nobody answers, Ours where Twilio
// does not let us in or has stopped the account.
func (c *Channel) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	call := c.account.dial(ctx)
	account, err := call.service().FetchAccount(c.cfg.AccountSID)
	if err != nil {
		return c.failure(err, call.connected.Load())
	}
	if status := value(account.Status); status != "active" { // active, suspended or closed
		return &channels.SendError{Class: channels.Retryable, Ours: true, Code: status, Err: errors.New("the account is not active")}
	}
	return nil
}
