-- +goose Up

-- a message is routed by those who may answer for a partnership: a handful, among perhaps a million
CREATE INDEX memberships_of_approvers ON memberships (partnership) WHERE role <> 'member';

-- +goose Down
DROP INDEX memberships_of_approvers;
