// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package acceptance

import (
	"encoding/base64"
	"encoding/pem"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// world holds what surrounds a script, and what its CLI has left behind.
type world struct {
	t         testscript.T
	server    *erpnettest.Server
	proxy     *recordingProxy
	forgotten int               // requests that no longer count
	issued    int               // tokens that these requests got
	runs      int               // of the CLI
	places    map[string]string // where a secret might have been left
	kept      map[string]string // the files in these places, as they were last seen
	secrets   []string          // secrets that were in the store
}

type worldKey struct{}

func worldOf(ts *testscript.TestScript) *world {
	return ts.Value(worldKey{}).(*world) //nolint:forcetypeassert // setUp put it there
}

const ordersApplication = "my.trusted.app/orders"

// instance [-name HOST] [-tls] [-without VARIABLE,...] starts a simulated instance that has everything the examples
// expect, and names it and its sample application in the environment. With a name, only a proxy can reach the instance.
// With TLS, instance.pem contains its authority, and another.pem contains an unrelated one.
func instance(ts *testscript.TestScript, neg bool, args []string) {
	noNegation(ts, neg)
	w, server, flags := worldOf(ts), erpnettest.NewUnstartedServer(), flag.NewFlagSet("instance", flag.ContinueOnError)
	name := flags.String("name", "", "")
	tls := flags.Bool("tls", false, "")
	without := flags.String("without", "", "")
	ts.Check(flags.Parse(args))
	ts.Defer(server.Close)
	switch {
	case *name != "":
		server.URL = "https://" + *name
		server.StartTLS()
	case *tls:
		server.StartTLS()
		stranger := httptest.NewTLSServer(nil)
		defer stranger.Close()
		another := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: stranger.Certificate().Raw})
		write(ts, "instance.pem", string(server.CACertificatePEM()))
		write(ts, "another.pem", string(another))
	default:
		server.Start()
	}
	w.server, w.forgotten, w.issued = server, 0, 0
	server.AddUser(erpnettest.User{
		Id: "6f1c2b7e-94d3-4c5a-8e0b-2a7d91c34f58", Login: "svc.orders", Name: "Orders Pipeline", Active: true,
	})
	sample := erpnettest.SampleApplication()
	for _, id := range []string{"my.trusted.app/reports", "my.trusted.app/imports"} {
		another := sample
		another.ApplicationUri = id
		server.AddApplication(another)
	}
	server.ChangeApplication(sample.ApplicationUri, func(a *erpnettest.TrustedApplication) {
		a.ReferenceTokens = "AdministratorsOnly"
	})
	reference, err := server.AddReferenceToken(erpnettest.ReferenceToken{Application: sample.ApplicationUri})
	ts.Check(err)
	for variable, value := range environment(server, reference) {
		if !slices.Contains(strings.Split(*without, ","), variable) {
			ts.Setenv(variable, value)
		}
	}
}

func environment(server *erpnettest.Server, referenceToken string) map[string]string {
	const secrets = `{"my.trusted.app/reports":%[1]q,"my.trusted.app/imports":%[1]q}`
	id, secret := erpnettest.SampleApplication().ApplicationUri, erpnettest.SampleSecret
	return map[string]string{
		"CA_PEM":               string(server.CACertificatePEM()),
		"DOMAIN_API_URL":       server.DomainAPIURL(),
		"ERPNET_CLIENT_ID":     id,
		"ERPNET_CLIENT_SECRET": secret,
		"ERPNET_INSTANCE":      server.URL,
		"ERPNET_MAX_RETRIES":   "0",
		"IDENTITY_URL":         server.IdentityURL(),
		"INSTANCE":             server.URL,
		"REFERENCE_TOKEN":      referenceToken,
		"SECRET":               secret,
		"SECRET_HASH":          erpnettest.SecretHash(secret),

		// Every variable of the examples.
		"TF_VAR_application_secret_hash": erpnettest.SecretHash(secret),
		"TF_VAR_client_id":               id,
		"TF_VAR_client_secret":           secret,
		"TF_VAR_client_secrets":          fmt.Sprintf(secrets, secret),
		"TF_VAR_instance":                server.URL,
		"TF_VAR_other_client_secret":     secret,
		"TF_VAR_reference_token":         referenceToken,
		"TF_VAR_secret":                  secret,
	}
}

