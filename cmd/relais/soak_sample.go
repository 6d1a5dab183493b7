package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"relais/dispatch/metrics"
)

// soakSample is what a node held at one moment. Sizes are in bytes.
type soakSample struct {
	at                time.Duration // since the beginning
	taken             float64       // deliveries that providers took
	resident          float64       // memory of the process, SQLite's caches included
	heap              float64       // what lives on Go's heap, by the last collection
	goroutines, files float64
	wal, database     float64 // files
}

// sample reads the node's own figures, as Prometheus does, and its files.
func (h *benchHouse) sample(ctx context.Context) (s soakSample, err error) {
	page, err := fetch(ctx, http.MethodGet, "http://"+h.metrics+"/metrics", "")
	if err != nil {
		return s, fmt.Errorf("read the node's figures: %w", err)
	}
	figures, err := metrics.Read(bytes.NewReader(page))
	if err != nil {
		return s, fmt.Errorf("read the node's figures: %w", err)
	}
	for name, into := range map[string]*float64{
		"process_resident_memory_bytes": &s.resident,
		"go_gc_heap_live_bytes":         &s.heap,
		"go_goroutines":                 &s.goroutines,
		"process_open_fds":              &s.files,
	} {
		value, told := figures.Sum(name, "", "")
		if !told {
			return s, fmt.Errorf("the node does not tell %s", name)
		}
		*into = value
	}
	s.taken, _ = figures.Sum("relais_provider_calls_total", "result", "taken")
	file := filepath.Join(h.dir, "data", "relais.db")
	s.wal, s.database = sizeOf(file+"-wal"), sizeOf(file)
	return s, nil
}

// sizeOf is 0 for a file that is not there, as a log that was folded in.
func sizeOf(path string) float64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return float64(info.Size())
}
