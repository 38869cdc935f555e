package limits

import (
	"strconv"
	"testing"
)

func TestOnlySoManyAddressesAreRemembered(t *testing.T) {
	l := New(Rate{PerSecond: 0.001, Burst: 1})
	if l.Take("first") != 0 || l.Take("first") == 0 {
		t.Fatal("one request is allowed, and one only")
	}
	for i := range most {
		l.of(strconv.Itoa(i))
	}
	if len(l.byKey) != most || l.recent.Len() != most {
		t.Errorf("%d keys, %d entries are remembered, want %d", len(l.byKey), l.recent.Len(), most)
	}
	if l.Take("first") != 0 {
		t.Error("the one not seen for longest is not forgotten")
	}
}
