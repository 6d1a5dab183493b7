-- +goose Up

-- who did it where no person has signed in: the terminal, or a program by its token
ALTER TABLE post_moves ADD COLUMN terminal INTEGER NOT NULL DEFAULT 0;
ALTER TABLE post_moves ADD COLUMN token TEXT NOT NULL DEFAULT '';
-- away, rest: what was changed by a program; empty: the post itself
ALTER TABLE post_moves ADD COLUMN changed TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE post_moves DROP COLUMN changed;
ALTER TABLE post_moves DROP COLUMN token;
ALTER TABLE post_moves DROP COLUMN terminal;
