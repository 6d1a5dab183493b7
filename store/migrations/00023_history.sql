-- +goose Up

-- the history of a zone, newest first, page by page
CREATE INDEX messages_by_zone ON messages (zone, received, id);

-- +goose Down
DROP INDEX messages_by_zone;
