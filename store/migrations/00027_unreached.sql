-- +goose Up

-- how many people nothing reached, of an approval whose deliveries are counted
-- for good
ALTER TABLE counted_approvals ADD COLUMN unreached BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE counted_approvals DROP COLUMN unreached;
