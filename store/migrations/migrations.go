// Package migrations holds the steps that make the tables, as goose reads them.
package migrations

import "embed"

// Files are the steps, NNNNN_name.sql, in the root of the file system.
//
//go:embed *.sql
var Files embed.FS
