// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	minBackoff = 500 * time.Millisecond
	maxBackoff = 10 * time.Second
)

// Policy says what may be sent again, and how long that may take.
type Policy struct {
	Retry   Retry
	Attempt time.Duration // limit of one attempt; 0: the client's request timeout
	Whole   time.Duration // limit of all attempts and waits together; 0: OperationLimit

	Fresh    bool // use a fresh connection: a kept one may break, and net/http itself then sends a GET again
	AskAgain bool // ask, even if the host was unreachable a moment ago

	// NotWritten reports whether a response to a write says that nothing was written; for RetryWrite.
	NotWritten func(*Response) bool
}

// Retry says when a request may be sent again.
type Retry int

const (
	// RetryRead allows another attempt whenever it may help: the request changes nothing.
	RetryRead Retry = iota
	// RetryWrite allows another attempt only if nothing was written.
	RetryWrite
	// RetryNever allows one attempt.
	RetryNever
)

// next says whether to send a request again after its nth attempt, and how long to wait before: as long as the server
// says, else twice as long as the last time.
//
// A failed connection and a status that a gateway gives while a server is busy or away are worth another attempt. An
// unknown host, a TLS failure and a response that would come again are not.
func (p Policy) next(response *Response, failure Kind, attempt int) (wait time.Duration, again bool) {
	wait = min(maxBackoff, minBackoff<<min(attempt-1, 16))
	if response == nil {
		return wait, failure.mayPass() && (p.Retry == RetryRead || p.Retry == RetryWrite && failure.neverOpened())
	}
	if told := response.retryAfter(); told > 0 {
		wait = told
	}
	switch p.Retry {
	case RetryRead:
		again = response.IsTransient()
	case RetryWrite:
		again = p.NotWritten != nil && p.NotWritten(response)
	}
	return wait, again
}

// IsTransient reports whether the status is one that passes: too many requests, or of a gateway that got no response
// from the server behind it (502 to 504, and what Cloudflare documents as 520 to 527 and 530), gave up waiting for the
// request (408), or will not risk a replay (425).
func (r *Response) IsTransient() bool {
	switch r.Status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return r.isGatewayStatus()
}

// isGatewayStatus reports whether only a gateway gives this status.
func (r *Response) isGatewayStatus() bool {
	return r.Status >= 502 && r.Status <= 504 || r.Status >= 520 && r.Status <= 527 || r.Status == 530
}

// fits reports whether a wait ends before the operation does. If it does not, the last response is worth more than the
// time-out that would replace it.
func fits(ctx context.Context, wait time.Duration) bool {
	deadline, bounded := ctx.Deadline()
	return ctx.Err() == nil && (!bounded || wait < time.Until(deadline))
}

// retryAfter reads the header Retry-After (RFC 9110 section 10.2.3), seconds or a date. It is 0 where there is none to
// obey.
func (r *Response) retryAfter() time.Duration {
	return parseRetryAfter(r.Header.Get("Retry-After"), r.At)
}

func parseRetryAfter(value string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	const longest = math.MaxInt64 / int64(time.Second)
	seconds, err := strconv.ParseInt(value, 10, 64)
	switch {
	case err == nil:
		return time.Duration(min(max(seconds, 0), longest)) * time.Second
	case errors.Is(err, strconv.ErrRange) && !strings.HasPrefix(value, "-"):
		return time.Duration(longest) * time.Second
	}
	if date, err := http.ParseTime(value); err == nil {
		return max(date.Sub(now), 0)
	}
	return 0
}
