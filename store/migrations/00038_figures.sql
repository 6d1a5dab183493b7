-- +goose Up

-- what became of each message in each partnership, counted a day after it was
-- decided and again a week after, for the figures of a zone; names nobody
CREATE TABLE sendings (
    approval    BYTEA    NOT NULL PRIMARY KEY,
    zone        TEXT     NOT NULL,
    partnership TEXT     NOT NULL,
    kind        TEXT     NOT NULL,
    urgency     TEXT     NOT NULL,
    asked       BIGINT   NOT NULL,
    outcome     TEXT     NOT NULL,
    took        BIGINT   NOT NULL, -- milliseconds until the answer; -1: nobody was asked
    people      INTEGER  NOT NULL,
    reached     INTEGER  NOT NULL,
    by_channel  TEXT     NOT NULL, -- "sms=280,email=14"
    half        BIGINT   NOT NULL, -- milliseconds until half had it; -1: nobody knows
    most        BIGINT   NOT NULL, -- until nine in ten had it
    left_after  INTEGER  NOT NULL, -- -1: nobody knows
    settled     SMALLINT NOT NULL  -- 1: it is not counted again
);
CREATE INDEX sendings_by_zone ON sendings (zone, asked);
CREATE INDEX sendings_by_partnership ON sendings (partnership, asked);
CREATE INDEX sendings_unsettled ON sendings (asked)
    WHERE settled = 0;
CREATE INDEX cases_by_zone ON cases (zone, opened);
CREATE INDEX cases_by_partnership ON cases (partnership, opened);

-- +goose Down
DROP INDEX cases_by_partnership;
DROP INDEX cases_by_zone;
DROP TABLE sendings;
