// Package metrics counts what a node does and shows how the work stands, for
// Prometheus.
//
// There are two kinds. Counters and histograms tell what this node did since it
// began: sum them over the nodes. Gauges that begin with relais_waiting,
// relais_oldest and relais_overdue are read from the ledger at each scrape:
// every node tells the same, so take the max. What happens twice, as after a
// crash, may count twice; the ledger's rows are the truth.
//
// No label holds a text, an address, a name or an id: the sets are closed and
// small, and a test compares them with a scrape of a running node.
package metrics
