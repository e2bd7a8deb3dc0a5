package topic

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Loan is the right to act for a partition in the world outside of Kafka,
// where no lease of ours is known: to ask the hosts of the partition for
// pages, say. While it lasts no other member of the group has the partition.
type Loan struct {
	// Context ends when the loan is called back. Its cause is ErrRecalled
	// then; what was begun has to stop.
	Context context.Context
	// Lease is that of the partition's records (Record.Lease).
	Lease int64

	back func()
}

// Return gives the loan back. Whoever borrows must return, soon after the end
// of the Context at the latest: the group waits for it.
func (l Loan) Return() { l.back() }

// ErrRecalled is why the Context of a Loan ends: the group shares its
// partitions anew.
var ErrRecalled = errors.New("topic: the partition is called back")

// Lend borrows a partition of ours. It waits while the group rebalances, and
// then returns false when the partition went to another member. Errors: that
// of ctx, ErrClosed, or what the cluster refuses us.
//
// A rebalance first lets loans come back by themselves for half of
// Config.RebalanceTimeout, then calls them back; only when all are returned do
// we rejoin the group, so that the next member begins after we have ended.
func (r *Reader) Lend(ctx context.Context, topic string, id int) (Loan, bool, error) {
	p := partition{r.cluster.wireName(topic), id}
	for {
		r.mu.Lock()
		f, h, changed := r.flow, r.held[p], r.changed
		r.mu.Unlock()
		switch {
		case f == nil || over(f):
			if err := r.renew(ctx, changed); err != nil {
				return Loan{}, false, err
			}
			continue
		case h == nil:
			return Loan{}, false, nil
		}
		r.mu.Lock()
		lease := h.lease
		r.mu.Unlock()
		if loan, ok := f.lend(ctx, lease); ok {
			return loan, true, nil
		}
	}
}

// renew waits for the next generation, and sees to it that there is one when
// nobody is in Fetch.
func (r *Reader) renew(ctx context.Context, changed <-chan struct{}) error {
	select {
	case <-r.closed:
		return ErrClosed
	default:
	}
	select {
	case r.fetching <- struct{}{}:
		defer func() { <-r.fetching }()
	case <-changed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-r.closed:
		return ErrClosed
	}
	r.mu.Lock()
	if r.flow != nil && over(r.flow) {
		r.flow, r.queue = nil, nil
	}
	joined := r.flow != nil
	r.mu.Unlock()
	if joined {
		return nil
	}
	return r.join(ctx)
}

// loans are what is out of one generation.
type loans struct {
	mu     sync.Mutex
	ended  bool
	out    map[*Loan]context.CancelCauseFunc
	empty  chan struct{} // closed when ended and nothing is out
	closed bool          // empty is
}

func (f *flow) lend(ctx context.Context, lease int64) (Loan, bool) {
	l := &f.loans
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return Loan{}, false
	}
	if l.out == nil {
		l.out = map[*Loan]context.CancelCauseFunc{}
	}
	lent := &Loan{Lease: lease}
	var recall context.CancelCauseFunc
	lent.Context, recall = context.WithCancelCause(ctx)
	lent.back = func() { l.back(lent); recall(nil) }
	l.out[lent] = recall
	return *lent, true
}

func (l *loans) back(lent *Loan) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.out, lent)
	l.settle()
}

// settle says that nothing is out any more, when the generation is over.
func (l *loans) settle() {
	if l.ended && len(l.out) == 0 && !l.closed {
		l.closed = true
		close(l.empty)
	}
}

// end ends the generation: no more loans, and those that are out come back
// within the time, at their own pace during its first half. A borrower that
// does not return is waited for no longer: we would lose all partitions.
func (l *loans) end(within time.Duration) {
	l.mu.Lock()
	l.ended, l.empty = true, make(chan struct{})
	l.settle()
	l.mu.Unlock()
	if l.await(within / 2) {
		return
	}
	l.mu.Lock()
	for _, recall := range l.out {
		recall(ErrRecalled)
	}
	l.mu.Unlock()
	l.await(within / 4)
}

func (l *loans) await(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-l.empty:
		return true
	case <-timer.C:
		return false
	}
}

// PartitionOf is where a key goes in a topic of that many partitions.
func PartitionOf(key []byte, partitions int) int {
	return partitioner(Record{Key: key}, upTo(partitions))
}

// NewLoan makes a loan of something other than a Reader's, for those who lend
// in its place.
func NewLoan(ctx context.Context, lease int64, back func()) Loan {
	return Loan{Context: ctx, Lease: lease, back: back}
}
