// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package acceptance

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// ordersApplication is what the examples of the rotation guide register.
const ordersApplication = "my.trusted.app/orders"

// ordersUser is the user that it runs as.
func ordersUser() erpnettest.User {
	return erpnettest.User{Id: "6f1c2b7e-94d3-4c5a-8e0b-2a7d91c34f58", Login: "svc.orders", Name: "Orders Pipeline", Active: true}
}

// rotation is a directory with an example, an instance, and all that the CLI
// left behind.
type rotation struct {
	*cli
	t      *testing.T
	server *erpnettest.Server
	places map[string]string
}

func newRotation(t *testing.T, example ...string) *rotation {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(append([]string{"..", "..", "examples"}, example...)...))
	if err != nil {
		t.Fatal(err)
	}
	server, env := startInstance(t)
	server.AddUser(ordersUser())
	r := &rotation{newCLI(t, string(text), env), t, server, map[string]string{}}
	r.env = append(r.env, "TF_LOG=TRACE", "TF_LOG_PATH="+filepath.Join(r.dir, "trace.log"))
	return r
}

// plan saves a plan and returns it as JSON.
func (r *rotation) plan(step string, variables ...string) string {
	r.t.Helper()
	r.places["output of plan: "+step] = r.succeed(append([]string{"plan", "-out=plan.bin"}, variables...)...)
	for file, text := range unzip(r.t, filepath.Join(r.dir, "plan.bin")) {
		r.places["plan file "+file+": "+step] = text
	}
	plan := r.succeed("show", "-json", "plan.bin")
	r.places["show -json of the plan: "+step] = plan
	return plan
}

// apply plans, applies that plan once, and returns the exit code and the output.
func (r *rotation) apply(step string, variables ...string) (int, string) {
	r.t.Helper()
	r.plan(step, variables...)
	code, output := r.run("apply", "plan.bin")
	r.places["output of apply: "+step] = output
	r.places["state: "+step] = r.read("terraform.tfstate")
	r.places["show -json of the state: "+step] = r.succeed("show", "-json")
	return code, output
}

func (r *rotation) mustApply(step string, variables ...string) {
	r.t.Helper()
	if code, output := r.apply(step, variables...); code != 0 {
		r.t.Fatalf("%s: exit code %d:\n%s", step, code, output)
	}
}

func (r *rotation) expectNothingToDo(step string, variables ...string) {
	r.t.Helper()
	if code, output := r.run(append([]string{"plan", "-detailed-exitcode"}, variables...)...); code != 0 {
		r.t.Errorf("%s: not an empty plan, exit code %d:\n%s", step, code, output)
	}
}

// secrets are the versions that the store has, oldest first.
func (r *rotation) secrets() []string {
	r.t.Helper()
	var secrets []string
	for version := 1; ; version++ {
		text, err := os.ReadFile(filepath.Join(r.dir, "secrets", url.PathEscape(ordersApplication), fmt.Sprint(version)))
		if os.IsNotExist(err) {
			return secrets
		}
		if err != nil {
			r.t.Fatal(err)
		}
		secrets = append(secrets, string(text))
	}
}

// records are those of the application in the instance: at most one, if all is
// well.
func (r *rotation) records() []erpnettest.TrustedApplication {
	var found []erpnettest.TrustedApplication
	for _, application := range r.server.Applications() {
		if application.ApplicationUri == ordersApplication {
			found = append(found, application)
		}
	}
	return found
}

// expectAgreement holds that the store has so many versions of the secret, that
// the one record has the hash of the newest, and that no other gets a token.
func (r *rotation) expectAgreement(step string, versions int) {
	r.t.Helper()
	secrets, records := r.secrets(), r.records()
	if len(secrets) != versions || len(records) != 1 {
		r.t.Fatalf("%s: %d versions in the store and %d records", step, len(secrets), len(records))
	}
	if records[0].ApplicationSecretHash != erpnettest.SecretHash(secrets[versions-1]) {
		r.t.Errorf("%s: store and record disagree", step)
	}
	for i, secret := range secrets {
		want := http.StatusBadRequest
		if i == versions-1 {
			want = http.StatusOK
		}
		if status := r.tokenRequest(secret); status != want {
			r.t.Errorf("%s: the instance answers to secret %d with HTTP status %d", step, i+1, status)
		}
	}
}

// tokenRequest asks the instance for a token, not by the provider, and returns
// the HTTP status.
func (r *rotation) tokenRequest(secret string) int {
	r.t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {ordersApplication}, "client_secret": {secret}}
	request, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, r.server.IdentityURL()+"/connect/token", strings.NewReader(form.Encode()))
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := r.server.Client().Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	_ = response.Body.Close()
	return response.StatusCode
}

