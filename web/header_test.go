package web

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tuoyu/nursery"
)

func TestHeadersAreThoseOfTheirReader(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)
	c := newHeaders(func() time.Time { return now })
	head := nursery.Principal{Account: "supervisor-140403", Role: nursery.RoleSupervisor, County: "140403"}
	moved, other := head, head
	moved.County, other.Account = "140404", "supervisor-140404"

	_, fill := c.of(head)
	require.NotNil(t, fill, "nothing was read yet")
	_, second := c.of(head)
	require.NotNil(t, second, "it is still being read")
	fill(header{own: "1"}) // the second reader's is as old or newer
	second(header{own: "2"})

	h, fill := c.of(head)
	require.Nil(t, fill)
	require.Equal(t, "2", h.own)
	_, fill = c.of(other)
	require.NotNil(t, fill, "of another account")
	_, fill = c.of(moved)
	require.NotNil(t, fill, "of the same account in another county")
	fill(header{own: "3"})
	_, fill = c.of(head)
	require.NotNil(t, fill, "of the same account in the former county")

	fill(header{own: "4"})
	now = now.Add(headerFor - time.Millisecond)
	h, fill = c.of(head)
	require.Nil(t, fill)
	require.Equal(t, "4", h.own)
	now = now.Add(time.Millisecond)
	_, fill = c.of(head)
	require.NotNil(t, fill, "too old")

	c.forget(head.Account)
	fill(header{own: "5"})
	_, fill = c.of(head)
	require.NotNil(t, fill, "read before something changed")
}
