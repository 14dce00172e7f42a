// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestResponsesAreToldApart(t *testing.T) {
	html, text := map[string]string{"Content-Type": "text/html"}, map[string]string{"Content-Type": "text/plain"}
	const isPage, isNoObject = "an HTML page instead of JSON", "content that is not a JSON object"
	for name, test := range map[string]struct {
		response step
		want     Kind
		ending   string // of Error.Happened
	}{
		"object":              {response: step{status: 200, body: `{}`}},
		"object as text":      {response: step{status: 200, body: `{}`, header: text}},
		"object as a page":    {response: step{status: 200, body: `{}`, header: html}},
		"object after a mark": {response: step{status: 200, body: "\xef\xbb\xbf{}"}},
		"object in spaces":    {response: step{status: 200, body: "\n\t {} \n"}},
		"created": {
			response: step{status: 201, body: `{}`}, want: UnexpectedStatus, ending: "HTTP status 201",
		},
		"teapot": {
			response: step{status: 418, body: `{}`}, want: UnexpectedStatus, ending: "HTTP status 418",
		},
		"nothing": {
			response: step{status: 200}, want: EmptyResponse, ending: "HTTP status 200 and no content",
		},
		"spaces": {
			response: step{status: 400, body: " \n"}, want: GatewayRefused, ending: "and no content",
		},
		"not modified": {
			response: step{status: 304}, want: EmptyResponse, ending: "HTTP status 304 and no content",
		},
		"page": {
			response: step{status: 400, body: "<html>"}, want: GatewayRefused, ending: "HTTP status 400 and " + isPage,
		},
		"page by its type": {
			response: step{status: 200, body: "Sign in", header: html}, want: NotJSON, ending: isPage,
		},
		"list as a page": {
			response: step{status: 400, body: `[]`, header: html}, want: GatewayRefused, ending: isNoObject,
		},
		"XML": {
			response: step{status: 400, body: `<Error/>`, header: map[string]string{"Content-Type": "application/xml"}},
			want:     GatewayRefused, ending: `HTTP status 400 and content of type "application/xml" instead of JSON`,
		},
		"text": {
			response: step{status: 403, body: "RBAC: access denied", header: text}, want: GatewayRefused,
			ending: `HTTP status 403 and content of type "text/plain" instead of JSON`,
		},
		"list": {
			response: step{status: 200, body: `[]`}, want: NotJSON, ending: "HTTP status 200 and " + isNoObject,
		},
		"null":         {response: step{status: 200, body: `null`}, want: NotJSON, ending: isNoObject},
		"cut":          {response: step{status: 200, body: `{"a":`}, want: NotJSON, ending: isNoObject},
		"missing":      {response: step{status: 404, body: `{}`}, want: NotFound, ending: "HTTP status 404"},
		"other method": {response: step{status: 405}, want: NotFound, ending: "HTTP status 405"},
		"too many": {
			response: step{status: 429, body: `{}`}, want: RateLimited, ending: "was refused with HTTP status 429",
		},
		"server error": {response: step{status: 500, body: `{}`}, want: ServerFailed, ending: "HTTP status 500"},
		"gateway": {
			response: step{status: 502, body: "<html>"}, want: Unavailable, ending: "HTTP status 502",
		},
		"gateway's time-out": {response: step{status: 504}, want: Unavailable, ending: "HTTP status 504"},
		"redirect": {
			response: step{status: 308}, want: Redirected, ending: "(HTTP status 308), which was not followed",
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := &script{steps: []step{test.response}}
			var object map[string]any
			failed := server.client(Options{}).GetJSON(context.Background(), testURL+"?x=1", &object, Policy{})
			if test.want == "" {
				if failed != nil || object == nil {
					t.Errorf("got %v", failed)
				}
				return
			}
			if failed == nil || failed.Kind != test.want || !strings.HasSuffix(failed.Happened, test.ending) ||
				failed.Status != test.response.status || failed.URL != testURL {
				t.Errorf("got %+v", failed)
			}
		})
	}
}

// The target is shown without the parts that may hold a password, a session, or a token.
func TestRedirectIsNotFollowed(t *testing.T) {
	asked := 0
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer target.Close()
	for location, want := range map[string]string{
		target.URL + "/stolen?session=abc":                      "The redirect points to " + target.URL + "/stolen.",
		"https://u:pw@login.example/x;jsessionid=1/y?token=2#3": "The redirect points to https://login.example/x.",
		"/login?x":                         "The redirect points to /login.",
		"https://x.example/?" + testSecret: "The redirect points to https://x.example/.",
		"https://x.example/" + testSecret:  "The redirect points to https://x.example/(redacted).",
		"://%zz":                           "",
		"":                                 "",
	} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Location"] = []string{location}
				w.WriteHeader(status)
			}))
			client := NewClient(Options{})
			client.Protect(NewSecret(testSecret))
			got, err := post(client, server.URL)
			if failed := AsError(err); got != Redirected || failed.Evidence != want {
				t.Errorf("%d to %q: %v %q", status, location, err, failed.Evidence)
			}
			server.Close()
		}
	}
	if asked != 0 {
		t.Errorf("%d redirects were followed", asked)
	}
}

// What identifies a gateway is shown: its words, bounded and without secrets, and its Server header.
func TestSenderOfARefusalIsShown(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		server string
		body   string
		want   string
	}{
		"Envoy": {
			status: 403, server: "envoy", body: "RBAC: access denied",
			want: "The response has the content `RBAC: access denied` and the header Server: \"envoy\".",
		},
		"a gateway's JSON": {
			status: 403, server: "cloudflare", body: `{"requestId":"7","reason":"blocked by rule"}`,
			want: "The response has the content `{\"requestId\":\"7\",\"reason\":\"blocked by rule\"}` and the " +
				"header Server: \"cloudflare\".",
		},
		"a message, which the error shows": {
			status: 403, server: "kong/3", body: `{"message":"Forbidden"}`,
			want: `The response has the header Server: "kong/3".`,
		},
		"a page": {
			status: 403, server: "nginx", body: "<html><title>403 Forbidden</title>",
			want: `The page has the title "403 Forbidden" and the header Server: "nginx".`,
		},
		"no content":   {status: 401, server: "awselb/2.0", want: `The response has the header Server: "awselb/2.0".`},
		"server error": {status: 500, body: "upstream reset", want: "The response has the content `upstream reset`."},
		"an echo": {
			status: 400, body: "bad client_secret=" + testSecret,
			want: "The response has the content `bad client_secret=(redacted)`.",
		},
		"a long text": {
			status: 400, body: strings.Repeat("x", 1000),
			want: "The response has the content `" + strings.Repeat("x", 300) + "...`.",
		},
		"a text that is no refusal": {status: 200, body: "opaque-token"},
		"a service's own JSON":      {status: 500, server: "Kestrel", body: `{"message":"No."}`},
	} {
		header := map[string]string{}
		if test.server != "" {
			header["Server"] = test.server
		}
		client := (&script{steps: []step{{status: test.status, body: test.body, header: header}}}).client(Options{})
		client.Protect(NewSecret(testSecret))
		_, err := post(client, testURL)
		if failed := AsError(err); failed.Evidence != test.want {
			t.Errorf("%s: %s", name, failed.Evidence)
		}
	}
}
