-- +goose Up

-- the texts that a zone keeps for its messages, to begin with
CREATE TABLE zone_texts (
    id         BYTEA  NOT NULL PRIMARY KEY,
    zone       TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    texts      TEXT   NOT NULL, -- JSON, by language
    changed    BIGINT NOT NULL,
    changed_by TEXT   NOT NULL
);
CREATE INDEX zone_texts_by_zone ON zone_texts (zone, kind);

-- +goose Down
DROP TABLE zone_texts;
