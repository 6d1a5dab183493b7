-- +goose Up

-- the steps in the life of a partnership: who took them, when, why
CREATE TABLE stage_moves (
    partnership TEXT   NOT NULL REFERENCES partnerships (id),
    at          BIGINT NOT NULL,
    from_stage  TEXT   NOT NULL,
    to_stage    TEXT   NOT NULL,
    by_whom     TEXT   NOT NULL, -- empty: an import
    why         TEXT   NOT NULL,
    PRIMARY KEY (partnership, at)
);

-- who made this version, and why; empty: an import
ALTER TABLE plans ADD COLUMN changed_by TEXT NOT NULL DEFAULT '';
ALTER TABLE plans ADD COLUMN why TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE plans DROP COLUMN why;
ALTER TABLE plans DROP COLUMN changed_by;
DROP TABLE stage_moves;
