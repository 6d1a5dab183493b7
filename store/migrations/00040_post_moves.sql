-- +goose Up

-- who was given a post that needs an account, and from whom it was taken
CREATE TABLE post_moves (
    id          BYTEA   NOT NULL PRIMARY KEY,
    at          BIGINT  NOT NULL,
    zone        TEXT    NOT NULL,
    partnership TEXT    NOT NULL, -- empty: a post of the zone
    role        TEXT    NOT NULL,
    member      BYTEA   NOT NULL,
    by_member   BYTEA,            -- empty: whoever has the token of the installation
    given       INTEGER NOT NULL  -- 0: it ended
);
CREATE INDEX post_moves_by_place ON post_moves (zone, partnership, at);
CREATE INDEX post_moves_by_time ON post_moves (at);

-- +goose Down
DROP TABLE post_moves;
