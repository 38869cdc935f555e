package worker

// stackNeeded is the stack in bytes that a step needs: more than a new goroutine has, up to the depth of the rules.
const stackNeeded = 32 << 10

// growStack grows the stack of the goroutine to what a step needs, once and while nothing is on it. Each step has a goroutine
// of its own, whose stack would otherwise be doubled and copied several times, with ever more on it.
//
//go:noinline
func growStack() byte {
	var room [stackNeeded]byte
	return room[len(room)/2]
}
