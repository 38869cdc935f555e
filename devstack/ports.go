package main

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// maxPort is the highest port accepted: Linux assigns higher ports to outgoing connections, so that a port that is free
// now may be taken a moment later.
const maxPort = 32767

// temporalServices are the four Temporal services, in the order of their ports.
var temporalServices = []string{"frontend", "history", "matching", "worker"}

// portSet is the loopback ports of all services.
type portSet struct {
	postgres, ui, renderer, oidc int
	temporal                     [4]int // by service
}

// portNeed is one port with its name for error messages.
type portNeed struct {
	port    *int
	service string
	flag    string
}

// needs lists the ports of the services that are to run.
func (p *portSet) needs(with services) []portNeed {
	list := []portNeed{{&p.postgres, "Postgres", "--postgres-port"}}
	if with.temporal {
		for i, name := range temporalServices {
			list = append(list, portNeed{&p.temporal[i], "Temporal " + name, "--temporal-port"})
		}
	}
	if with.ui {
		list = append(list, portNeed{&p.ui, "Temporal Web UI", "--ui-port"})
	}
	if with.renderer {
		list = append(list, portNeed{&p.renderer, "PDF renderer", "--renderer-port"})
	}
	if with.oidc {
		list = append(list, portNeed{&p.oidc, "OIDC provider", "--oidc-port"})
	}
	return list
}

// setTemporal assigns consecutive ports to Temporal's four services, beginning with the frontend.
func (p *portSet) setTemporal(frontend int) {
	for i := range p.temporal {
		p.temporal[i] = frontend + i
	}
}

// check returns an error that names a port that cannot be used, its service, and how to choose another.
func (p *portSet) check(with services) error {
	for _, n := range p.needs(with) {
		if *n.port < 1 || *n.port > maxPort {
			return fmt.Errorf("port %d (%s) must lie between 1 and %d: choose another with %s", *n.port, n.service, maxPort, n.flag)
		}
		if !portFree(*n.port) {
			return fmt.Errorf("port %d (%s) is in use: free it, or choose another with %s, or take free ones with --ports auto",
				*n.port, n.service, n.flag)
		}
	}
	return nil
}

// pick fills every port with a free one, well below the range of outgoing connections. It starts at a random port so
// that concurrent runs rarely try the same one.
func (p *portSet) pick(with services) error {
	const low, high = 20000, 32000
	next := low + rand.IntN(high-low)
	for _, n := range p.needs(with) {
		found := false
		for range high - low {
			if next++; next >= high {
				next = low
			}
			if portFree(next) {
				*n.port, found = next, true
				break
			}
		}
		if !found {
			return fmt.Errorf("no free port between %d and %d for %s", low, high, n.service)
		}
	}
	return nil
}

func portFree(port int) bool {
	l, err := net.Listen("tcp4", loopback(port))
	if err != nil {
		return false
	}
	return l.Close() == nil
}

// loopback returns the loopback address of a port.
func loopback(port int) string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
}
