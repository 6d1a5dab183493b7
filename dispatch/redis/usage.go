package redis

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ProcessorTime is what the server has used since it began, user and system
// time together, by its own account (INFO cpu), for those who measure.
func (s *Seen) ProcessorTime(ctx context.Context) (time.Duration, error) {
	text, err := s.client.Info(ctx, "cpu").Result()
	if err != nil {
		return 0, fmt.Errorf("ask Redis for its processor time: %w", err)
	}
	return parseUsage(text)
}

func parseUsage(text string) (time.Duration, error) {
	var sum time.Duration
	found := 0
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		if key != "used_cpu_sys" && key != "used_cpu_user" {
			continue
		}
		seconds, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return 0, fmt.Errorf("read the processor time of Redis: %w", err)
		}
		sum += time.Duration(seconds * float64(time.Second))
		found++
	}
	if found != 2 {
		return 0, fmt.Errorf("read the processor time of Redis: INFO cpu has %d of the 2 lines", found)
	}
	return sum, nil
}
