package store_test

import (
	"context"
	"testing"
	"time"

	"relais/store"
)

// Looking makes no tables; after the first start there are all, and the look is
// the same beside a program that uses them.
func TestInspect(t *testing.T) {
	for name, fresh := range emptyEngines() {
		t.Run(name, func(t *testing.T) {
			url := fresh(t)
			for range 2 {
				before, err := store.Inspect(t.Context(), url)
				if err != nil || before.Step != 0 || before.Known == 0 || before.ReadOnly != nil {
					t.Fatalf("before the first start: %+v, %v", before, err)
				}
			}
			open(t, url)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			after, err := store.Inspect(ctx, url)
			if err != nil || after.Step != after.Known || after.ReadOnly != nil || after.Ahead.Abs() > time.Hour {
				t.Errorf("beside a program that runs: %+v, %v", after, err)
			}
		})
	}
}
