package main

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/config"
	"relais/dispatch"
	"relais/store"
	"relais/subscribers"
	"relais/subscribers/roster"
)

// crowdPlan is every partnership's.
const crowdPlan = `
rules:
  - kinds: [prevention, info]
    approval: {by: coordinator, deputies_after: 4h, within: 24h}
    channels: {first: [email, sms]}
    when: digest
  - approval: {by: coordinator, deputies_after: 5m, within: 2h, release_after: 30m}
    channels: {first: [sms, email, voice]}
    when: now
    feedback: 48h
digest: {every: day, at: "18:00"}
`

// Days of the past that the crowd's history holds, and of how many the
// deliveries are still rows (config/keep.go).
const (
	crowdDays = 700
	crowdRows = 90
)

// crowd is an installation with many members and a long history.
type crowd struct {
	partnerships, members, messages int
	asked                           int // partnerships that one of the newest messages waits for

	db       *sql.DB
	postgres bool
	s        *store.Store
	now      time.Time
	zone     []subscribers.Partnership
	plan     subscribers.Plan
	widest   broker.MessageID // went to every partnership
	recent   []broker.Message // whose deliveries are rows, the newest first
	waiting  subscribers.ApprovalID
	asks     channels.DeliveryID // the question to the coordinator about it

	waitingCase subscribers.CaseID
	letters     []channels.DeliveryID // to members
	may         subscribers.Capabilities
}

// crowdNumber is how big the crowd is, unless the environment says otherwise.
func crowdNumber(b *testing.B, name string, usual int) int {
	b.Helper()
	text, given := os.LookupEnv(name)
	if !given {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		b.Fatalf("%s=%q is not a number above 0", name, text)
	}
	return n
}

// fillCrowd writes everything. What there is much of is written by the database
// itself; what only the nouns know how to make, through the store.
func fillCrowd(b *testing.B, cfg *config.Config, s *store.Store) *crowd {
	b.Helper()
	c := &crowd{
		partnerships: crowdNumber(b, "RELAIS_BENCH_PARTNERSHIPS", 1000), members: crowdNumber(b, "RELAIS_BENCH_MEMBERS", 300_000), messages: crowdNumber(b, "RELAIS_BENCH_MESSAGES", 2000),
		asked: crowdNumber(b, "RELAIS_BENCH_ASKED", 1),
		s:     s, now: time.Now().Truncate(time.Minute), postgres: !cfg.Database.URL.IsZero(),
	}
	driver, name := "sqlite", filepath.Join(cfg.DataDir, "relais.db")+"?_pragma=busy_timeout(10000)&_pragma=synchronous(OFF)"
	if c.postgres {
		driver, name = "pgx", cfg.Database.URL.Reveal()
	}
	var err error
	if c.db, err = sql.Open(driver, name); err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := c.db.Close(); err != nil {
			b.Error(err)
		}
	}()
	began := time.Now()
	for _, step := range []func(*testing.B){c.addPartnerships, c.addPeople, c.addMessages, c.addDeliveries, c.addRest} {
		step(b)
	}
	b.Logf("%d partnerships, %d members, %d messages, %d deliveries, in %s", c.partnerships, c.members, c.messages, c.count(b, "deliveries"), time.Since(began).Round(time.Second))
	return c
}

func (c *crowd) addPartnerships(b *testing.B) {
	entries, faults, err := roster.ReadPlans(strings.NewReader(crowdPlan), broker.English)
	if err != nil || len(faults) > 0 {
		b.Fatal(err, faults)
	}
	c.plan = entries[0].Plan
	for i := range c.partnerships {
		p := subscribers.Partnership{
			ID: partnershipAt(i), Zone: "crowd", Name: fmt.Sprintf("PLP du quartier %d", i), Tag: fmt.Sprintf("PLP Q%d", i),
			Languages: []broker.Lang{broker.French, broker.Dutch}, Stage: subscribers.StageLaunched,
			Charter: subscribers.Charter{Signed: subscribers.Date{Year: 2024, Month: time.January, Day: 15}},
			Streets: []subscribers.Street{{Name: fmt.Sprintf("Rue du Moulin %d", i), Postcode: "5000"}, {Name: fmt.Sprintf("Rue de la Gare %d", i), Postcode: "5000"}},
		}
		if _, err := c.s.ImportPartnership(b.Context(), p, c.plan); err != nil {
			b.Fatal(err)
		}
		p.PlanVersion = 1
		c.zone = append(c.zone, p)
	}
}

func partnershipAt(i int) broker.PartnershipID {
	return broker.PartnershipID(fmt.Sprintf("plp-%d", 1000+i))
}

