-- +goose Up

-- what somebody asked for on a page and has not confirmed
CREATE TABLE applications (
    id          BYTEA  NOT NULL PRIMARY KEY,
    partnership TEXT   NOT NULL, -- empty: a member adds an address
    member      BYTEA,           -- who they are, once an address is confirmed
    name        TEXT   NOT NULL,
    lang        TEXT   NOT NULL,
    quiet_from  TEXT   NOT NULL, -- 22:00; empty: none
    quiet_to    TEXT   NOT NULL,
    made        BIGINT NOT NULL,
    expires     BIGINT NOT NULL
);
CREATE INDEX applications_by_partnership ON applications (partnership, made);
CREATE INDEX applications_by_expiry ON applications (expires);
CREATE INDEX applications_by_member ON applications (member);

-- these are no contacts: nothing is sent to them but the request to confirm
CREATE TABLE application_contacts (
    application BYTEA   NOT NULL REFERENCES applications (id),
    channel     TEXT    NOT NULL,
    hash        BYTEA   NOT NULL,
    address     TEXT    NOT NULL,
    rank        INTEGER NOT NULL,
    consent_at  BIGINT  NOT NULL,
    consent_how TEXT    NOT NULL,
    confirmed   BIGINT  NOT NULL, -- 0: not yet
    PRIMARY KEY (application, channel, hash)
);

-- +goose Down
DROP TABLE application_contacts;
DROP TABLE applications;
