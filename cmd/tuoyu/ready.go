package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

type readyCommand struct {
	Address string `arg:"" help:"Where it listens, host:port."`
}

// Run requests /readyz, for health checks in images without an HTTP client.
func (c readyCommand) Run(ctx context.Context, out output) error {
	ctx, cancel := context.WithTimeout(ctx, 2*checkTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.Address+"/readyz", nil)
	if err != nil {
		return fmt.Errorf("ask %s: %w", c.Address, err)
	}
	client := &http.Client{Timeout: 5 * time.Second}
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("ask %s: %w", c.Address, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<16))
	if err != nil {
		return fmt.Errorf("ask %s: %w", c.Address, err)
	}
	fmt.Fprintln(out, strings.TrimSpace(string(body)))
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s is not ready: status %d", c.Address, response.StatusCode)
	}
	return nil
}