// Somebody's id is their number, counted from 1: the zero id is nobody's.
func memberAt(i int) (id subscribers.MemberID) {
	i++
	for at := 15; i > 0; at, i = at-1, i/256 {
		id.UUID[at] = byte(i % 256)
	}
	return id
}

// bytesOf is an id of 16 bytes that ends in a number.
func (c *crowd) bytesOf(first int, number string) string {
	if c.postgres {
		return fmt.Sprintf(`decode('%02x' || lpad(to_hex(%s), 30, '0'), 'hex')`, first, number)
	}
	return fmt.Sprintf(`unhex(printf('%02x%%030x', %s))`, first, number)
}

// anyID is an id that nobody needs to know.
func (c *crowd) anyID() string {
	if c.postgres {
		return `uuid_send(gen_random_uuid())`
	}
	return `randomblob(16)`
}

func (c *crowd) run(b *testing.B, query string, args ...any) {
	b.Helper()
	if _, err := c.db.ExecContext(b.Context(), query, args...); err != nil {
		b.Fatalf("%v: %s", err, query)
	}
}

func (c *crowd) count(b *testing.B, table string) (n int) {
	b.Helper()
	if err := c.db.QueryRowContext(b.Context(), `SELECT COUNT(*) FROM `+table).Scan(&n); err != nil {
		b.Fatal(err)
	}
	return n
}

// people counts from 0.
const people = ` WITH RECURSIVE people(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM people WHERE i + 1 < %d) `

func (c *crowd) addPeople(b *testing.B) {
	all, id, each := fmt.Sprintf(people, c.members), c.bytesOf(0, "(i + 1)"), c.members/c.partnerships
	joined := c.now.AddDate(-2, 0, 0).UnixMilli()
	c.run(b, `INSERT INTO members (id, name, lang) `+all+`SELECT `+id+`, 'Member ' || i, CASE WHEN i % 3 = 0 THEN 'nl' ELSE 'fr' END FROM people`)
	c.run(b, fmt.Sprintf(`INSERT INTO memberships (partnership, member, role, joined, left_at) %s
		SELECT 'plp-' || (1000 + i / %d), %s, CASE i %% %d WHEN 0 THEN 'coordinator' WHEN 1 THEN 'deputy' WHEN 2 THEN 'deputy' WHEN 3 THEN 'committee' ELSE 'member' END,
			%d, CASE WHEN i %% 50 = 49 THEN %d ELSE 0 END FROM people WHERE i / %d < %d`, all, each, id, each, joined, joined+1, each, c.partnerships))
	for rank, on := range []struct{ name, address, who string }{
		{"sms", `'+32470' || (100000 + i)`, `i % 20 <> 19`}, {"email", `'member.' || i || '@example.be'`, `i % 5 < 3`}, {"voice", `'+3281' || (100000 + i)`, `i % 20 = 19`},
	} {
		c.run(b, fmt.Sprintf(`INSERT INTO contacts (member, channel, hash, address, rank, state, consent_at, consent_how) %s
			SELECT %s, '%s', %s, %s, %d, 'active', %d, 'benchmark' FROM people WHERE %s`, all, id, on.name, c.bytesOf(rank+1, "i"), on.address, rank, joined, on.who))
	}
}

// crowdText is about as long as what police write; of the two languages each.
const crowdText = "Plusieurs cambriolages ont eu lieu cette nuit entre deux et quatre heures. Fermez portes et volets, même pour une courte absence, " +
	"et signalez tout véhicule qui vous paraît suspect. N'intervenez pas vous-même. Message %d de la zone, quartier %d."

func (c *crowd) addMessages(b *testing.B) {
	kinds := []broker.Kind{broker.Alert, broker.Prevention, broker.Hazard, broker.Appeal, broker.Alert, broker.Info}
	for i := range c.messages {
		at := c.now.Add(-time.Duration(c.messages-i) * (crowdDays * 24 * time.Hour / time.Duration(c.messages)))
		if c.waits(i) { // a busy evening
			at = c.now.Add(-time.Duration(c.messages-i) * time.Minute)
		}
		m := stamped(broker.Message{Zone: "crowd", Author: fmt.Sprintf("Insp. %d", i%7), Kind: kinds[i%len(kinds)], Texts: map[broker.Lang]broker.Text{
			broker.French: {Title: fmt.Sprintf("Vols dans le quartier %d", i%c.partnerships), Body: fmt.Sprintf(crowdText, i, i%c.partnerships)},
			broker.Dutch:  {Title: fmt.Sprintf("Diefstallen in wijk %d", i%c.partnerships), Body: fmt.Sprintf(crowdText, i, i%c.partnerships)},
		}}).WithUsual()
		m.Sent, m.Expires = at, at.Add(48*time.Hour)
		if i == c.messages/3 {
			m.Texts[broker.French] = broker.Text{Title: "Un hélicoptère survole la ville", Body: "Il cherche une personne disparue."}
		}
		to := 1 + i%8
		switch {
		case i == c.messages-3:
			to = min(max(to, c.asked), c.partnerships)
		case i == c.messages-5:
			to, c.widest = c.partnerships, m.ID
		case i%40 == 0:
			to = min(100, c.partnerships)
		}
		m = c.open(b, i, m, to)
		if at.After(c.now.AddDate(0, 0, -crowdRows)) {
			c.recent = append([]broker.Message{m}, c.recent...)
		}
	}
}

