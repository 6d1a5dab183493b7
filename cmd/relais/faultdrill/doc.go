// Package faultdrill is a drill, and holds tests only. It starts real processes
// (one or three relais nodes, NATS alone or as a cluster of three, Redis,
// PostgreSQL, the sandbox), breaks them at random points while broadcasts are
// under way, and compares what the sandbox received with what the plans owe by
// a reading of its own: judge_test.go knows neither the ledger nor its code.
//
//	publish ──► nodes ──► sandbox ──► judge: 0 lost, 0 twice
//	              ▲
//	              └── kill -9, SIGSTOP, cuts, half-open links, a full disk,
//	                  power cuts, providers that fail
//
// RELAIS_TEST_FAULTS is short or long; without it nothing runs. RELAIS_SEED
// repeats the choices of a run (not the scheduling of the machine).
package faultdrill
