-- +goose Up

-- what lets somebody sign in once, without its secret
CREATE TABLE passes (
    id      BYTEA   NOT NULL PRIMARY KEY,
    kind    TEXT    NOT NULL,
    account BYTEA,            -- NULL: nobody has the address; it is counted all the same
    address BYTEA   NOT NULL, -- a hash
    mac     BYTEA   NOT NULL,
    made    BIGINT  NOT NULL,
    expires BIGINT  NOT NULL,
    tries   INTEGER NOT NULL,
    used    BIGINT  NOT NULL  -- 0: not yet
);
CREATE INDEX passes_by_address ON passes (address, made);
CREATE INDEX passes_by_expiry ON passes (expires);

-- who is signed in; the token is a hash of what the browser has
CREATE TABLE sessions (
    token   TEXT   NOT NULL PRIMARY KEY,
    data    BYTEA  NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX sessions_by_expiry ON sessions (expires);

-- +goose Down
DROP TABLE sessions;
DROP TABLE passes;
