-- +goose Up

-- what devices sign with; none of it is secret
CREATE TABLE passkeys (
    id      BYTEA  NOT NULL PRIMARY KEY,
    account BYTEA  NOT NULL,
    key     BYTEA  NOT NULL UNIQUE, -- the credential's id
    name    TEXT   NOT NULL,
    record  TEXT   NOT NULL,        -- JSON, as the WebAuthn library keeps it
    made    BIGINT NOT NULL,
    used    BIGINT NOT NULL,        -- last; 0: never
    doubted BIGINT NOT NULL         -- its counter ran backwards; 0: never
);
CREATE INDEX passkeys_by_account ON passkeys (account, made);

-- what devices were asked to sign; each is answered once
CREATE TABLE challenges (
    id      BYTEA  NOT NULL PRIMARY KEY,
    record  TEXT   NOT NULL, -- JSON
    expires BIGINT NOT NULL
);
CREATE INDEX challenges_by_expiry ON challenges (expires);

-- +goose Down
DROP TABLE challenges;
DROP TABLE passkeys;
