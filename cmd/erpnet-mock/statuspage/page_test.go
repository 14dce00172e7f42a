// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package statuspage

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newInstance(t *testing.T) *erpnettest.Server {
	t.Helper()
	instance := erpnettest.NewUnstartedServer()
	instance.DiscardHistory = true
	instance.Start()
	t.Cleanup(instance.Close)
	return instance
}

// testConfig is the Config of a mock in a container.
var testConfig = Config{
	Hosts: []string{"erpnet-mock"}, CA: "the certificate",
	Variables: map[string]func(string) string{
		"sh": func(control string) string { return "export A=" + control + "\n" },
	},
}

// ask sends a request to the status page of an instance.
func ask(t *testing.T, instance *erpnettest.Server, method, host, path string) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), method, path, nil)
	request.Host = host
	got := httptest.NewRecorder()
	Handler(instance, testConfig).ServeHTTP(got, request)
	return got
}

// show returns the text of the page, with single spaces.
func show(t *testing.T, instance *erpnettest.Server, path string) string {
	t.Helper()
	got := ask(t, instance, http.MethodGet, "localhost:8080", path)
	if got.Code != http.StatusOK {
		t.Fatalf("%s: status %d: %s", path, got.Code, got.Body)
	}
	return regexp.MustCompile(`\s+`).ReplaceAllString(got.Body.String(), " ")
}

// askForToken returns the access token, or an empty string if it is refused.
func askForToken(t *testing.T, instance *erpnettest.Server, clientID, secret string) string {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {clientID}, "client_secret": {secret}}
	got := do(t, instance, http.MethodPost, instance.IdentityURL()+"/connect/token", "", form.Encode())
	token, _ := got["access_token"].(string)
	return token
}

func readCustomers(t *testing.T, instance *erpnettest.Server, token string) {
	t.Helper()
	do(t, instance, http.MethodGet, instance.DomainAPIURL()+"Crm_Sales_Customers", token, "")
}

func do(t *testing.T, instance *erpnettest.Server, method, address, token, form string) (got map[string]any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := instance.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	_ = json.NewDecoder(response.Body).Decode(&got) // a refusal may have no body
	return got
}

func expect(t *testing.T, page string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(page, part) {
			t.Errorf("%q is missing in:\n%s", part, page)
		}
	}
}

func TestPageSaysWhatThereIsNotYet(t *testing.T) {
	instance := newInstance(t)
	page := show(t, instance, "/")
	expect(
		t, page,
		instance.URL,
		"<dt>Requests</dt><dd>0</dd>", "<dt>Errors</dt><dd>0</dd>", "<dt>Open sessions</dt><dd>0</dd>",
		"none yet", "No session is open", "No request has failed",
		"my.trusted.app/service", "svc.integration", ">read</code>", ">update</code>",
		"any number of sessions; 0 refused with 503", "1 at once, 5 may wait, 600 a minute; 0 refused with 429",
		"after 20 min without a request, at the latest after 1 h",
	)
	instance.RemoveApplication("my.trusted.app/service")
	expect(t, show(t, instance, "/"), "No trusted application is registered")
}

func TestPageShowsWhatHappens(t *testing.T) {
	instance := newInstance(t)
	sample := erpnettest.SampleApplication()
	token := askForToken(t, instance, sample.ApplicationUri, erpnettest.SampleSecret)
	askForToken(t, instance, "com.example/unknown", "secret")
	readCustomers(t, instance, token)
	readCustomers(t, instance, token)
	do(t, instance, http.MethodGet, instance.DomainAPIURL()+"Crm_Customers", token, "")
	page := show(t, instance, "/")
	expect(
		t, page,
		"<dt>Requests</dt><dd>5</dd>", "<dt>Errors</dt><dd>2</dd>", "<dt>Open sessions</dt><dd>1</dd>",
		`>Token</th> <td role="cell" class="number">2</td>`,
		`>200 <b>× 1</b></span> <span class="responses s4" title="400 Bad Request">400 <b>× 1</b>`,
		`>Domain API</th> <td role="cell" class="number">3</td>`,
		`class="responses s5" title="500 Internal Server Error">500 <b>× 1</b>`,
		`title="400 Bad Request">400</span>`, ">invalid_client</code> Invalid client_id or client_secret",
		"<code>com.example/unknown</code>", "POST /id/connect/token",
		">EnterpriseOneServerException</code> The entity set name", "GET /api/domain/odata/Crm_Customers",
	)
	if strings.Index(page, "EnterpriseOneServerException</code>") > strings.Index(page, "invalid_client</code>") {
		t.Error("the newest error is not the first")
	}
	if strings.Contains(page, "No session is open") || strings.Contains(page, "No request has failed") {
		t.Error("it shows something and says that there is nothing")
	}
}

func TestJSONIsTheReport(t *testing.T) {
	instance := newInstance(t)
	askForToken(t, instance, "com.example/unknown", "secret")
	var report erpnettest.StatusReport
	if err := json.Unmarshal([]byte(show(t, instance, "/status.json")), &report); err != nil {
		t.Fatal(err)
	}
	if report.URL != instance.URL || report.Requests[0].Responses[400] != 1 ||
		report.Errors[0].ClientID != "com.example/unknown" || len(report.Applications) != 1 {
		t.Errorf("%+v", report)
	}
}

