-- +goose Up

-- links that a coordinator passes on to one person; they name nobody
CREATE TABLE invitations (
    id          BYTEA  NOT NULL PRIMARY KEY,
    partnership TEXT   NOT NULL,
    made_by     BYTEA  NOT NULL, -- the member who made it
    made        BIGINT NOT NULL,
    expires     BIGINT NOT NULL,
    revoked     BIGINT NOT NULL, -- 0: not
    used        INTEGER NOT NULL -- how many have filled in the form that it leads to
);
CREATE INDEX invitations_by_partnership ON invitations (partnership, made);

-- +goose Down
DROP TABLE invitations;
