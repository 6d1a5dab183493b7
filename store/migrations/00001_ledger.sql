-- One text for SQLite and PostgreSQL. Ids and hashes are 16 raw bytes in BYTEA
-- (a word that SQLite takes for a type it does not convert); times are unix
-- milliseconds, 0 for none; booleans are 0 or 1; structured things are TEXT.

-- +goose Up

CREATE TABLE partnerships (
    id           TEXT     NOT NULL PRIMARY KEY,
    zone         TEXT     NOT NULL,
    body         TEXT     NOT NULL, -- YAML
    plan_version INTEGER  NOT NULL  -- the version in force
);
CREATE INDEX partnerships_by_zone ON partnerships (zone);

CREATE TABLE plans (
    partnership TEXT    NOT NULL REFERENCES partnerships (id),
    version     INTEGER NOT NULL,
    body        TEXT    NOT NULL, -- YAML
    created     BIGINT  NOT NULL,
    PRIMARY KEY (partnership, version)
);

CREATE TABLE members (
    id          BYTEA    NOT NULL PRIMARY KEY,
    name        TEXT     NOT NULL,
    lang        TEXT     NOT NULL,
    quiet_from  TEXT     NOT NULL DEFAULT '', -- 22:00; empty: no quiet hours of their own
    quiet_to    TEXT     NOT NULL DEFAULT '',
    pause_from  TEXT     NOT NULL DEFAULT '', -- 2026-11-23; empty: no pause
    pause_until TEXT     NOT NULL DEFAULT '',
    even_urgent SMALLINT NOT NULL DEFAULT 0   -- urgent messages wait as well
);

-- people of the police to whom Relais writes
CREATE TABLE officers (
    zone    TEXT   NOT NULL,
    member  BYTEA  NOT NULL REFERENCES members (id),
    role    TEXT   NOT NULL CHECK (role <> ''),
    joined  BIGINT NOT NULL,
    left_at BIGINT NOT NULL, -- 0: still on duty
    PRIMARY KEY (zone, member)
);

CREATE TABLE memberships (
    partnership TEXT   NOT NULL REFERENCES partnerships (id),
    member      BYTEA  NOT NULL REFERENCES members (id),
    role        TEXT   NOT NULL CHECK (role <> ''),
    joined      BIGINT NOT NULL,
    left_at     BIGINT NOT NULL, -- 0: still in it
    PRIMARY KEY (partnership, member)
);
CREATE INDEX memberships_by_member ON memberships (member);

CREATE TABLE absences (
    partnership TEXT  NOT NULL,
    member      BYTEA NOT NULL,
    from_day    TEXT  NOT NULL, -- 2026-11-23
    until_day   TEXT  NOT NULL, -- included
    PRIMARY KEY (partnership, member, from_day)
);

CREATE TABLE contacts (
    member      BYTEA   NOT NULL REFERENCES members (id),
    channel     TEXT    NOT NULL,
    hash        BYTEA   NOT NULL,
    address     TEXT    NOT NULL,
    rank        INTEGER NOT NULL, -- the member's preference, best first
    state       TEXT    NOT NULL,
    consent_at  BIGINT  NOT NULL,
    consent_how TEXT    NOT NULL,
    untold      BIGINT  NOT NULL DEFAULT 0, -- when it was closed, until the member has been told
    PRIMARY KEY (member, channel, hash)
);
-- who has this address: an import matches people, a provider closes it
CREATE INDEX contacts_by_address ON contacts (hash, channel);
CREATE INDEX contacts_untold ON contacts (untold)
    WHERE untold > 0;

-- deliveries that came back because their address does not exist; so many close it
CREATE TABLE bounces (
    delivery BYTEA  NOT NULL PRIMARY KEY,
    channel  TEXT   NOT NULL,
    hash     BYTEA  NOT NULL,
    at       BIGINT NOT NULL
);
CREATE INDEX bounces_by_address ON bounces (hash, channel);

CREATE TABLE messages (
    id       BYTEA   NOT NULL,
    revision INTEGER NOT NULL,
    zone     TEXT    NOT NULL,
    body     TEXT    NOT NULL, -- JSON, as published
    received BIGINT  NOT NULL,
    PRIMARY KEY (id, revision)
);
CREATE INDEX messages_by_time ON messages (received);