func TestLongListsAreCutOnThePageOnly(t *testing.T) {
	instance := newInstance(t)
	for i := range maxRows + 5 {
		instance.AddApplication(erpnettest.NewApplication(fmt.Sprintf("com.example/%02d", i)))
	}
	page := show(t, instance, "/")
	expect(t, page, "com.example/19", "And 6 more") // including the sample application
	if strings.Contains(page, "com.example/20") {
		t.Error("all are on the page")
	}
	expect(t, show(t, instance, "/status.json"), "com.example/20", "my.trusted.app/service")
}

func TestWhatStrangersSendIsEscaped(t *testing.T) {
	instance := newInstance(t)
	const stranger = `</code><script>alert("1")</script><img src=x onerror='alert(1)'>`
	askForToken(t, instance, stranger, "secret")
	do(t, instance, http.MethodGet, instance.URL+"/"+url.PathEscape(stranger), "", "")
	instance.AddApplication(erpnettest.NewApplication(stranger))
	for _, path := range []string{"/", "/status.json"} {
		page := show(t, instance, path)
		if strings.Contains(page, "<script>") || strings.Contains(page, "<img") {
			t.Errorf("%s holds markup of a stranger: %s", path, page)
		}
	}
	expect(
		t, show(t, instance, "/"),
		"&lt;/code&gt;&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;",
	)
}

func TestNoSecretIsShown(t *testing.T) {
	instance := newInstance(t)
	apps := map[string]string{erpnettest.SampleApplication().ApplicationUri: erpnettest.SampleSecret}
	for _, name := range []string{"enabled", "disabled", "public"} {
		app := erpnettest.SampleApplication()
		app.ApplicationUri, app.Id = "com.example/"+name, ""
		apps[app.ApplicationUri] = "the secret of " + name
		app.ApplicationSecretHash = erpnettest.SecretHash(apps[app.ApplicationUri])
		app.ReferenceTokens = "AdministratorsOnly"
		app.IsEnabled = name != "disabled"
		if name == "public" {
			app.ClientType = "Public"
		}
		instance.AddApplication(app)
	}
	reference, err := instance.AddReferenceToken(erpnettest.ReferenceToken{Application: "com.example/enabled"})
	if err != nil {
		t.Fatal(err)
	}
	secrets := []string{reference, erpnettest.SamplePasswordHash}
	for uri, secret := range apps {
		secrets = append(secrets, secret, erpnettest.SecretHash(secret))
		if token := askForToken(t, instance, uri, secret); token != "" {
			secrets = append(secrets, token)
		}
		askForToken(t, instance, secret, uri) // swapped by mistake
	}
	for _, secret := range secrets {
		readCustomers(t, instance, secret)
		askForToken(t, instance, secret, secret)
	}
	for _, path := range []string{"/", "/status.json"} {
		page := show(t, instance, path)
		expect(t, page, "com.example/enabled", "com.example/disabled", "com.example/public", "(redacted)")
		for _, secret := range secrets {
			if strings.Contains(page, secret) {
				t.Errorf("%q is in %s", secret, path)
			}
		}
	}
}

func TestPageShowsReasonsFaultsAndRequests(t *testing.T) {
	instance := newInstance(t)
	expect(t, show(t, instance, "/"), "No fault is in force", "No request has come yet")
	for range 3 {
		askForToken(t, instance, "com.example/unknown", "secret")
	}
	faults := `[
		{
			"endpoint": "token", "what": "status", "status": 503, "retry_after": 600, "times": 2,
			"client_id": "com.example/x"
		},
		{"endpoint": "api", "what": "latency", "delay": "2s", "every": 3, "path": "Crm_", "method": "GET"},
		{"endpoint": "keys", "what": "hang", "times": 1}
	]`
	send(t, instance, http.MethodPost, "/faults", faults)
	askForToken(t, instance, "com.example/x", "secret")
	instance.Inject(erpnettest.Any, erpnettest.None())
	page := show(t, instance, "/")
	expect(
		t, page,
		`400 <b>× 3</b></span>`, `<span class="reason">No trusted application has this ApplicationUri.</span>`,
		`<form method="post" action="/faults/clear"><button>Clear all</button></form>`,
		`<code>status</code> <span class="note">status 503, Retry-After 600</span>`,
		`Token <span class="note">of com.example/x</span>`, `each request, 2 times</td>`,
		`data-label="Struck" class="number">1</td>`,
		`<code>latency</code> <span class="note">delay 2s</span>`,
		`Domain API <span class="note">GET, with Crm_</span>`,
		"one request of 3</td>", "each request, once</td>", "set by a program", ">All</td>",
		`title="503 Service Unavailable">503</span> <span class="note">by <code>status</code></span>`, " ms</td>",
		"<code>com.example/x</code>",
	)
	if n := strings.Count(page, "<code>com.example/unknown</code>"); n != 4 { // one error, three requests
		t.Errorf("%d rows of the same error and its requests", n)
	}
}
