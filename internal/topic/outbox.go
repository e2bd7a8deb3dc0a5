package topic

import (
	"context"
	"sync"
	"time"
)

// batchRecords bounds a request.
const batchRecords = 256

// outbox is what waits for one partition. One request is under way at a time,
// so that records stay in order; whatever comes meanwhile shares the next.
type outbox struct {
	mu      sync.Mutex
	waiting []*outgoing
	busy    bool // somebody sends
}

// outgoing is a batch; err is that of all its records, once done is closed.
type outgoing struct {
	records []Record
	bytes   int
	alone   bool
	opened  time.Time
	done    chan struct{}
	err     error
}

// recordPool keeps the lists of batches for the next ones.
type recordPool struct{ pool sync.Pool }

func (p *recordPool) get() []Record {
	if r, ok := p.pool.Get().(*[]Record); ok {
		return *r
	}
	return nil
}

func (p *recordPool) put(r []Record) {
	clear(r) // their bytes are others'
	r = r[:0]
	p.pool.Put(&r)
}

func (b *outgoing) fits(size, limit int) bool {
	return !b.alone && len(b.records) < batchRecords && b.bytes+size <= limit
}

// post puts the records at the indexes into batches for a partition, and sees
// to it that they are sent. It returns the batches, and which indexes are in
// each.
func (w *Writer) post(p partition, records []Record, indexes []int, alone bool) ([]*outgoing, [][]int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil, nil, ErrClosed
	}
	box := w.outboxes[p]
	if box == nil {
		box = &outbox{}
		w.outboxes[p] = box
	}
	box.mu.Lock()
	defer box.mu.Unlock()
	var batches []*outgoing
	var of [][]int
	limit := w.cluster.cfg.MaxMessageBytes + deadLetterRoom
	for _, i := range indexes {
		size := recordSize(records[i])
		batch := box.open(size, limit, alone, &w.room)
		batch.records = append(batch.records, records[i])
		batch.bytes += size
		if len(batches) == 0 || batches[len(batches)-1] != batch {
			batches, of = append(batches, batch), append(of, nil)
		}
		of[len(of)-1] = append(of[len(of)-1], i)
	}
	if !box.busy {
		box.busy = true
		w.sending.Go(func() { w.drain(p, box) })
	}
	return batches, of, nil
}

// open is the batch that takes a record of that size.
func (o *outbox) open(size, limit int, alone bool, room *recordPool) *outgoing {
	if n := len(o.waiting); n > 0 && !alone && o.waiting[n-1].fits(size, limit) {
		return o.waiting[n-1]
	}
	batch := &outgoing{records: room.get(), alone: alone, opened: time.Now(), done: make(chan struct{})}
	o.waiting = append(o.waiting, batch)
	return batch
}

// drain sends what waits for a partition, one batch after another, and ends
// when there is nothing. Batches behind one that failed fail with it: sent, they
// would stand before it once it is sent again, and with a broker that is away
// each would take its time to find out.
func (w *Writer) drain(p partition, box *outbox) {
	for batch := box.take(w.cluster.cfg.BatchDelay); batch != nil; batch = box.take(w.cluster.cfg.BatchDelay) {
		ctx, cancel := context.WithTimeout(context.Background(), w.cluster.cfg.Timeout)
		err := w.send(ctx, p, batch.records)
		cancel()
		w.finish(batch, err)
		if err != nil && !permanent(err) {
			for _, behind := range box.takeAll() {
				w.finish(behind, err)
			}
		}
	}
}

// finish tells those who wait for a batch.
func (w *Writer) finish(b *outgoing, err error) {
	w.room.put(b.records)
	b.records, b.err = nil, err
	close(b.done)
}

// takeAll takes every batch that waits.
func (o *outbox) takeAll() []*outgoing {
	o.mu.Lock()
	defer o.mu.Unlock()
	all := o.waiting
	o.waiting = nil
	return all
}

// take closes the first batch for others, once it is full or as old as
// delay; nil when there is none.
func (o *outbox) take(delay time.Duration) *outgoing {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.waiting) == 0 {
		o.busy = false
		return nil
	}
	first := o.waiting[0]
	if left := delay - time.Since(first.opened); left > 0 && len(o.waiting) == 1 && !first.alone && len(first.records) < batchRecords {
		o.mu.Unlock()
		time.Sleep(left)
		o.mu.Lock()
	}
	o.waiting[0] = nil
	o.waiting = o.waiting[1:]
	return first
}
