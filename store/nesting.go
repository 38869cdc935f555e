package store

import (
	"errors"
	"runtime"
	"strings"
	"sync"
)

// errNested is the error for a transaction opened within another one.
var errNested = errors.New("a transaction within a transaction")

// open is the set of goroutines within a transaction, if nesting is detected.
var open struct {
	sync.Mutex
	goroutines map[string]bool
}

// DetectNesting makes opening a transaction within another one of the same goroutine fail at once, instead of waiting
// for a second connection once the pool is full. It is for tests: it costs some microseconds for each transaction.
func DetectNesting() {
	open.Lock()
	defer open.Unlock()
	open.goroutines = map[string]bool{}
}

// enter records that this goroutine is within a transaction until leave is called.
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
