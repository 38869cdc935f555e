package activities

import (
	"slices"
	"sync"

	"tuoyu/nursery"
)

// ApplicationCache remembers the latest versions of the applications that steps have read last, since a case often takes
// several steps in a row and decoding an application takes as long as the rest of a step. A version never changes, and each
// step asks Postgres whether there is a later one. It is safe for concurrent use; a nil cache remembers nothing.
type ApplicationCache struct {
	mu     sync.Mutex
	recent []knownApplication // the most recently used last
}

// mostApplications is the maximum number of applications remembered.
const mostApplications = 32

// knownApplication is a version of the application of a case. Its content is shared and must not be changed.
type knownApplication struct {
	caseNo  string
	version int32
	content nursery.Application
}

// find returns the application of a case; its version is 0 if it is not remembered.
func (c *ApplicationCache) find(caseNo string) knownApplication {
	if c == nil {
		return knownApplication{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.take(caseNo)
}

// add remembers an application, unless a later version is remembered.
func (c *ApplicationCache) add(a knownApplication) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if known := c.take(a.caseNo); known.version > a.version {
		return
	} else if known.version > 0 {
		c.recent = c.recent[:len(c.recent)-1]
	}
	if len(c.recent) >= mostApplications {
		c.recent = slices.Delete(c.recent, 0, 1)
	}
	c.recent = append(c.recent, a)
}

// take returns the application of a case and makes it the most recently used.
func (c *ApplicationCache) take(caseNo string) knownApplication {
	i := slices.IndexFunc(c.recent, func(a knownApplication) bool { return a.caseNo == caseNo })
	if i < 0 {
		return knownApplication{}
	}
	a := c.recent[i]
	c.recent = append(slices.Delete(c.recent, i, i+1), a)
	return a
}
