package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"relais/broker"
	"relais/broker/jetstream"
	"relais/channels"
	"relais/config"
	"relais/dispatch"
	"relais/dispatch/redis"
	"relais/store"
	"relais/web"
)

// serveWeb starts pages, API and callbacks on the listener.
func (n *node) serveWeb(ctx context.Context) error {
	deps := n.webDeps()
	var err error
	if deps.Passes, err = openPasses(ctx, n.store); err != nil {
		return err
	}
	deps.Mailer = codeMailer(n.channels)
	deps.Courier = n.newCourier()
	if deps.Previewer, err = newPreviewer(n.words, n.channelNames(), n.url, n.cfg.Prices.SMSPart); err != nil {
		return fmt.Errorf("build the preview: %w", err)
	}
	if deps.Forecaster, err = n.newForecaster(); err != nil {
		return fmt.Errorf("build the forecast: %w", err)
	}
	ending := make(chan struct{})
	deps.Ending = ending
	handler, err := web.New(deps, web.Options{
		PublicURL: n.url, APIToken: n.cfg.Web.APIToken, OIDC: oidcOf(n.cfg.Web.OIDC), Open: n.cfg.Web.Open, OutboxURL: n.outbox, DuplicateWindow: n.cfg.Dispatch.DuplicateWindow,
		Trial: n.cfg.Trial.Enabled, TrialRecipients: len(n.cfg.Trial.Recipients), Keep: retentionOf(n.cfg.Keep),
		SMSReplies: n.channels[channels.SMS] != nil && n.channels[channels.SMS].replies,
	})
	if err != nil {
		return fmt.Errorf("build pages: %w", err)
	}
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       2 * time.Minute,
	}
	server.RegisterOnShutdown(sync.OnceFunc(func() { close(ending) })) // Shutdown waits for streams too
	go func() {
		if err := server.Serve(n.listener); !errors.Is(err, http.ErrServerClosed) {
			n.log.Error("pages ended", "err", err)
		}
	}()
	n.started("pages", server.Shutdown)
	return nil
}

func oidcOf(o config.OIDC) web.OIDC {
	return web.OIDC{Issuer: o.Issuer, ClientID: o.ClientID, Secret: o.ClientSecret, Zone: broker.ZoneID(o.Zone), Name: o.Name}
}

func (n *node) webDeps() web.Deps {
	parsers := make(map[channels.Name]web.ReportParser)
	for name, c := range n.channels {
		if c.reports != nil {
			parsers[name] = c.reports
		}
	}
	inbound := make(map[channels.Name]web.InboundParser)
	for name, c := range n.channels {
		if c.inbound != nil {
			inbound[name] = c.inbound
		}
	}
	return web.Deps{
		Inbox: n.steps.inbox, InboundParsers: inbound,
		Publisher:     messages{n.broker},
		Decider:       n.steps.approver,
		CaseCloser:    n.steps.cases,
		Incidents:     n.store,
		Alarms:        n.steps.incidents,
		Records:       n.store,
		History:       n.store,
		Members:       n.store,
		Joiners:       n.store,
		Papers:        n.store,
		Invitations:   n.store,
		Holders:       n.store,
		AddressBook:   addressBook{},
		Absences:      n.store,
		Budgets:       n.steps.budgets,
		Infoflashes:   &dispatch.Infoflashes{Directory: n.store, Ledger: n.store, Now: n.clock.now},
		MemberTexts:   n.store,
		Journals:      n.store,
		Roll:          n.store,
		DeadLetters:   n.steps.graveyard,
		Reports:       n.steps.reports,
		ReportParsers: parsers,
		Capabilities:  n.may,
		Push:          n.pushChannel(),
		Contacts:      n.store,
		Accounts:      n.store,
		Tokens:        n.store,
		SignIns:       n.store,
		Passkeys:      n.store,
		Templates:     n.store,
		Zone:          n.store,
		Figures:       n.store,
		PlanReader:    planReader{},
		Sessions:      &store.Sessions{Store: n.store, Now: time.Now},
		Zones:         n.store.Zones,
		Dependencies:  n.dependencies(),
		Now:           n.clock.now,
		Log:           n.log,
	}
}

// dependencies are what this node must reach. Without Redis the ledger alone
// keeps anybody from getting anything twice.
func (n *node) dependencies() []web.Dependency {
	list := []web.Dependency{
		{Name: "database", Check: n.store.Ping, Needed: true},
		{Name: "nats", Check: n.broker.Ping, Needed: true},
	}
	if n.cfg.NATS.URL.IsZero() || n.cfg.Database.URL.IsZero() { // something is kept in data_dir
		list = append(list, web.Dependency{Name: "disk", Check: n.hasRoom, Needed: true, Fails: "has no room"})
	}
	if shared, ok := n.seen.(*redis.Seen); ok {
		list = append(list, web.Dependency{Name: "redis", Check: shared.Ping})
	}
	return list
}

// roomToGoOn is little, for monitors ask often; a disk with less is full.
const roomToGoOn = 64 << 10 // bytes

// hasRoom says whether data_dir can be written: a full disk answers reads.
func (n *node) hasRoom(context.Context) error {
	return jetstream.Room(n.cfg.DataDir, roomToGoOn)
}

// pushChannel is nil where push is not configured.
func (n *node) pushChannel() web.PushChannel {
	if c := n.channels[channels.Push]; c != nil {
		return c.browser
	}
	return nil
}

// messages publishes what the pages were given, as any other program would.
type messages struct{ broker.Publisher }

func (p messages) Publish(ctx context.Context, m broker.Message) error {
	data, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	return p.Publisher.Publish(ctx, broker.Event{Subject: broker.MessageSubject(m.Zone), ID: eventID(m), Data: data})
}
