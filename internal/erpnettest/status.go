// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"cmp"
	"slices"
	"time"
)

// shownRequests is how many requests a StatusReport lists.
const shownRequests = 20

// StatusReport is the state of a server for a person who watches it. It
// contains no secret, hash or token, whatever clients send. All times are on
// the server's clock.
type StatusReport struct {
	URL          string              `json:"url"`
	Started      time.Time           `json:"started"`
	Time         time.Time           `json:"time"`     // of the report
	Requests     []RequestCounts     `json:"requests"` // one for each endpoint
	Errors       []RequestError      `json:"errors"`   // the last 50, newest first
	Recent       []RecentRequest     `json:"recent"`   // the last 20, newest first
	Faults       []FaultStatus       `json:"faults"`   // in force
	Applications []ApplicationStatus `json:"applications"`
	Sessions     SessionsStatus      `json:"sessions"`
}

// RequestCounts counts the requests of one endpoint.
type RequestCounts struct {
	Endpoint   Endpoint    `json:"endpoint"`
	Received   int         `json:"received"`
	Responses  map[int]int `json:"responses"`   // by HTTP status
	NoResponse int         `json:"no_response"` // the connection ended first
	UnderWay   int         `json:"under_way"`   // no response yet
}

// Errors returns how many requests ended without a response or with a status of
// 400 or more.
func (c RequestCounts) Errors() int {
	errors := c.NoResponse
	for status, n := range c.Responses {
		if isError(status) {
			errors += n
		}
	}
	return errors
}

// ApplicationStatus is the part of a trusted application that is safe to show.
type ApplicationStatus struct {
	ApplicationURI    string   `json:"application_uri"`
	Enabled           bool     `json:"enabled"`
	Scopes            []string `json:"scopes"`
	SystemUserAllowed bool     `json:"system_user_allowed"`
	SystemUser        string   `json:"system_user"` // Login, or empty
}

// SessionsStatus describes the sessions of the Domain API. For the counts, see
// [Sessions].
type SessionsStatus struct {
	Opened       int             `json:"opened"`
	Refused      int             `json:"refused"`
	Busy         int             `json:"busy"`
	PeakRequests int             `json:"peak_requests"`
	LongestQueue int             `json:"longest_queue"`
	Limits       SessionLimits   `json:"limits"`
	Open         []SessionStatus `json:"open"` // newest first
}

// SessionLimits are the SessionSettings in force; 0 means no limit, except for
// Queue.
type SessionLimits struct {
	Licences          int `json:"licences"`
	Requests          int `json:"requests"`
	Queue             int `json:"queue"`
	RequestsPerMinute int `json:"requests_per_minute"`
	IdleSeconds       int `json:"idle_seconds"`
	LifetimeSeconds   int `json:"lifetime_seconds"`
}

// SessionStatus is one open session.
type SessionStatus struct {
	ClientID string    `json:"client_id"`
	Opened   time.Time `json:"opened"`
	Used     time.Time `json:"used"`     // when its last request arrived
	Requests int       `json:"requests"` // in total
	Running  int       `json:"running"`
	Waiting  int       `json:"waiting"` // in the queue
}

// StatusReport returns the state of the server, with or without DiscardHistory.
func (s *Server) StatusReport() StatusReport {
	// An administrator can put a secret into a record by mistake.
	redact := redactor{registered: s.registry.secrets()}.redact
	report := StatusReport{
		URL:          s.URL,
		Started:      s.started,
		Time:         s.now(),
		Applications: []ApplicationStatus{},
		Sessions:     s.sessionsStatus(redact),
		Recent:       s.RecentRequests(shownRequests),
		Faults:       s.Faults(),
	}
	report.Requests, report.Errors = s.history.byEndpoint()
	for _, app := range s.Applications() {
		scopes := app.scopes()
		for i := range scopes {
			scopes[i] = redact(scopes[i])
		}
		report.Applications = append(report.Applications, ApplicationStatus{
			ApplicationURI:    redact(app.ApplicationUri),
			Enabled:           app.IsEnabled,
			Scopes:            scopes,
			SystemUserAllowed: app.SystemUserAllowed,
			SystemUser:        redact(app.SystemUser),
		})
	}
	return report
}

func (s *Server) sessionsStatus(redact func(string) string) SessionsStatus {
	counts := s.Sessions() // also ends expired sessions
	limits := s.behaviour().SessionSettings
	status := SessionsStatus{
		Opened:       counts.Opened,
		Refused:      counts.Refused,
		Busy:         counts.Busy,
		PeakRequests: counts.PeakRequests,
		LongestQueue: counts.LongestQueue,
		Limits: SessionLimits{
			Licences:          limits.Licences,
			Requests:          limits.SessionRequests,
			Queue:             limits.SessionQueue,
			RequestsPerMinute: limits.SessionRequestsPerMinute,
			IdleSeconds:       int(limits.SessionIdle.Seconds()),
			LifetimeSeconds:   int(limits.SessionLifetime.Seconds()),
		},
		Open: []SessionStatus{},
	}
	s.limiter.mu.Lock()
	defer s.limiter.mu.Unlock()
	for _, open := range s.limiter.open {
		status.Open = append(status.Open, SessionStatus{
			ClientID: redact(open.clientID),
			Opened:   open.opened,
			Used:     open.used,
			Requests: open.requests,
			Running:  open.running,
			Waiting:  len(open.queue),
		})
	}
	slices.SortFunc(status.Open, func(a, b SessionStatus) int {
		return cmp.Or(b.Opened.Compare(a.Opened), cmp.Compare(a.ClientID, b.ClientID))
	})
	return status
}
