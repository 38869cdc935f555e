package main

import (
	"slices"
	"syscall"
	"time"
)

// median gives the middle of the values, the lower one of two.
func median[T float64 | time.Duration](values []T) T { return percentile(values, 50) }

// percentile gives the value below or at which so many in a hundred lie.
func percentile[T float64 | time.Duration](values []T, p int) T {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min((len(sorted)-1)*p/100, len(sorted)-1)]
}

// ratios gives x[i]/y[i]: of the rounds of two sides taken by turns.
func ratios[T float64 | time.Duration](x, y []T) []float64 {
	list := make([]float64, min(len(x), len(y)))
	for i := range list {
		list[i] = float64(x[i]) / float64(y[i])
	}
	return list
}

// processorTime is what this process has used of the processors, which on a shared machine says more than the clock.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic("getrusage: " + err.Error()) // fails only on a bad argument
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
