package store

import (
	"errors"
	"runtime"
	"strings"
	"sync"
)

// errNested says that a transaction was opened within another one.
var errNested = errors.New("a transaction within a transaction")

// open holds the goroutines that are within a transaction, where nesting is detected.
var open struct {
	sync.Mutex
	goroutines map[string]bool
}

// DetectNesting has a transaction that is opened within another one of the same goroutine fail at once, instead of waiting for a
// second connection once the pool is full. For tests: it costs some microseconds a transaction.
func DetectNesting() {
	open.Lock()
	defer open.Unlock()
	open.goroutines = map[string]bool{}
}

// enter notes that this goroutine is within a transaction until leave is called.
func enter() (leave func(), err error) {
	open.Lock()
	defer open.Unlock()
	if open.goroutines == nil {
		return func() {}, nil
	}
	var stack [64]byte
	id, _, _ := strings.Cut(string(stack[:runtime.Stack(stack[:], false)]), " [") // goroutine 18 [running]:
	if open.goroutines[id] {
		return nil, errNested
	}
	open.goroutines[id] = true
	return func() {
		open.Lock()
		defer open.Unlock()
		delete(open.goroutines, id)
	}, nil
}
