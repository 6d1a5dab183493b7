package voice

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/channels/channeltest"
	"relais/channels/sandbox"
)

// desk is this program as Twilio's stand-in reaches it.
type desk struct {
	*httptest.Server
	channel *Channel

	mu      sync.Mutex
	reports []string
	came    chan struct{}
}

func (d *desk) serve(w http.ResponseWriter, r *http.Request) {
	report, err := d.channel.ParseReport(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	d.mu.Lock()
	d.reports = append(d.reports, strings.TrimSpace(fmt.Sprint(report.State, " ", report.Code)))
	d.mu.Unlock()
	d.channel.AnswerCallback(w, r, report)
	d.came <- struct{}{}
}

func newDesk(t *testing.T, machine Machine, set sandbox.Faults) (*desk, *sandbox.Sandbox) {
	t.Helper()
	s, err := sandbox.Start(t.Context(), sandbox.Config{AccountSID: testSID, AuthToken: channels.NewSecret(testToken), Seed: 1}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Set(channels.Voice, set); err != nil {
		t.Fatal(err)
	}
	d := &desk{came: make(chan struct{}, 100)}
	d.Server = httptest.NewServer(http.HandlerFunc(d.serve))
	cfg := Default()
	cfg.BaseURL, cfg.AccountSID, cfg.AuthToken, cfg.From, cfg.Machine = s.URL(), testSID, channels.NewSecret(testToken), "+3227931000", machine
	texts := fixedTexts{content: channeltest.Content(channels.ForMember, broker.French)}
	if d.channel, err = New(cfg, loadWords(t), texts, d.URL, slog.New(slog.NewTextHandler(io.Discard, nil))); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
		d.channel.Close()
		d.Close()
	})
	return d, s
}

func (d *desk) wait(t *testing.T, n int) []string {
	t.Helper()
	for range n {
		select {
		case <-d.came:
		case <-time.After(10 * time.Second):
			t.Fatal("a callback did not come")
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.reports)
}

// TestCallsAtTheStandIn plays each end of a call over real sockets, under both
// policies: who answers, and what this program makes of it.
func TestCallsAtTheStandIn(t *testing.T) {
	for _, tt := range []struct {
		who     string
		machine Machine
		want    []string
	}{
		{sandbox.AnswerKey, LeaveMessage, []string{"accepted", "delivered key 1", "accepted"}},
		{sandbox.AnswerKey, HangUp, []string{"accepted", "", "delivered key 1", "accepted"}},
		{sandbox.AnswerAgain, LeaveMessage, []string{"accepted", "key 9", "delivered key 1", "accepted"}},
		{sandbox.AnswerListen, LeaveMessage, []string{"accepted", "accepted"}},
		{sandbox.AnswerMachine, LeaveMessage, []string{"accepted", "accepted"}},
		{sandbox.AnswerMachine, HangUp, []string{"accepted", "failed machine", "accepted"}},
		{sandbox.AnswerFax, HangUp, []string{"accepted", "failed fax", "accepted"}},
		{sandbox.AnswerBusy, LeaveMessage, []string{"accepted", "failed busy"}},
		{sandbox.AnswerNobody, HangUp, []string{"accepted", "failed no-answer"}},
		{sandbox.AnswerFailed, LeaveMessage, []string{"accepted", "failed failed"}},
	} {
		t.Run(tt.who+"/"+string(tt.machine), func(t *testing.T) {
			d, s := newDesk(t, tt.machine, sandbox.Faults{Answers: map[string]string{"*": tt.who}})
			receipt, err := d.channel.Send(t.Context(), delivery(t))
			if err != nil {
				t.Fatal(err)
			}
			if got := d.wait(t, len(tt.want)); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			item := s.Taken()[0]
			if item.Delivery != delivery(t).ID || item.Ref != receipt.Ref || !strings.Contains(item.Text, "titre-7f3a1c") {
				t.Errorf("the outbox has %s under %s: %q", item.Delivery, item.Ref, item.Text)
			}
		})
	}
}

// TestCutCallIsFound: the stand-in takes the call and cuts the line; the call
// names itself, is found, and nobody needs to be rung again.
func TestCutCallIsFound(t *testing.T) {
	d, s := newDesk(t, LeaveMessage, sandbox.Faults{CutRate: 1})
	before := time.Now()
	sent := delivery(t)
	_, err := d.channel.Send(t.Context(), sent)
	if channels.AsSendError(err).Class != channels.Ambiguous {
		t.Fatalf("got %v, want ambiguous", err)
	}
	sent.Since = before
	receipt, found, err := d.channel.Find(t.Context(), sent)
	if err != nil || !found || receipt.Ref != s.Taken()[0].Ref {
		t.Errorf("got %+v, %v, %v, want the call that was made", receipt, found, err)
	}
	if got := d.wait(t, 3); got[0] != "accepted" {
		t.Errorf("got %q, want that the call reports itself", got)
	}
}