// waits says whether a message is so new that nobody has decided about it.
func (c *crowd) waits(i int) bool { return i > c.messages-20 }

// open writes a message with the approvals of so many partnerships; of the
// last messages some wait, those of the first partnership always.
func (c *crowd) open(b *testing.B, i int, m broker.Message, to int) broker.Message {
	rule, _ := c.plan.RuleFor(m.Kind, m.Urgency)
	var all []subscribers.Approval
	var questions []subscribers.Entry
	for n := range to {
		p := c.zone[(i*13+n)%len(c.zone)]
		if i > c.messages-4 && n == 0 {
			p = c.zone[0]
		}
		m.Partnerships = append(m.Partnerships, p.ID)
		approvers, err := c.s.Approvers(b.Context(), p.ID)
		if err != nil {
			b.Fatal(err)
		}
		a := subscribers.NewApproval(m, p, rule, approvers, m.Sent)
		if !c.waits(i) || m.ID == c.widest {
			took := time.Duration(1+(i*7+n*3)%50) * time.Minute
			a.State, a.Version, a.Deadline = subscribers.ApprovalApproved, 2, time.Time{}
			a.Decision = subscribers.Decision{To: a.State, By: "Member", At: m.Sent.Add(took), How: subscribers.HowInbox}
			a.Planned = a.Decision.At.Add(time.Second)
		} else {
			asked := a.Questions(m, approvers[:1], []channels.Name{channels.SMS}, m.Sent)
			questions = append(questions, asked...)
			if p.ID == c.zone[0].ID {
				c.waiting, c.asks = a.ID, asked[0].ID
			}
		}
		all = append(all, a)
	}
	if err := c.s.Open(b.Context(), m, m.Sent, all, nil, questions); err != nil {
		b.Fatal(err)
	}
	return m
}

// addDeliveries writes a row for each member and message of the last weeks,
// and what was counted of those before.
func (c *crowd) addDeliveries(b *testing.B) {
	since := c.now.AddDate(0, 0, -crowdRows).UnixMilli()
	c.run(b, fmt.Sprintf(`INSERT INTO deliveries (id, purpose, about, revision, approval, partnership, member, channel, hash, lang, priority, state, reason,
			rest, repeatable, attempt, missed, ref, awaits, not_before, next_at, not_after, created_at, accepted_at, final_at, patience, cost, cost_at, apart)
		SELECT %s, 'message', a.message, a.revision, a.id, a.partnership, s.member, c.channel, c.hash, 'fr', 'normal',
			CASE WHEN c.rank = 0 AND (a.asked / 1000 + length(c.address) + s.joined) %% 7 > 0 THEN 'delivered' WHEN c.address LIKE '%%7' THEN 'failed' ELSE 'accepted' END, '',
			'', 1, 1, 0, '', 0, 0, 0, a.asked + 172800000, a.planned, a.planned + 1000 + a.asked %% 40000, a.planned + 90000, 0, CASE WHEN c.rank = 0 THEN 55000 ELSE 0 END, a.planned, 0
		FROM approvals a JOIN memberships s ON s.partnership = a.partnership AND s.left_at = 0
		JOIN contacts c ON c.member = s.member AND c.rank = (SELECT MIN(o.rank) FROM contacts o WHERE o.member = s.member)
		WHERE a.asked >= %d AND a.planned > 0`, c.anyID(), since))
	c.run(b, fmt.Sprintf(`INSERT INTO counted_approvals (approval, at, dropped, unreached) SELECT id, asked, asked, 3 FROM approvals WHERE asked < %d`, since))
	for channel, n := range map[string]int{"sms": 280, "email": 14} {
		c.run(b, fmt.Sprintf(`INSERT INTO delivery_counts (approval, channel, best, n, first_at, last_at)
			SELECT id, '%s', 'a,0,delivered,', %d, planned + 1000, planned + 60000 FROM approvals WHERE asked < %d`, channel, n, since))
	}
	c.run(b, fmt.Sprintf(`INSERT INTO delivery_counts (approval, channel, best, n, first_at, last_at)
		SELECT id, 'sms', 'h,0,failed,', 3, 0, 0 FROM approvals WHERE asked < %d`, since))
}

