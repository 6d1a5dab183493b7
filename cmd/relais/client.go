package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"relais/channels"
	"relais/config"
)

// client speaks with the API of a running relais.
type client struct {
	base  string // without a slash at the end
	token channels.Secret
	http  *http.Client
}

// Server says which running relais a command speaks with.
type Server struct {
	Server string `placeholder:"URL" help:"Address of the running relais; else web.listen of the configuration."`
}

const callPatience = 30 * time.Second

func (s Server) client(cfg *config.Config) *client {
	base := s.Server
	if base == "" {
		base = "http://" + cfg.Web.Listen
	}
	return &client{strings.TrimRight(base, "/"), cfg.Web.APIToken, &http.Client{Timeout: callPatience}}
}

// get reads one answer into out.
func (c *client) get(ctx context.Context, path string, out any) error {
	return c.call(ctx, http.MethodGet, path, nil, out)
}

// post sends in as JSON and reads the answer into out, unless out is nil.
func (c *client) post(ctx context.Context, path string, in, out any) error {
	return c.send(ctx, http.MethodPost, path, in, out)
}

// put does the same with what replaces something.
func (c *client) put(ctx context.Context, path string, in, out any) error {
	return c.send(ctx, http.MethodPut, path, in, out)
}

func (c *client) send(ctx context.Context, method, path string, in, out any) error {
	data, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("encode request: %w", err)
	}
	return c.call(ctx, method, path, bytes.NewReader(data), out)
}

func (c *client) call(ctx context.Context, method, path string, body io.Reader, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return fmt.Errorf("address of the running relais: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	if !c.token.IsZero() {
		req.Header.Set("Authorization", "Bearer "+c.token.Reveal())
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("no relais answers at %s: start it with relais serve, or name another with --server (%w)", c.base, err)
	}
	defer resp.Body.Close()
	return decodeAnswer(resp, out)
}

const maxAnswer = 64 << 20

func decodeAnswer(resp *http.Response, out any) error {
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	if resp.StatusCode/100 != 2 {
		return refusal(resp.StatusCode, data)
	}
	if out == nil || len(data) == 0 {
		return nil
	}
	if err := json.Unmarshal(data, out); err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	return nil
}

// refusedError is the API's one sentence, or the status when there is none.
type refusedError struct {
	status   int
	sentence string
}

func (e *refusedError) Error() string { return e.sentence }

func refusal(status int, data []byte) error {
	var fault struct {
		Error string `json:"error"`
	}
	if err := json.Unmarshal(data, &fault); err == nil && fault.Error != "" {
		return &refusedError{status, fault.Error}
	}
	return &refusedError{status, fmt.Sprintf("relais answered %d %s", status, http.StatusText(status))}
}
