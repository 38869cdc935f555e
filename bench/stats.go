package main

import (
	"slices"
	"syscall"
	"time"
)

// median returns the middle of the values, the lower one of two.
func median[T float64 | time.Duration](values []T) T { return percentile(values, 50) }

// percentile returns the p-th percentile of the values.
func percentile[T float64 | time.Duration](values []T, p int) T {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min((len(sorted)-1)*p/100, len(sorted)-1)]
}

// ratios returns x[i]/y[i], where x and y are the rounds of two alternating sides.
func ratios[T float64 | time.Duration](x, y []T) []float64 {
	list := make([]float64, min(len(x), len(y)))
	for i := range list {
		list[i] = float64(x[i]) / float64(y[i])
	}
	return list
}

// processorTime returns the processor time used by this process, which on a shared machine is more reliable than wall
// time.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic("getrusage: " + err.Error()) // fails only on a bad argument
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