CREATE TABLE routing_refusals (
    message     BYTEA   NOT NULL,
    revision    INTEGER NOT NULL,
    partnership TEXT    NOT NULL,
    gaps        TEXT    NOT NULL, -- why not, with commas
    PRIMARY KEY (message, revision, partnership),
    FOREIGN KEY (message, revision) REFERENCES messages (id, revision)
);

CREATE TABLE approvals (
    id           BYTEA   NOT NULL PRIMARY KEY,
    message      BYTEA   NOT NULL,
    revision     INTEGER NOT NULL,
    partnership  TEXT    NOT NULL,
    plan_version INTEGER NOT NULL,
    rule         TEXT    NOT NULL, -- YAML
    state        TEXT    NOT NULL,
    version      INTEGER NOT NULL, -- counts the moves
    step         INTEGER NOT NULL,
    deadline     BIGINT  NOT NULL,
    asked        BIGINT  NOT NULL,
    decided_to   TEXT    NOT NULL,
    decided_by   TEXT    NOT NULL,
    decided_at   BIGINT  NOT NULL,
    decided_how  TEXT    NOT NULL,
    decided_why  TEXT    NOT NULL,
    decided_note TEXT    NOT NULL,
    decided_until BIGINT NOT NULL,
    planned      BIGINT  NOT NULL,
    stopped_by   BYTEA,            -- the correction, withdrawal or closing since which nothing more is sent
    UNIQUE (message, revision, partnership),
    FOREIGN KEY (message, revision) REFERENCES messages (id, revision)
);
CREATE INDEX approvals_open ON approvals (deadline)
    WHERE state IN ('pending', 'held', 'questioned');
CREATE INDEX approvals_by_partnership ON approvals (partnership, asked);
CREATE INDEX approvals_unplanned ON approvals (decided_at)
    WHERE planned = 0 AND state IN ('approved', 'overruled');
-- a handful: whether an approval was stopped is asked for each delivery
CREATE INDEX approvals_stopped ON approvals (id)
    WHERE stopped_by IS NOT NULL;

-- each decision about an approval: who, when, how, why
CREATE TABLE approval_moves (
    approval BYTEA   NOT NULL REFERENCES approvals (id),
    version  INTEGER NOT NULL, -- which it made
    to_state TEXT    NOT NULL,
    by_whom  TEXT    NOT NULL,
    at       BIGINT  NOT NULL,
    how      TEXT    NOT NULL,
    why      TEXT    NOT NULL,
    note     TEXT    NOT NULL,
    until_at BIGINT  NOT NULL,
    PRIMARY KEY (approval, version)
);

-- what Relais itself tells somebody, kept until it is sent
CREATE TABLE service_messages (
    id      BYTEA  NOT NULL PRIMARY KEY,
    body    TEXT   NOT NULL, -- JSON
    created BIGINT NOT NULL
);

-- which approval owes a person a message revision: the first that added them
CREATE TABLE recipients (
    message  BYTEA   NOT NULL,
    member   BYTEA   NOT NULL,
    revision INTEGER NOT NULL,
    approval BYTEA   NOT NULL,
    PRIMARY KEY (message, member, revision)
);

-- which messages that are not urgent a member got by themselves on a day, where
-- the plan has a cap
CREATE TABLE daily_messages (
    day     TEXT  NOT NULL, -- 2026-11-23
    member  BYTEA NOT NULL,
    message BYTEA NOT NULL,
    PRIMARY KEY (day, member, message)
);

-- No foreign keys: these rows are written in bulk, and members may be erased
-- while the count of what was sent stays.
CREATE TABLE deliveries (
    id          BYTEA    NOT NULL PRIMARY KEY,
    purpose     TEXT     NOT NULL,
    about       BYTEA    NOT NULL,
    revision    INTEGER  NOT NULL,
    approval    BYTEA    NOT NULL,
    partnership TEXT     NOT NULL,
    member      BYTEA    NOT NULL,
    channel     TEXT     NOT NULL,
    hash        BYTEA    NOT NULL,
    lang        TEXT     NOT NULL,
    priority    TEXT     NOT NULL,
    state       TEXT     NOT NULL,
    reason      TEXT     NOT NULL,
    rest        TEXT     NOT NULL, -- channels, with commas
    repeatable  SMALLINT NOT NULL,
    attempt     INTEGER  NOT NULL,
    missed      INTEGER  NOT NULL,
    ref         TEXT     NOT NULL,
    awaits      SMALLINT NOT NULL,
    not_before  BIGINT   NOT NULL,
    next_at     BIGINT   NOT NULL,
    not_after   BIGINT   NOT NULL,
    created_at  BIGINT   NOT NULL,
    accepted_at BIGINT   NOT NULL,
    final_at    BIGINT   NOT NULL,
    patience    BIGINT   NOT NULL, -- milliseconds; taken and not confirmed for so long, it goes on to the rest
    cost        BIGINT   NOT NULL DEFAULT 0, -- millionths of a euro
    cost_at     BIGINT   NOT NULL DEFAULT 0,
    replies     BYTEA,             -- the delivery that this one corrects, on the same channel
    digest      BYTEA              -- the delivery that this one goes out in
);
-- The key that decides that nobody is sent anything twice.
CREATE UNIQUE INDEX deliveries_once ON deliveries (about, revision, channel, hash)
    WHERE state <> 'suppressed';
