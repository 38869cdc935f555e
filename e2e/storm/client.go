package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// command is a request with an effect, and its final response.
type command struct {
	account string
	method  string
	path    string // with its query
	key     string
	media   string
	bearer  string
	body    []byte
	status  int
	answer  []byte
	tries   int
}

func (c command) accepted() bool { return c.status >= 200 && c.status < 300 }

// sender is a well-behaved client: it retries a request, a command under the same key, after no response, 5xx or 429.
type sender struct {
	base     string // of the installation; other hosts are not recorded
	inner    http.RoundTripper
	patience time.Duration
	public   atomic.Int64 // requests without a sign-in

	mu       sync.Mutex
	commands []command
	again    map[string]int // number of retries, by the previous result
}

func newSender(base string) *sender {
	inner := &http.Transport{MaxIdleConnsPerHost: 32, IdleConnTimeout: 20 * time.Second}
	return &sender{base: base, inner: inner, patience: 3 * time.Minute, again: map[string]int{}}
}

// tryTime is the time limit of one attempt.
const tryTime = 20 * time.Second

// RoundTrip retries the request until its response is final, and records commands.
func (c *sender) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		_ = r.Body.Close() // it has been read
	}
	until, pause := time.Now().Add(c.patience), 50*time.Millisecond
	for tries := 1; ; tries++ {
		res, answer, err := c.try(r, body)
		if err == nil && res.StatusCode < 500 && res.StatusCode != http.StatusTooManyRequests {
			c.record(r, body, res, answer, tries)
			return res, nil
		}
		if r.Context().Err() != nil || time.Now().After(until) {
			if err == nil {
				err = fmt.Errorf("%s %s: still %s after %d tries: %.200s", r.Method, r.URL.Path, res.Status, tries, answer)
			}
			return nil, err
		}
		c.count(res)
		select {
		case <-r.Context().Done():
		case <-time.After(pause):
		}
		pause = min(2*pause, time.Second)
	}
}

func (c *sender) try(r *http.Request, body []byte) (*http.Response, []byte, error) {
	ctx, cancel := context.WithTimeout(r.Context(), tryTime)
	defer cancel()
	one := r.Clone(ctx)
	if one.Header.Get("Authorization") == "" { // a member of the public, each with a different address
		n := c.public.Add(1)
		one.Header.Set("X-Forwarded-For", fmt.Sprintf("203.0.%d.%d", n/250%250, n%250+1))
	}
	if body != nil {
		one.Body = io.NopCloser(bytes.NewReader(body))
	}
	res, err := c.inner.RoundTrip(one)
	if err != nil {
		return nil, nil, err
	}
	answer, err := io.ReadAll(res.Body)
	_ = res.Body.Close() // it has been read
	if err != nil {
		return nil, nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(answer))
	return res, answer, nil
}

func (c *sender) count(res *http.Response) {
	what := "no answer"
	if res != nil {
		what = fmt.Sprint(res.StatusCode)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.again[what]++
}

func (c *sender) record(r *http.Request, body []byte, res *http.Response, answer []byte, tries int) {
	if r.Method == http.MethodGet || !strings.HasPrefix(r.URL.String(), c.base) {
		return
	}
	bearer := r.Header.Get("Authorization")
	c.mu.Lock()
	defer c.mu.Unlock()
	c.commands = append(c.commands, command{
		account: accountOf(bearer), method: r.Method, path: r.URL.RequestURI(), key: r.Header.Get("Idempotency-Key"),
		media: r.Header.Get("Content-Type"), bearer: bearer, body: body, status: res.StatusCode, answer: answer, tries: tries,
	})
}

// sent lists the commands with a key sent so far.
func (c *sender) sent() []command {
	c.mu.Lock()
	defer c.mu.Unlock()
	var keyed []command
	for _, one := range c.commands {
		if one.key != "" {
			keyed = append(keyed, one)
		}
	}
	return keyed
}

// repeat sends a command again and returns the response.
func (c *sender) repeat(ctx context.Context, one command) (int, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, one.method, c.base+one.path, bytes.NewReader(one.body))
	if err != nil {
		return 0, nil, err
	}
	for name, value := range map[string]string{"Content-Type": one.media, "Idempotency-Key": one.key, "Authorization": one.bearer} {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	for {
		res, answer, err := c.try(r, one.body)
		if err != nil || res.StatusCode != http.StatusTooManyRequests {
			if err != nil {
				return 0, nil, err
			}
			return res.StatusCode, answer, nil
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// accountOf returns the account in a token, without verifying it, which is the server's task.
func accountOf(bearer string) string {
	parts := strings.Split(bearer, ".")
	if len(parts) != 3 {
		return ""
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	var claims struct {
		Subject string `json:"sub"`
	}
	if json.Unmarshal(raw, &claims) != nil {
		return ""
	}
	return claims.Subject
}