// addRest writes what is owed, what members wrote, and who works for the police.
func (c *crowd) addRest(b *testing.B) {
	ago := c.now.AddDate(0, 0, -20).UnixMilli()
	c.run(b, fmt.Sprintf(`INSERT INTO cases (id, zone, partnership, matter, message, revision, owner, opened, due, step, next_at, ended_how, ended_by, ended_at, ended_why)
		SELECT a.id, 'crowd', a.partnership, a.message, a.message, a.revision, 'Insp. 1', a.asked, a.asked + 172800000, 0, 0,
			CASE WHEN a.asked < %[1]d THEN 'feedback' ELSE '' END, '', CASE WHEN a.asked < %[1]d THEN a.asked + 100000000 + a.planned %% 150000000 ELSE 0 END, ''
		FROM approvals a WHERE a.rule LIKE '%%feedback%%' AND a.planned > 0 ON CONFLICT DO NOTHING`, ago))
	c.run(b, fmt.Sprintf(`INSERT INTO inbox_messages (id, partnership, member, text, at, told_by, told_at)
		SELECT m.member, m.partnership, m.member, 'Quand le message a-t-il été envoyé ?', %d, NULL, 1 FROM memberships m WHERE m.role <> 'member'`, ago))
	rows := []store.OfficerRow{officerRow("Luc Maes", "luc@police.example", subscribers.RoleMandated), officerRow("Ann Claes", "ann@police.example", subscribers.RoleAdmin)}
	for i := range 40 {
		rows = append(rows, officerRow(fmt.Sprintf("Insp. %d", i), fmt.Sprintf("insp.%d@police.example", i), subscribers.RoleOfficer))
	}
	if _, err := c.s.ImportOfficers(b.Context(), "crowd", rows, subscribers.Consent{At: c.now, How: "benchmark"}); err != nil {
		b.Fatal(err)
	}
	for i := range 40 {
		one := subscribers.Template{ID: subscribers.TemplateID{UUID: memberAt(i).UUID}, Zone: "crowd", Kind: broker.Kinds()[i%4], Name: fmt.Sprintf("Texte %d", i),
			Texts: map[broker.Lang]broker.Text{broker.French: {Title: "Vols", Body: crowdText[:100]}}, Changed: c.now, By: "Luc Maes"}
		if err := c.s.SaveTemplate(b.Context(), one); err != nil {
			b.Fatal(err)
		}
	}
	figures := dispatch.Figures{Counter: c.s, Keep: subscribers.Retention{Members: 30 * 24 * time.Hour}, Now: time.Now}
	if err := figures.Tick(b.Context()); err != nil {
		b.Fatal(err)
	}
	c.noteIDs(b)
	if c.postgres {
		c.run(b, `ANALYZE`) // as autovacuum would have, after a while
	}
}

func officerRow(name, address string, role subscribers.OfficerRole) store.OfficerRow {
	return store.OfficerRow{Role: role, Member: subscribers.Member{Name: name, Lang: broker.French,
		Contacts: []subscribers.Contact{{Channel: channels.Email, Address: channels.NewAddress(address), State: subscribers.ContactActive}}}}
}

// noteIDs remembers some of what the database made, to ask for.
func (c *crowd) noteIDs(b *testing.B) {
	first := func(query string) (found [][16]byte) {
		rows, err := c.db.QueryContext(b.Context(), query)
		if err != nil {
			b.Fatal(err)
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var id []byte
			if err := rows.Scan(&id); err != nil {
				b.Fatal(err)
			}
			found = append(found, [16]byte(id))
		}
		if rows.Err() != nil || len(found) == 0 {
			b.Fatal("nothing found", rows.Err())
		}
		return found
	}
	c.waitingCase = subscribers.CaseID{UUID: first(`SELECT id FROM cases WHERE ended_how = '' LIMIT 1`)[0]}
	for _, id := range first(`SELECT id FROM deliveries WHERE purpose = 'message' ORDER BY id LIMIT 500`) {
		c.letters = append(c.letters, channels.DeliveryID{UUID: id})
	}
}
