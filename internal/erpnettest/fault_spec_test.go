// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"encoding/json"
	"strings"
	"testing"
)

func (i *testInstance) injectJSON(text string) {
	i.t.Helper()
	specs, err := ReadFaults(strings.NewReader(text))
	if err != nil {
		i.t.Fatalf("%s: %v", text, err)
	}
	for _, spec := range specs {
		i.InjectSpec(spec)
	}
}

func TestMistakesInAFaultAreNamed(t *testing.T) {
	tests := []struct{ name, fault, want string }{
		{name: "nothing", fault: ``, want: `"what" is missing`},
		{name: "no object", fault: `"hang"`, want: `such as {"endpoint": "token", "what": "hang"}`},
		{name: "broken", fault: `{"what": "hang"`, want: "such as"},
		{name: "null in an array", fault: `[null]`, want: `"what" is missing: it is one of bad-signature, claim`},
		{
			name:  "no what",
			fault: `{"endpoint": "token"}`,
			want:  `"what" is missing: it is one of bad-signature, claim`,
		},
		{name: "what of another type", fault: `{"what": 503}`, want: `"what" is missing`},
		{
			name: "unknown what", fault: `{"what": "hangs"}`,
			want: `"what" is "hangs": it must be one of bad-signature, claim`,
		},
		{
			name: "long what", fault: `{"what": "` + strings.Repeat("x", 1000) + `"}`,
			want: `"what" is "` + strings.Repeat("x", 40) + `…": it must`,
		},
		{
			name: "unknown endpoint", fault: `{"what": "hang", "endpoint": "tokens"}`,
			want: `"endpoint" is "tokens": it must be one of any, api, auto-discovery, discovery, keys, other`,
		},
		{
			name: "unknown member", fault: `{"what": "hang", "often": 3}`,
			want: `a member is "often": it must be one of what, endpoint, times, every, client_id, path, method`,
		},
		{
			name: "parameter of another fault", fault: `{"what": "html", "delay": "2s"}`,
			want: `"delay" means nothing for "html", which takes status, retry_after`,
		},
		{
			name: "parameter of no fault", fault: `{"what": "hang", "status": 500}`,
			want: `"status" means nothing for "hang", which takes no parameters`,
		},
		{name: "missing parameter", fault: `{"what": "latency"}`, want: `"latency" needs "delay": a duration such as`},
		{name: "delay", fault: `{"what": "latency", "delay": "2"}`, want: `"delay" is "2": a duration such as`},
		{name: "negative delay", fault: `{"what": "latency", "delay": "-2s"}`, want: `"delay" is "-2s"`},
		{
			name: "status", fault: `{"what": "status", "status": 99}`,
			want: `"status" is 99: an HTTP status from 200 to 599`,
		},
		{name: "type", fault: `{"what": "status", "status": "503"}`, want: "status cannot be a string"},
		{name: "times", fault: `{"what": "hang", "times": -1}`, want: `"times" and "every" are numbers from 1`},
		{
			name: "token fault elsewhere", fault: `{"what": "expired", "endpoint": "api"}`,
			want: `"expired" changes the access token, so its endpoint can only be token`,
		},
		{name: "second of two", fault: `[{"what": "hang"}, {"what": "hung"}]`, want: `fault 2: "what" is "hung"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			specs, err := ReadFaults(strings.NewReader(test.fault))
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%+v, error %v", specs, err)
			}
		})
	}
}

func TestFaultsChooseByClientPathAndMethod(t *testing.T) {
	i := newInstance(t)
	other := SampleApplication()
	other.ApplicationUri, other.Id = "com.example/other", ""
	other.ReferenceTokens = "AdministratorsOnly"
	i.AddApplication(other)
	reference, err := i.AddReferenceToken(ReferenceToken{Application: other.ApplicationUri})
	if err != nil {
		t.Fatal(err)
	}
	i.injectJSON(`[
		{"what": "status", "status": 418, "endpoint": "token", "client_id": "com.example/other"},
		{"what": "status", "status": 418, "endpoint": "api", "client_id": "com.example/other"},
		{"what": "status", "status": 599, "endpoint": "api", "path": "Users", "method": "get"}
	]`)
	i.newToken()
	i.askForTokenReply("client_id", other.ApplicationUri).expect(t, 418, "")
	i.read(salesCustomers).expect(t, 200, "")
	i.readWith(reference).expect(t, 418, "")
	i.readWith("no token").expect(t, 401, "")
	i.read(users+"?$top=1").expect(t, 599, "")
	i.call("POST", users, "{}").expect(t, 405, "")
}

// askForTokenReply is for a response that may not be JSON.
func (i *testInstance) askForTokenReply(edits ...string) reply {
	i.t.Helper()
	return i.do(i.tokenRequest(edits...))
}

func TestFaultsInForceAreListed(t *testing.T) {
	i := newInstance(t)
	i.injectJSON(`[
		{"what": "status", "status": 503, "endpoint": "token", "times": 2, "retry_after": 7},
		{"what": "html", "endpoint": "api", "every": 2, "path": "Crm_"}
	]`)
	i.Inject(Any, None())
	i.askForTokenReply().expect(t, 503, "")
	printed, err := json.Marshal(i.Faults())
	if err != nil {
		t.Fatal(err)
	}
	const want = `[{"what":"status","endpoint":"token","times":2,"status":503,"retry_after":"7","seen":1,"struck":1},` +
		`{"what":"html","endpoint":"api","every":2,"path":"Crm_","status":502,"seen":0,"struck":0},` +
		`{"what":"","endpoint":"any","seen":0,"struck":0}]`
	if string(printed) != want {
		t.Errorf("got  %s\nwant %s", printed, want)
	}
	i.askForTokenReply().expect(t, 503, "")
	if left := i.Faults(); len(left) != 2 {
		t.Errorf("the first one is over, but there are %+v", left)
	}
	i.ClearFaults()
	if left := i.Faults(); left == nil || len(left) != 0 {
		t.Errorf("after all: %+v", left)
	}
}

func TestEveryFaultHasAWordOfItsOwn(t *testing.T) {
	for _, what := range FaultKinds() {
		does, takes, _ := DescribeFault(what)
		if does == "" {
			t.Errorf("%s is not described", what)
		}
		for _, name := range takes {
			if parameters[name] == "" {
				t.Errorf("%s takes %s, which is not described", what, name)
			}
		}
	}
}
