package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"relais/channels"
	"relais/channels/channeltest"
	"relais/channels/sandbox"
	"relais/config"
)

// During a trial the providers, which another sandbox plays here, hear of the
// listed recipients only. Everybody else's messages are in the trial's outbox.
func TestTrialSendsToListedRecipientsOnly(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	providers := startedSandbox(t, log)
	base := providers.URL()
	text := fmt.Sprintf(`data_dir: %q
trial: {enabled: true, recipients: ["+32 470 12 34 56", "An@Voorbeeld.be", "+32 2 793 10 00"], outbox: "127.0.0.1:0"}
channels:
  sms: {base_url: %[2]q, account_sid: AC1, auth_token: real, messaging_service_sid: MG1}
  email: {host: 127.0.0.1, port: %[3]s, tls: none, from: plp@police.example}
  push: {subject: "mailto:plp@police.example", base_url: %[2]q, allow_insecure: true}
  voice: {base_url: %[2]q, account_sid: AC1, auth_token: real, from: "+3227931000"}
`, t.TempDir(), base, providers.SMTPAddr()[len("127.0.0.1:"):])
	file := filepath.Join(t.TempDir(), "relais.yaml")
	write(t, file, text)
	cfg, err := config.Load(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	n := &node{lifecycle: lifecycle{log: log}, cfg: cfg, log: log, url: "http://relais.test"}
	defer func() {
		if err := n.stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	}()
	for _, step := range []func(context.Context) error{n.openStore, n.openTrial, n.openChannels} {
		if err := step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	browser, err := providers.NewSubscription()
	if err != nil {
		t.Fatal(err)
	}
	for i, to := range []struct {
		on      channels.Name
		address string
	}{
		{channels.SMS, "+32470123456"}, {channels.SMS, "+32470999999"},
		{channels.Email, "an@voorbeeld.be"}, {channels.Email, "piet@voorbeeld.be"},
		{channels.Voice, "+3227931000"}, {channels.Voice, "+3227931001"},
		{channels.Push, browser},
	} {
		d := channeltest.Delivery(i, channels.NewAddress(to.address))
		d.NotAfter = time.Now().Add(time.Hour)
		receipt, err := n.channels[to.on].Channel.Send(t.Context(), d)
		if err != nil {
			t.Fatalf("%s to the recipient %d: %v", to.on, i, err)
		}
		if finder := n.channels[to.on].Find; finder != nil {
			if found, ok, err := finder.Find(t.Context(), d); err != nil || !ok || found.Ref != receipt.Ref {
				t.Errorf("%s to the recipient %d: found %v %v, %v; want what was sent", to.on, i, found, ok, err)
			}
		}
	}
	for name, want := range map[channels.Name][2]int{channels.SMS: {1, 1}, channels.Email: {1, 1}, channels.Voice: {1, 1}, channels.Push: {0, 1}} {
		if got := [2]int{providers.Count(name), n.trial.sandbox.Count(name)}; got != want {
			t.Errorf("%s: providers and outbox got %v, want %v", name, got, want)
		}
	}
}

func startedSandbox(t *testing.T, log *slog.Logger) *sandbox.Sandbox {
	t.Helper()
	box, err := sandbox.Start(t.Context(), sandbox.Config{AccountSID: "AC1", AuthToken: channels.NewSecret("real")}, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := box.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return box
}
