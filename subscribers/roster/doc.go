// Package roster reads the files by which a zone brings its partnerships and
// their members: YAML for partnerships and plans, and lists of members as a
// spreadsheet exports them. It normalises what it reads and names every fault
// with its line; it stores nothing.
package roster
