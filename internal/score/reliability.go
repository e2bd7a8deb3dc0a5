package score

import (
	"bytes"
	"fmt"
	"io"
	"math"
)

// buckets part the confidences from 0 to 1 into ranges of a tenth.
const buckets = 10

// Bucket is one range of confidence. When confidence is calibrated, Mean and
// Right are close.
type Bucket struct {
	// From and To bound the range: above From, up to and with To.
	From  float64 `json:"from"`
	To    float64 `json:"to"`
	Count int     `json:"count"`
	// Mean is the mean confidence; Right the share whose kind and main actor
	// are as labelled; Whole the share with every core slot right.
	Mean  float64 `json:"mean"`
	Right float64 `json:"right"`
	Whole float64 `json:"whole"`
}

// Reliability groups the judged events by confidence. Empty ranges are left
// out; a confidence outside (0, 1] falls into the nearest range.
func (r Report) Reliability() []Bucket {
	var all [buckets]Bucket
	for _, j := range r.Judged {
		i := min(max(int(math.Ceil(j.Confidence*buckets-1e-9))-1, 0), buckets-1)
		b := &all[i]
		b.Count++
		b.Mean += j.Confidence
		if j.Right {
			b.Right++
		}
		if j.Whole {
			b.Whole++
		}
	}
	used := []Bucket{}
	for i, b := range all {
		if b.Count == 0 {
			continue
		}
		n := float64(b.Count)
		used = append(used, Bucket{
			From: float64(i) / buckets, To: float64(i+1) / buckets, Count: b.Count,
			Mean: b.Mean / n, Right: b.Right / n, Whole: b.Whole / n,
		})
	}
	return used
}

// CalibrationError is the mean distance between confidence and the share
// right over all judged events (expected calibration error), from 0 to 1.
func (r Report) CalibrationError() float64 {
	sum, n := 0.0, 0
	for _, b := range r.Reliability() {
		sum += math.Abs(b.Mean-b.Right) * float64(b.Count)
		n += b.Count
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

// WriteReliability prints the table of confidence against truth.
func (r Report) WriteReliability(w io.Writer) error {
	var out bytes.Buffer
	fmt.Fprintf(&out, "%-14s%7s%7s%7s%7s\n", "confidence", "mean", "right", "whole", "events")
	for _, b := range r.Reliability() {
		fmt.Fprintf(&out, "%.1f to %-7.1f%7.3f%7.3f%7.3f%7d\n", b.From, b.To, b.Mean, b.Right, b.Whole, b.Count)
	}
	fmt.Fprintf(&out, "calibration error %.3f over %d events\n", r.CalibrationError(), len(r.Judged))
	return flush(w, &out)
}
