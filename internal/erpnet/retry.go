// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// OperationLimit bounds one request with all its attempts and waits.
const OperationLimit = 3 * time.Minute

const (
	minBackoff    = 500 * time.Millisecond
	maxBackoff    = 10 * time.Second
	maxRetryAfter = time.Minute
)

// Policy says what may be sent again, and how long that may take.
type Policy struct {
	Retry   Retry
	Attempt time.Duration // limit of one attempt; 0: the client's request timeout
	Whole   time.Duration // limit of all attempts and waits together; 0: OperationLimit
}

// Retry says when a request may be sent again.
type Retry int

const (
	// RetryRead allows another attempt whenever it may help: the request changes nothing.
	RetryRead Retry = iota
	// RetryWrite allows another attempt only if the response says that nothing was written.
	RetryWrite
	// RetryNever allows one attempt.
	RetryNever
)

// next says whether to send a request again after its nth attempt, and how long to wait before.
//
// Connections that failed or broke, and the statuses 429, 502, 503 and 504, are worth another attempt. An unknown
// host, a TLS failure and a response that would come again are not.
func (p Policy) next(response *Response, err error, attempt int, now time.Time) (wait time.Duration, again bool) {
	backoff := min(maxBackoff, minBackoff<<min(attempt-1, 16))
	if err != nil {
		kind, _ := explain(err)
		return backoff, p.Retry == RetryRead && (kind == ConnectionRefused || kind == ConnectionLost || kind == Timeout)
	}
	if told := retryAfter(response, now); told > 0 {
		backoff = told
	}
	switch p.Retry {
	case RetryRead:
		return backoff, isTransient(response.Status)
	case RetryWrite:
		return backoff, saysNothingWritten(response)
	}
	return 0, false
}

func isTransient(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// saysNothingWritten knows the responses of the Domain API that say so: 429, and the shortage of licences, a 503 with
// Retry-After (protocol section 3.3). A gateway's 503 says nothing of the kind.
func saysNothingWritten(r *Response) bool {
	return r.Status == http.StatusTooManyRequests || r.Status == http.StatusServiceUnavailable && r.Header.Get("Retry-After") != ""
}

// fits reports whether a wait ends before the operation does. If it does not, the last response is worth more than
// the time-out that would replace it.
func fits(ctx context.Context, wait time.Duration) bool {
	deadline, bounded := ctx.Deadline()
	return ctx.Err() == nil && (!bounded || wait < time.Until(deadline))
}

// retryAfter reads the header Retry-After (RFC 9110 section 10.2.3), seconds or a date, as at most a minute. It is 0
// where there is none to obey.
func retryAfter(r *Response, now time.Time) time.Duration {
	return parseRetryAfter(r.Header.Get("Retry-After"), now)
}

func parseRetryAfter(value string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	if seconds, err := strconv.ParseInt(value, 10, 64); err == nil {
		// Compared as seconds: as a Duration, many of them overflow.
		return time.Duration(min(max(seconds, 0), int64(maxRetryAfter/time.Second))) * time.Second
	} else if errors.Is(err, strconv.ErrRange) && !strings.HasPrefix(value, "-") {
		return maxRetryAfter
	}
	if date, err := http.ParseTime(value); err == nil {
		return min(max(date.Sub(now), 0), maxRetryAfter)
	}
	return 0
}
