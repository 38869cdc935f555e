package worker

// stackNeeded is the stack in bytes that a step needs: more than a new goroutine has, up to the depth of the rules.
const stackNeeded = 32 << 10

// growStack grows the stack of the goroutine to what a step needs, once and while nothing is on it. Each step has a goroutine
// of its own, whose stack would otherwise be doubled and copied several times, with ever more on it. It returns 0 for any i
// below half of stackNeeded.
//
//go:noinline
func growStack(i int) byte {
	var room [stackNeeded]byte // written to, since it would be left out otherwise
	room[i] = 1
	return room[len(room)-1-i]
}