// application URI FIELD=VALUE... changes a record as someone else might. Setting Secret sets its hash.
func application(ts *testscript.TestScript, neg bool, args []string) {
	noNegation(ts, neg)
	known := worldOf(ts).server.ChangeApplication(args[0], func(a *erpnettest.TrustedApplication) {
		for _, assignment := range args[1:] {
			name, value, _ := strings.Cut(assignment, "=")
			if name == "Secret" {
				name, value = "ApplicationSecretHash", erpnettest.SecretHash(value)
			}
			reflect.ValueOf(a).Elem().FieldByName(name).SetString(value)
		}
	})
	if !known {
		ts.Fatalf("no application %s", args[0])
	}
}

// fault ENDPOINT WHAT [METHOD] makes the next request to the endpoint fail, or the next one with this method.
func fault(ts *testscript.TestScript, neg bool, args []string) {
	noNegation(ts, neg)
	faults := map[string]erpnettest.Fault{
		"response-lost": erpnettest.ResponseLost(),
		"disconnect":    erpnettest.Disconnect(),
		"opaque":        erpnettest.Opaque(),
		"error":         erpnettest.DomainError(http.StatusInternalServerError, 0, "System.Exception", "Broken."),
	}
	injected, known := faults[args[1]]
	if !known {
		ts.Fatalf("unknown fault %s", args[1])
	}
	if len(args) > 2 {
		injected.When = func(request erpnettest.Request) bool { return request.Method == args[2] }
	}
	worldOf(ts).server.Inject(erpnettest.Endpoint(args[0]), injected.Once())
}

// hashes null|omitted makes the instance hide the hashes of secrets.
func hashes(ts *testscript.TestScript, neg bool, args []string) {
	noNegation(ts, neg)
	form := map[string]erpnettest.SecretHashes{
		"null": erpnettest.SecretHashesNull, "omitted": erpnettest.SecretHashesOmitted,
	}[args[0]]
	worldOf(ts).server.Configure(func(s *erpnettest.Settings) { s.SecretHashes = form })
}

// latency DURATION delays each response.
func latency(ts *testscript.TestScript, neg bool, args []string) {
	noNegation(ts, neg)
	duration, err := time.ParseDuration(args[0])
	ts.Check(err)
	worldOf(ts).server.SetLatency(duration)
}

// requests WHAT MIN [MAX] checks how many requests the instance got: from MIN to MAX or, without MAX, exactly MIN. WHAT
// is one of: any; an endpoint; a method, for requests to the Domain API; refused, for token requests that got no token;
// customers, for reads of customers, each of which must come from the orders application; or others, for requests of
// other providers, each of which must have a token of the instance. requests forget restarts the count.
func requests(ts *testscript.TestScript, neg bool, args []string) {
	noNegation(ts, neg)
	w := worldOf(ts)
	all := w.server.Requests()
	if args[0] == "forget" {
		w.forgotten, w.issued = len(all), len(w.server.IssuedTokens())
		return
	}
	count := 0
	for _, request := range all[w.forgotten:] {
		token := strings.TrimPrefix(request.Header.Get("Authorization"), "Bearer ")
		counts := false
		switch args[0] {
		case "any", string(request.Endpoint):
			counts = true
		case "refused":
			counts = request.Endpoint == erpnettest.Token
		case "others":
			counts = !strings.Contains(request.Header.Get("User-Agent"), "terraform-provider-erpnet")
			if counts && !slices.Contains(w.server.IssuedTokens(), token) {
				ts.Fatalf("%s came without a token of the instance", request)
			}
		case "customers":
			counts = strings.HasSuffix(request.Path, "Crm_Sales_Customers")
			claims, _ := base64.RawURLEncoding.DecodeString(strings.Split(token+"..", ".")[1])
			if counts && !strings.Contains(string(claims), `"client_id":"`+ordersApplication+`"`) {
				ts.Fatalf("customers are not read by the application: %s", claims)
			}
		default:
			counts = request.Endpoint == erpnettest.DomainAPI && request.Method == args[0]
		}
		if counts {
			count++
		}
	}
	if args[0] == "refused" {
		count -= len(w.server.IssuedTokens()) - w.issued
	}
	least, err := strconv.Atoi(args[1])
	ts.Check(err)
	most, err := strconv.Atoi(args[len(args)-1])
	ts.Check(err)
	if count < least || count > most {
		ts.Fatalf("%d requests", count)
	}
}

// sessions N checks that this many sessions were opened, and that no session got too many calls at once.
func sessions(ts *testscript.TestScript, neg bool, args []string) {
	noNegation(ts, neg)
	if counts := worldOf(ts).server.Sessions(); strconv.Itoa(counts.Opened) != args[0] || counts.Busy != 0 {
		ts.Fatalf("%+v", counts)
	}
}

func noNegation(ts *testscript.TestScript, neg bool) {
	if neg {
		ts.Fatalf("this command cannot be negated")
	}
}
