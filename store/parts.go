package store

// part is what agrees in a key.
type part[K comparable, T any] struct {
	key   K
	items []T
}

// partsBy parts a list; each part is in the list's order, and so are the parts by
// their first. A list that is all alike is its only part.
func partsBy[K comparable, T any](list []T, key func(*T) K) []part[K, T] {
	if len(list) == 0 {
		return nil
	}
	first, alike := key(&list[0]), 1
	for alike < len(list) && key(&list[alike]) == first {
		alike++
	}
	parts := []part[K, T]{{first, list[:alike:alike]}}
	at := map[K]int{first: 0}
	for i := range list[alike:] {
		item := &list[alike+i]
		k := key(item)
		n, known := at[k]
		if !known {
			n = len(parts)
			at[k], parts = n, append(parts, part[K, T]{key: k})
		}
		parts[n].items = append(parts[n].items, *item)
	}
	return parts
}
