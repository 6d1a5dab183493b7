package store

// part is what agrees in a key.
type part[K comparable, T any] struct {
	key   K
	items []T
}

// partsBy parts a list; each part is in the list's order, and so are the parts by
// their first.
func partsBy[K comparable, T any](list []T, key func(T) K) []part[K, T] {
	var parts []part[K, T]
	at := make(map[K]int)
	for _, item := range list {
		k := key(item)
		n, known := at[k]
		if !known {
			n = len(parts)
			at[k], parts = n, append(parts, part[K, T]{key: k})
		}
		parts[n].items = append(parts[n].items, item)
	}
	return parts
}
