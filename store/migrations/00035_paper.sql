-- +goose Up

-- the day on which an applicant signed on paper; empty: they typed it themselves
ALTER TABLE applications ADD COLUMN signed TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE applications DROP COLUMN signed;