CREATE INDEX deliveries_due ON deliveries (next_at)
    WHERE next_at > 0;
CREATE INDEX deliveries_by_approval ON deliveries (approval, member);
CREATE INDEX deliveries_for_digest ON deliveries (member, partnership)
    WHERE state = 'digested' AND digest IS NULL;
CREATE INDEX deliveries_held ON deliveries (member)
    WHERE state = 'held';
CREATE INDEX deliveries_in_digest ON deliveries (digest)
    WHERE digest IS NOT NULL;
CREATE INDEX deliveries_paid ON deliveries (partnership, cost_at)
    WHERE cost > 0;

-- word that the police owe a partnership about what its members got
CREATE TABLE cases (
    id          BYTEA   NOT NULL PRIMARY KEY,
    zone        TEXT    NOT NULL,
    partnership TEXT    NOT NULL,
    matter      BYTEA   NOT NULL, -- the first message of the family
    message     BYTEA   NOT NULL,
    revision    INTEGER NOT NULL,
    owner       TEXT    NOT NULL,
    opened      BIGINT  NOT NULL,
    due         BIGINT  NOT NULL,
    step        INTEGER NOT NULL, -- reminders sent
    next_at     BIGINT  NOT NULL,
    ended_how   TEXT    NOT NULL, -- empty: open
    ended_by    TEXT    NOT NULL,
    ended_at    BIGINT  NOT NULL,
    ended_why   TEXT    NOT NULL,
    UNIQUE (matter, partnership)
);
CREATE INDEX cases_open ON cases (zone, due)
    WHERE ended_how = '';
CREATE INDEX cases_due ON cases (next_at)
    WHERE next_at > 0;
CREATE INDEX cases_by_message ON cases (message);

-- the weeks of which the summary of overdue cases was dealt with
CREATE TABLE case_summaries (
    zone   TEXT   NOT NULL,
    monday TEXT   NOT NULL, -- 2026-11-23
    at     BIGINT NOT NULL,
    PRIMARY KEY (zone, monday)
);

-- the months in which a partnership was told that its budget is nearly spent
CREATE TABLE budget_warnings (
    partnership TEXT   NOT NULL,
    month       TEXT   NOT NULL, -- 2026-11
    at          BIGINT NOT NULL,
    PRIMARY KEY (partnership, month)
);

CREATE TABLE digest_slots (
    partnership TEXT   NOT NULL,
    date        TEXT   NOT NULL, -- 2026-11-23: one slot on a local day
    due_at      BIGINT NOT NULL, -- by the plan
    leaves_at   BIGINT NOT NULL, -- later than due_at when nobody could be shown it before
    leased_to   BIGINT NOT NULL,
    told_at     BIGINT NOT NULL, -- when the coordinators were written to, to read it first
    held_at     BIGINT NOT NULL, -- nothing of this partnership goes on this day
    held_by     TEXT   NOT NULL,
    note        TEXT   NOT NULL, -- the coordinator's cover note
    note_by     TEXT   NOT NULL,
    closed_at   BIGINT NOT NULL,
    PRIMARY KEY (partnership, date)
);
CREATE INDEX digest_slots_open ON digest_slots (leaves_at)
    WHERE closed_at = 0;
-- has a slot of this partnership fallen due since a message came?
CREATE INDEX digest_slots_by_time ON digest_slots (partnership, due_at);

