-- +goose Up

-- on which devices people are signed in; a session names its row and nothing else
CREATE TABLE sign_ins (
    id      BYTEA  NOT NULL PRIMARY KEY,
    account BYTEA  NOT NULL,
    device  TEXT   NOT NULL, -- browser and system in words
    since   BIGINT NOT NULL,
    seen    BIGINT NOT NULL, -- to a few minutes
    expires BIGINT NOT NULL
);
CREATE INDEX sign_ins_by_account ON sign_ins (account, seen);
CREATE INDEX sign_ins_by_expiry ON sign_ins (expires);

-- +goose Down
DROP TABLE sign_ins;
