package web

import (
	"context"

	"tuoyu/nursery"
)

func userOf(ctx context.Context) string { return who(ctx).Account }

// passed counts the items that were found as they should be.
func passed(v nursery.Visit) int {
	n := 0
	for _, i := range v.Items {
		if i.Result == nursery.ItemOK {
			n++
		}
	}
	return n
}