// expectReads holds that customers were read so often, each time by a token of
// the application itself.
func (r *rotation) expectReads(step string, want int) {
	r.t.Helper()
	reads := 0
	for _, request := range r.server.Requests() {
		if !strings.HasSuffix(request.Path, "Crm_Sales_Customers") {
			continue
		}
		reads++
		claims, err := erpnet.DecodeClaims(strings.TrimPrefix(request.Header.Get("Authorization"), "Bearer "))
		if err != nil || claims.ClientID != ordersApplication || claims.SystemUser != ordersUser().Login {
			r.t.Errorf("%s: customers are not read by the application: %+v, %v", step, claims, err)
		}
	}
	if reads != want {
		r.t.Errorf("%s: customers were read %d times, not %d", step, reads, want)
	}
}

// The whole life of a secret, by the example of the guide: each step is one
// apply, the first of which begins with nothing.
func TestRotation(t *testing.T) {
	t.Parallel()
	r := newRotation(t, "rotation", "main.tf")

	r.mustApply("create")
	r.expectAgreement("create", 1)
	r.expectReads("create", 1) // in apply only: the application did not exist before
	if strings.Count(r.places["show -json of the state: create"], `"DisplayText"`) < 10 {
		t.Error("the state has no customers")
	}
	r.expectNothingToDo("create")

	secrets := r.secrets()
	r.mustApply("rotate", "-var=secret_version=2")
	r.expectAgreement("rotate", 2)
	r.expectReads("rotate", 3) // the empty plan, and apply
	if r.secrets()[0] != secrets[0] || r.secrets()[1] == secrets[0] {
		t.Error("the store was not written once")
	}
	r.expectNothingToDo("rotate", "-var=secret_version=2")
	secrets = r.secrets()

	if code, output := r.run("destroy", "-auto-approve", "-var=secret_version=2"); code == 0 || !words("deletion_protection = false").MatchString(output) {
		t.Errorf("the protected record: exit code %d:\n%s", code, output)
	}
	r.expectAgreement("protected", 2)
	r.mustApply("unprotect", "-var=secret_version=2", "-var=deletion_protection=false")
	r.places["output of destroy"] = r.succeed("destroy", "-auto-approve", "-var=secret_version=2", "-var=deletion_protection=false")
	if len(r.records()) != 0 || len(r.secrets()) != 0 || r.tokenRequest(secrets[1]) == http.StatusOK {
		t.Error("something is left")
	}

	r.places["trace log"] = r.read("trace.log")
	if !strings.Contains(r.places["trace log"], "ERP.net request") || len(r.server.IssuedTokens()) < 10 {
		t.Fatal("the run did not do what this test looks at")
	}
	expectNoLeak(t, r.places, append(append(r.server.IssuedTokens(), secrets...), erpnettest.SampleSecret))
}

// only makes a fault strike one request of a method to the Domain API.
func only(method string, fault erpnettest.Fault) erpnettest.Fault {
	fault.When = func(request erpnettest.Request) bool { return request.Method == method }
	return fault.Once()
}

// A rotation that fails after the store was written leaves store and record
// apart, and the next apply brings them together. It neither makes another
// secret nor asks for a token that the record would refuse.
func TestRotationThatFailsOnceIsRepaired(t *testing.T) {
	for name, test := range map[string]struct {
		fault erpnettest.Fault
		says  string
	}{
		"the instance fails":  {erpnettest.DomainError(http.StatusInternalServerError, 0, "System.Exception", "Something is broken."), "was answered with HTTP status 500"},
		"the connection ends": {erpnettest.Disconnect(), "Connection Lost"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRotation(t, "rotation", "main.tf")
			r.mustApply("create")
			r.server.Inject(erpnettest.DomainAPI, only(http.MethodPatch, test.fault))

			code, output := r.apply("failing", "-var=secret_version=2")
			if code == 0 || !words(test.says).MatchString(output) || !strings.Contains(output, "erpnet_trusted_application.orders") {
				t.Errorf("exit code %d:\n%s", code, output)
			}
			secrets := r.secrets()
			if len(secrets) != 2 || r.records()[0].ApplicationSecretHash != erpnettest.SecretHash(secrets[0]) || r.tokenRequest(secrets[0]) != http.StatusOK {
				t.Fatal("the rotation has not failed in between")
			}
			r.mustApply("again", "-var=secret_version=2")
			if requests, issued := r.server.Count(erpnettest.Token), len(r.server.IssuedTokens()); requests != issued {
				t.Errorf("%d token requests, and %d tokens", requests, issued)
			}
			r.expectAgreement("again", 2)
			r.expectNothingToDo("again", "-var=secret_version=2")
			if r.secrets()[1] != secrets[1] {
				t.Error("the second apply made another secret")
			}
			r.places["trace log"] = r.read("trace.log")
			expectNoLeak(t, r.places, append(r.server.IssuedTokens(), r.secrets()...))
		})
	}
}

// The same for the first apply, which makes the record.
func TestCreateThatFailsOnceIsRepaired(t *testing.T) {
	t.Parallel()
	r := newRotation(t, "rotation", "main.tf")
	r.server.Inject(erpnettest.DomainAPI, only(http.MethodPost, erpnettest.Disconnect()))
	if code, output := r.run("apply", "-auto-approve"); code == 0 || !strings.Contains(output, "Connection Lost") {
		t.Errorf("exit code %d:\n%s", code, output)
	}
	r.succeed("apply", "-auto-approve")
	r.expectAgreement("again", 1)
	r.expectNothingToDo("again")
}

