-- +goose Up

-- that somebody whose data are erased had agreed, kept for its own time
CREATE TABLE consent_proofs (
    member      BYTEA  NOT NULL,
    channel     TEXT   NOT NULL,
    hash        BYTEA  NOT NULL,
    consent_at  BIGINT NOT NULL,
    consent_how TEXT   NOT NULL,
    ended       BIGINT NOT NULL, -- when the person left
    PRIMARY KEY (member, channel, hash)
);
CREATE INDEX consent_proofs_by_end ON consent_proofs (ended);
CREATE INDEX memberships_left ON memberships (left_at)
    WHERE left_at > 0;

-- approvals whose deliveries are counted for good; the rows go after that
CREATE TABLE counted_approvals (
    approval BYTEA  NOT NULL PRIMARY KEY,
    at       BIGINT NOT NULL,
    dropped  BIGINT NOT NULL -- when the last row was gone; 0: not yet
);
CREATE INDEX counted_approvals_open ON counted_approvals (approval)
    WHERE dropped = 0;

-- what store/counts.go counted of them
CREATE TABLE delivery_counts (
    approval BYTEA   NOT NULL,
    channel  TEXT    NOT NULL,
    best     TEXT    NOT NULL,
    n        INTEGER NOT NULL,
    first_at BIGINT  NOT NULL,
    last_at  BIGINT  NOT NULL,
    PRIMARY KEY (approval, channel, best)
);

-- what deliveries cost whose rows are gone
CREATE TABLE spent_hours (
    partnership TEXT   NOT NULL,
    channel     TEXT   NOT NULL,
    hour        BIGINT NOT NULL, -- its beginning
    cost        BIGINT NOT NULL, -- millionths of a euro
    PRIMARY KEY (partnership, channel, hour)
);
CREATE INDEX deliveries_apart ON deliveries (created_at)
    WHERE purpose <> 'message';

-- closings and withdrawals that were looked at for texts to forget
CREATE TABLE closings_seen (
    message BYTEA  NOT NULL PRIMARY KEY,
    at      BIGINT NOT NULL
);

-- jobs that one node does for all, and when it last began
CREATE TABLE turns (
    name TEXT   NOT NULL PRIMARY KEY,
    at   BIGINT NOT NULL
);

-- +goose Down
DROP TABLE turns;
DROP TABLE closings_seen;
DROP INDEX deliveries_apart;
DROP TABLE spent_hours;
DROP TABLE delivery_counts;
DROP TABLE counted_approvals;
DROP INDEX memberships_left;
DROP TABLE consent_proofs;
