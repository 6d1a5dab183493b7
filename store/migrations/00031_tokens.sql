-- +goose Up

-- what lets programs in, without their secrets
CREATE TABLE tokens (
    id         BYTEA  NOT NULL PRIMARY KEY,
    zone       TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    scopes     TEXT   NOT NULL,
    hash       BYTEA  NOT NULL UNIQUE,
    made       BIGINT NOT NULL,
    made_by    TEXT   NOT NULL,
    expires    BIGINT NOT NULL,
    used       BIGINT NOT NULL, -- last, to the minute; 0: never
    revoked    BIGINT NOT NULL, -- 0: it was not
    revoked_by TEXT   NOT NULL,
    UNIQUE (zone, name)         -- the journal names them, so a name is not given twice
);

-- +goose Down
DROP TABLE tokens;
