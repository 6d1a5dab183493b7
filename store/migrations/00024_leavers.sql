-- +goose Up

-- who left a partnership and has been erased: an old list does not bring them
-- back (PLP.md, rule 10). Kept as long as the proof of their consent.
CREATE TABLE leavers (
    partnership TEXT   NOT NULL,
    hash        BYTEA  NOT NULL, -- of an address with its channel
    left_at     BIGINT NOT NULL,
    PRIMARY KEY (partnership, hash)
);
CREATE INDEX leavers_by_time ON leavers (left_at);

-- +goose Down
DROP TABLE leavers;
