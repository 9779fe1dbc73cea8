package stats

import "math"

// Sum adds all numbers of a list.
func Sum(values []float64) float64 {
	total := 0.0
	for _, value := range values {
		total += value
	}
	return total
}

// Mean is the arithmetic mean of a list, NaN when it is empty.
func Mean(values []float64) float64 {
	return Sum(values) / float64(len(values))
}

// Deviation is the standard deviation of a sample.
func Deviation(values []float64) float64 {
	mean := Mean(values)
	squares := 0.0
	for _, value := range values {
		squares += (value - mean) * (value - mean)
	}
	return math.Sqrt(squares / float64(len(values)-1))
}
