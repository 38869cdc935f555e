package main

import (
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// link is a proxy between one process and a service, which can be cut.
type link struct {
	name     string
	target   string
	listener net.Listener
	cut      atomic.Bool  // connections are refused and open ones are reset
	stalled  atomic.Int64 // end of the stall, in nanoseconds of Unix time

	mu    sync.Mutex
	conns map[net.Conn]bool
}

func openLink(name, target string) (*link, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l := &link{name: name, target: target, listener: listener, conns: map[net.Conn]bool{}}
	go l.accept()
	return l, nil
}

func (l *link) address() string { return l.listener.Addr().String() }

func (l *link) accept() {
	for {
		near, err := l.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue
		}
		if l.cut.Load() {
			reset(near)
			continue
		}
		go l.carry(near)
	}
}

func (l *link) carry(near net.Conn) {
	far, err := net.Dial("tcp4", l.target)
	if err != nil {
		reset(near)
		return
	}
	l.hold(near, far)
	defer l.drop(near, far)
	done := make(chan struct{}, 2)
	for _, pair := range [][2]net.Conn{{near, far}, {far, near}} {
		go func() {
			l.pass(pair[0], pair[1])
			done <- struct{}{}
		}()
	}
	<-done // if either side has ended, the other one ends too
}

// pass copies bytes in one direction, and withholds them while the link is stalled.
func (l *link) pass(from, to net.Conn) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		for time.Now().UnixNano() < l.stalled.Load() {
			time.Sleep(20 * time.Millisecond)
		}
		if n > 0 {
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (l *link) hold(conns ...net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range conns {
		l.conns[c] = true
	}
}

func (l *link) drop(conns ...net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range conns {
		delete(l.conns, c)
		_ = c.Close() // it may be closed already
	}
}

// resetAll resets every connection of the link.
func (l *link) resetAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.conns {
		reset(c)
	}
}

// cutFor resets open connections and refuses new ones for a duration.
func (l *link) cutFor(d time.Duration) {
	l.cut.Store(true)
	l.resetAll()
	time.Sleep(d)
	l.cut.Store(false)
}

// stallFor withholds all bytes for a duration without losing any: both ends regard the connection as open.
func (l *link) stallFor(d time.Duration) {
	l.stalled.Store(time.Now().Add(d).UnixNano())
	time.Sleep(d)
}

func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // makes the close below send a reset
	}
	_ = c.Close()
}
