-- +goose Up

-- Approvals of which a restored copy does not know whether their deliveries
-- went out after it was made: what is planned for them begins as unknown.
CREATE TABLE doubts (
    approval BYTEA NOT NULL PRIMARY KEY
);

-- +goose Down
DROP TABLE doubts;
