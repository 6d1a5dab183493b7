package config

import (
	"fmt"
	"io"
	"strings"
)

// WriteReference writes the table of all keys that docs/install.md shows.
func WriteReference(w io.Writer) error {
	var b strings.Builder
	b.WriteString("| key | variable | default | what it is |\n|---|---|---|---|\n")
	for _, k := range keysOf("", referenceDefaults()) {
		node, err := shown(k.value)
		if err != nil {
			return fmt.Errorf("write reference of %s: %w", k.name, err)
		}
		value := strings.ToLower(node.Value)
		if value != "" {
			value = "`" + value + "`"
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s |\n", k.name, envName(k.name), value, k.help)
	}
	_, err := io.WriteString(w, b.String())
	if err != nil {
		return fmt.Errorf("write reference: %w", err)
	}
	return nil
}

// referenceDefaults are the defaults without what depends on this machine.
func referenceDefaults() *Config {
	c := Default()
	c.Node, c.Web.PublicURL = "", ""
	return c
}
