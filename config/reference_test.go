package config

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	installPage    = "../docs/install.md"
	referenceBegin = "<!-- keys: begin; go test ./config -update writes this table -->\n"
	referenceEnd   = "<!-- keys: end -->"
)

var update = flag.Bool("update", false, "write the table of keys into "+installPage)

// The table of keys in the manual is the one that the code has.
func TestInstallPageListsEveryKey(t *testing.T) {
	page, err := os.ReadFile(installPage)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(page), referenceBegin)
	got, after, ok2 := strings.Cut(rest, referenceEnd)
	if !ok || !ok2 {
		t.Fatalf("%s has no markers around its table of keys", installPage)
	}
	var want strings.Builder
	if err := WriteReference(&want); err != nil {
		t.Fatal(err)
	}
	if *update {
		page := before + referenceBegin + want.String() + referenceEnd + after
		if err := os.WriteFile(installPage, []byte(page), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want.String(), got); diff != "" {
		t.Errorf("run go test ./config -update (-want +got)\n%s", diff)
	}
}
