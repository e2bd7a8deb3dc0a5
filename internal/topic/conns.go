package topic

import (
	"context"
	"net"
	"sync"
)

// conns remembers the connections of a transport, so that Close can end those
// that still wait for an answer nobody wants: kafka-go leaves them to time out.
type conns struct {
	dialer net.Dialer

	mu     sync.Mutex
	open   map[*remembered]struct{}
	closed bool
}

type remembered struct {
	net.Conn
	by *conns
}

func (c *conns) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := c.dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	r := &remembered{conn, c}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		_ = conn.Close() // the error to tell is the other one
		return nil, ErrClosed
	}
	c.open[r] = struct{}{}
	return r, nil
}

// Close closes the connection and forgets it.
func (r *remembered) Close() error {
	r.by.mu.Lock()
	delete(r.by.open, r)
	r.by.mu.Unlock()
	return r.Conn.Close()
}

// close ends all connections and every later attempt to make one.
func (c *conns) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for r := range c.open {
		_ = r.Conn.Close() // nothing is under way that anybody waits for
	}
	clear(c.open)
}
