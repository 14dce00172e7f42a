// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package statuspage

import (
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// maxRows is how many applications or sessions the page shows. The JSON has
// all.
const maxRows = 20

// formats convert the values of a report to text for people.
var formats = template.FuncMap{
	"kind":       func(endpoint erpnettest.Endpoint) string { return kinds[endpoint] },
	"moment":     func(t time.Time) string { return t.Local().Format(time.DateTime) },
	"zone":       func(t time.Time) string { return "UTC" + t.Local().Format("-07:00") },
	"machine":    func(t time.Time) string { return t.Format(time.RFC3339) },
	"since":      func(from, to time.Time) string { return span(to.Sub(from)) },
	"span":       func(seconds int) string { return span(time.Duration(seconds) * time.Second) },
	"status":     status,
	"class":      func(status int) string { return fmt.Sprintf("s%d", status/100) },
	"parameters": parameters,
	"whom":       whom,
	"often":      often,
	"milliseconds": func(n float64) string {
		if n < 10 {
			return fmt.Sprintf("%.1f ms", n)
		}
		return fmt.Sprintf("%.0f ms", n)
	},
	"shortType": func(name string) string { return name[strings.LastIndexByte(name, '.')+1:] },
	"totals":    totals,
	"rows":      func(n int) int { return min(n, maxRows) },
	"more":      func(n int) int { return max(n-maxRows, 0) },
}

var kinds = map[erpnettest.Endpoint]string{
	erpnettest.Token:         "Token",
	erpnettest.Discovery:     "Discovery",
	erpnettest.JWKS:          "Signing keys",
	erpnettest.AutoDiscovery: "Auto-discovery",
	erpnettest.DomainAPI:     "Domain API",
	erpnettest.Version:       "Version",
	erpnettest.Other:         "Other paths",
	erpnettest.Any:           "All",
}

// parameters describes the parameters of a fault, without where, how often and
// for whom it strikes.
func parameters(f erpnettest.FaultSpec) string {
	var parts []string
	add := func(name string, value any) {
		if text := fmt.Sprint(value); text != "" && text != "0" {
			parts = append(parts, name+" "+text)
		}
	}
	add("status", f.Status)
	add("Retry-After", f.RetryAfter)
	add("error", f.Error)
	add("code", f.Code)
	add("delay", f.Delay)
	add("lifetime", f.Lifetime)
	add("to", f.Location)
	add("to", f.URL)
	if len(f.Scopes) > 0 {
		add("scopes", strings.Join(f.Scopes, " "))
	}
	add("name", f.Name)
	return strings.Join(parts, ", ")
}

// whom describes which requests of its endpoint a fault is for.
func whom(f erpnettest.FaultSpec) string {
	var parts []string
	for _, part := range []struct{ before, value string }{
		{"", f.Method}, {"of ", f.ClientID}, {"with ", f.Path},
	} {
		if part.value != "" {
			parts = append(parts, part.before+part.value)
		}
	}
	return strings.Join(parts, ", ")
}

// often describes how often a fault strikes.
func often(f erpnettest.FaultSpec) string {
	text := "each request"
	if f.Every > 1 {
		text = fmt.Sprintf("one request of %d", f.Every)
	}
	switch f.Times {
	case 0:
		return text
	case 1:
		return text + ", once"
	default:
		return fmt.Sprintf("%s, %d times", text, f.Times)
	}
}

// status describes an HTTP status; 0 means no response.
func status(code int) string {
	if code == 0 {
		return "No response"
	}
	return strings.TrimSpace(fmt.Sprint(code, " ", http.StatusText(code)))
}

// span formats a duration in its two largest units.
func span(d time.Duration) string {
	seconds := int(d.Seconds())
	units := []struct {
		name string
		size int
	}{{"d", 86400}, {"h", 3600}, {"min", 60}, {"s", 1}}
	var parts []string
	for _, unit := range units {
		if n := seconds / unit.size; n > 0 && len(parts) < 2 {
			parts = append(parts, fmt.Sprint(n, " ", unit.name))
		} else if len(parts) > 0 {
			break // 1 d 5 s would be odd
		}
		seconds %= unit.size
	}
	if len(parts) == 0 {
		return "0 s"
	}
	return strings.Join(parts, " ")
}

// sums are the totals of all endpoints.
type sums struct{ Received, UnderWay, Errors int }

func totals(requests []erpnettest.RequestCounts) (total sums) {
	for _, counts := range requests {
		total.Received += counts.Received
		total.UnderWay += counts.UnderWay
		total.Errors += counts.Errors()
	}
	return total
}
