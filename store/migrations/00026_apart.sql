-- +goose Up

-- The key that decides that nobody is sent anything twice. Its condition named
-- the state, so that SQLite wrote its entry anew at each claim and each outcome;
-- this column changes only when a delivery is suppressed.
ALTER TABLE deliveries ADD COLUMN apart SMALLINT NOT NULL DEFAULT 0; -- 1: suppressed
UPDATE deliveries SET apart = 1 WHERE state = 'suppressed';
DROP INDEX deliveries_once;
CREATE UNIQUE INDEX deliveries_once ON deliveries (about, revision, channel, hash)
    WHERE apart = 0;

-- +goose Down
DROP INDEX deliveries_once;
CREATE UNIQUE INDEX deliveries_once ON deliveries (about, revision, channel, hash)
    WHERE state <> 'suppressed';
ALTER TABLE deliveries DROP COLUMN apart;