// A write whose answer is lost was done, and the one apply goes on.
func TestRotationSurvivesALostAnswer(t *testing.T) {
	t.Parallel()
	r := newRotation(t, "rotation", "main.tf")
	r.server.Inject(erpnettest.DomainAPI, only(http.MethodPost, erpnettest.AnswerLost()))
	r.succeed("apply", "-auto-approve")
	r.expectAgreement("create", 1)
	if !strings.Contains(r.read("terraform.tfstate"), r.records()[0].Id) {
		t.Error("the record is not in the state")
	}
	r.expectNothingToDo("create")

	r.server.Inject(erpnettest.DomainAPI, only(http.MethodPatch, erpnettest.AnswerLost()))
	r.succeed("apply", "-auto-approve", "-var=secret_version=2")
	r.expectAgreement("rotate", 2)
	r.expectNothingToDo("rotate", "-var=secret_version=2")
	writes := map[string]int{}
	for _, request := range r.server.Requests() {
		if request.Endpoint == erpnettest.DomainAPI && request.Method != http.MethodGet {
			writes[request.Method]++
		}
	}
	if !maps.Equal(writes, map[string]int{http.MethodPost: 1, http.MethodPatch: 1}) {
		t.Errorf("writes: %v", writes)
	}
}

// A secret that somebody else has changed, or has in their hands, is replaced by
// the same apply as any other: the plan needs nothing of the old one.
func TestRotationRepairsASecretChangedElsewhere(t *testing.T) {
	t.Parallel()
	r := newRotation(t, "rotation", "main.tf")
	r.succeed("apply", "-auto-approve")
	record := r.records()[0]
	record.ApplicationSecretHash = erpnettest.SecretHash("somebody-elses-secret")
	record.ObjectVersion++
	r.server.AddApplication(record)

	if code, output := r.run("plan"); code == 0 || !words("Secret Changed Elsewhere").MatchString(output) || !words("Client Credentials Refused").MatchString(output) {
		t.Errorf("exit code %d:\n%s", code, output)
	}
	r.succeed("apply", "-auto-approve", "-var=secret_version=2")
	r.expectAgreement("rotate", 2)
	r.expectNothingToDo("rotate", "-var=secret_version=2")
}

// An instance may keep the hashes of secrets to itself.
func TestRotationWhereTheHashIsNotShown(t *testing.T) {
	for name, hashes := range map[string]erpnettest.SecretHashes{"left out": erpnettest.SecretHashesOmitted, "null": erpnettest.SecretHashesNull} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRotation(t, "rotation", "main.tf")
			r.server.Configure(func(s *erpnettest.Settings) { s.SecretHashes = hashes })
			r.succeed("apply", "-auto-approve")
			r.expectAgreement("create", 1)
			r.expectNothingToDo("create")
			r.server.Inject(erpnettest.DomainAPI, only(http.MethodPatch, erpnettest.Disconnect()))
			if code, output := r.run("apply", "-auto-approve", "-var=secret_version=2"); code == 0 || strings.Contains(output, "Changed Elsewhere") {
				t.Errorf("exit code %d:\n%s", code, output)
			}
			output := r.succeed("apply", "-auto-approve", "-var=secret_version=2")
			if strings.Contains(output, "Changed Elsewhere") {
				t.Errorf("a false warning:\n%s", output)
			}
			r.expectAgreement("rotate", 2)
			r.expectNothingToDo("rotate", "-var=secret_version=2")
		})
	}
}

// Where the instance refuses the record, the ticket takes the hash of what the
// store has, in one apply.
func TestRotationByTicket(t *testing.T) {
	t.Parallel()
	r := newRotation(t, "resources", "erpnet_secret_hash", "resource.tf")
	ticket := func(step string, version int) string {
		secrets := r.secrets()
		if len(secrets) != version {
			t.Fatalf("%s: the store has %d versions", step, len(secrets))
		}
		ticket := r.succeed("output", "-raw", "ticket")
		if !strings.Contains(ticket, erpnettest.SecretHash(secrets[version-1])) {
			t.Errorf("%s: the ticket does not have the hash of the store's secret:\n%s", step, ticket)
		}
		return ticket
	}
	r.mustApply("create")
	first := ticket("create", 1)
	r.expectNothingToDo("create")
	r.mustApply("apply again")
	if ticket("apply again", 1) != first {
		t.Error("the ticket has changed")
	}
	r.mustApply("rotate", "-var=secret_version=2")
	if ticket("rotate", 2) == first {
		t.Error("the ticket has not changed")
	}
	r.expectNothingToDo("rotate", "-var=secret_version=2")
	r.places["trace log"] = r.read("trace.log")
	expectNoLeak(t, r.places, r.secrets())
	if len(r.server.Requests()) != 0 {
		t.Error("a request was made")
	}
}
