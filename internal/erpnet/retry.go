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

// Policy says whether a request may be retried and how long that may take.
type Policy struct {
	Retry   Retry
	Attempt time.Duration // time limit of one attempt; 0: the client's request timeout
	Whole   time.Duration // time limit of all attempts and waits together; 0: OperationLimit

	Fresh    bool // use a new connection: net/http itself resends a GET if a kept connection breaks
	AskAgain bool // send the request even if the host was unreachable a moment ago

	// NotWritten reports whether the response to a write says that nothing was written. It is used with RetryWrite.
	NotWritten func(*Response) bool
}

// Retry says when a request may be retried.
type Retry int

const (
	// RetryRead allows a retry whenever it may help: the request changes nothing.
	RetryRead Retry = iota
	// RetryWrite allows a retry only if nothing was written.
	RetryWrite
	// RetryNever allows one attempt.
	RetryNever
)

// next says whether to retry a request after the given attempt, and how long to wait first: as long as the server says,
// or else twice as long as the last time.
//
// A retry is worthwhile after a failed connection, or after a status that a gateway sends while a server is busy or
// unavailable. It is not worthwhile after an unknown host, a TLS failure, or a response that would be the same again.
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

// IsTransient reports whether the status is temporary: too many requests (429), or the status of a gateway that got no
// response from the server behind it (502 to 504, and what Cloudflare documents as 520 to 527 and 530), gave up waiting
// for the request (408), or will not risk a replay (425).
func (r *Response) IsTransient() bool {
	switch r.Status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return r.isGatewayStatus()
}

// isGatewayStatus reports whether only gateways send this status.
func (r *Response) isGatewayStatus() bool {
	return r.Status >= 502 && r.Status <= 504 || r.Status >= 520 && r.Status <= 527 || r.Status == 530
}

// fits reports whether a wait ends before the operation does. If it does not, the last response is more useful than the
// time-out that would replace it.
func fits(ctx context.Context, wait time.Duration) bool {
	deadline, bounded := ctx.Deadline()
	return ctx.Err() == nil && (!bounded || wait < time.Until(deadline))
}

// retryAfter returns the wait that the Retry-After header asks for (RFC 9110 section 10.2.3), which is a number of
// seconds or a date. It returns 0 if there is nothing to wait for. A date is one of the server's clock, which the Date
// header tells.
func (r *Response) retryAfter() time.Duration {
	now, err := http.ParseTime(r.Header.Get("Date"))
	if err != nil {
		now = r.At
	}
	return parseRetryAfter(r.Header.Get("Retry-After"), now)
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