CREATE TABLE dead_letters (
    id       BYTEA   NOT NULL PRIMARY KEY,
    event    BYTEA   NOT NULL UNIQUE, -- a hash of the subject and the event
    subject  TEXT    NOT NULL,
    event_id TEXT    NOT NULL,
    data     BYTEA   NOT NULL,
    reason   TEXT    NOT NULL,
    attempts INTEGER NOT NULL,
    at       BIGINT  NOT NULL,
    replayed BIGINT  NOT NULL
);

CREATE TABLE parked_reports (
    delivery BYTEA  NOT NULL,
    ref      TEXT   NOT NULL,
    state    TEXT   NOT NULL,
    code     TEXT   NOT NULL,
    class    TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    attempt  INTEGER NOT NULL,
    tries    INTEGER NOT NULL,
    after    BIGINT NOT NULL, -- milliseconds
    PRIMARY KEY (delivery, ref, state)
);
CREATE INDEX parked_reports_by_time ON parked_reports (at);

-- texts that came in, without their text: the provider may tell of one twice,
-- and no number is answered without end
CREATE TABLE inbound_messages (
    channel TEXT     NOT NULL,
    ref     TEXT     NOT NULL, -- the provider's name for it
    hash    BYTEA    NOT NULL, -- of the sender's address
    at      BIGINT   NOT NULL,
    taken   BIGINT   NOT NULL, -- when somebody began to deal with it
    done    SMALLINT NOT NULL,
    what    TEXT     NOT NULL,
    answer  TEXT     NOT NULL,
    PRIMARY KEY (channel, ref)
);
CREATE INDEX inbound_by_sender ON inbound_messages (hash, at);
CREATE INDEX inbound_by_time ON inbound_messages (at);

-- what members wrote, for their coordinators
CREATE TABLE inbox_messages (
    id          BYTEA  NOT NULL PRIMARY KEY,
    partnership TEXT   NOT NULL,
    member      BYTEA  NOT NULL,
    text        TEXT   NOT NULL,
    at          BIGINT NOT NULL,
    told_by     BYTEA,           -- the service message that brought it to the coordinators
    told_at     BIGINT NOT NULL  -- 0: not yet
);
CREATE INDEX inbox_by_partnership ON inbox_messages (partnership, at);
CREATE INDEX inbox_by_sender ON inbox_messages (member, told_at);
CREATE INDEX inbox_untold ON inbox_messages (at) WHERE told_at = 0;

-- what went wrong and a person must look at
CREATE TABLE incidents (
    id          BYTEA   NOT NULL PRIMARY KEY,
    kind        TEXT    NOT NULL,
    zone        TEXT    NOT NULL, -- empty: it concerns the whole installation
    partnership TEXT    NOT NULL, -- empty: none, or several
    message     BYTEA,            -- NULL: about none
    matter      TEXT    NOT NULL, -- tells it from others of its kind in the zone
    texts       TEXT    NOT NULL, -- JSON: what happened, by language
    first_at    BIGINT  NOT NULL,
    last_at     BIGINT  NOT NULL,
    times       INTEGER NOT NULL,
    ack_by      TEXT    NOT NULL,
    ack_at      BIGINT  NOT NULL  -- 0: nobody has seen it
);
CREATE INDEX incidents_by_matter ON incidents (kind, zone, matter, last_at);
CREATE INDEX incidents_by_time ON incidents (last_at);

CREATE TABLE settings (
    key   TEXT  NOT NULL PRIMARY KEY,
    value BYTEA NOT NULL
);

-- a row is updated to wait for others who do the same (tx.alone)
CREATE TABLE locks (
    name  TEXT   NOT NULL PRIMARY KEY,
    taken BIGINT NOT NULL
);

-- +goose Down
DROP TABLE locks;
DROP TABLE settings;
DROP TABLE incidents;
DROP TABLE inbox_messages;
DROP TABLE inbound_messages;
DROP TABLE parked_reports;
DROP TABLE dead_letters;
DROP TABLE digest_slots;
DROP TABLE budget_warnings;
DROP TABLE case_summaries;
DROP TABLE cases;
DROP TABLE deliveries;
DROP TABLE daily_messages;
DROP TABLE recipients;
DROP TABLE service_messages;
DROP TABLE approval_moves;
DROP TABLE approvals;
DROP TABLE routing_refusals;
DROP TABLE messages;
DROP TABLE bounces;
DROP TABLE contacts;
DROP TABLE absences;
DROP TABLE memberships;
DROP TABLE officers;
DROP TABLE members;
DROP TABLE plans;
DROP TABLE partnerships;
