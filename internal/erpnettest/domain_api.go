// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"net/http"
	"slices"
	"strings"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest/odata"
)

const odataType = "application/json;odata.metadata=minimal;odata.streaming=true;" +
	"IEEE754Compatible=false;charset=utf-8"

// resource is what the path of a Domain API request refers to.
type resource struct {
	entityType odata.EntityType
	key        string // of one record; empty for the whole set
	rest       string // the rest of the path, such as "$count"
}

// respondDomainAPI serves everything below the OData root (protocol 5). Every
// request needs a token; whether a real GetVersion does is unknown.
func (s *Server) respondDomainAPI(x *exchange) response {
	if x.refusal != nil {
		return *x.refusal
	}
	path := strings.Trim(strings.TrimPrefix(x.request.Path, s.APIPath+"/domain/odata"), "/")
	if operation, found := s.operation(x, path); found {
		if !isRead(x.request.Method) {
			return methodNotAllowed(readMethods...)
		}
		return operation
	}
	if path == "Crm_Customers" || strings.HasPrefix(path, "Crm_Customers(") {
		return s.renamed(x, "Crm_Customers", salesCustomers).response(x.settings)
	}
	r, found := readResource(path, x.model())
	if !found {
		return emptyResponse(http.StatusNotFound) // assumption: the response for an unknown set isn't documented
	}
	if refused := x.mayUse(r.entityType.Set); refused != nil {
		return refused.response(x.settings)
	}
	return s.respondResource(x, r)
}

// operation returns the response for a path that isn't an entity set.
func (s *Server) operation(x *exchange, path string) (response, bool) {
	switch path {
	case "":
		sets := []any{}
		for _, t := range s.registry.entityTypes() {
			sets = append(sets, map[string]any{"name": t.Set, "kind": "EntitySet", "url": t.Set})
		}
		return s.odataResponse(x, "", map[string]any{"value": sets}), true
	case "GetVersion":
		return s.odataResponse(x, "#Edm.String", map[string]any{"version": x.settings.Version}), true
	case "GetRenamedEntityTypes":
		renamed := map[string]any{"OldName": "Crm_Customers", "NewName": salesCustomers, "Version": "25.1.2.28"}
		return s.odataResponse(x, "", map[string]any{"value": []any{renamed}}), true
	}
	return response{}, false
}

func readResource(path string, model odata.Model) (resource, bool) {
	name, rest, _ := strings.Cut(path, "/")
	name, key, single := strings.Cut(name, "(")
	key, closed := strings.CutSuffix(key, ")")
	t, known := model.Type(name)
	return resource{t, key, rest}, known && single == closed && (!single || key != "")
}

// mayUse checks a request against the caller's scopes and SecurityAccess, and
// returns nil if they allow it. Assumption: a missing scope gets 403. No page
// documents the response to a write with a read-only token.
func (x *exchange) mayUse(set string) *failure {
	writing := !isRead(x.request.Method)
	if writing && !x.caller.has("update") {
		return &failure{
			status: http.StatusForbidden, bodyless: true, message: "The token does not have the scope update.",
		}
	}
	access := x.settings.SecurityAccess
	forbidden := access == SecurityRefused || access == SecurityReadOnly && writing
	if !forbidden || !strings.HasPrefix(set, securityPrefix) || x.caller.has("sec") {
		return nil
	}
	refused := rejected("Access to the security namespace is denied.")
	refused.status = x.settings.SecurityRefusalStatus
	return refused
}

var readMethods = []string{http.MethodGet, http.MethodHead}

func isRead(method string) bool { return slices.Contains(readMethods, method) }

// respondResource serves an entity set or one of its records. It holds the lock
// of the registry, so no other request sees half of a change.
func (s *Server) respondResource(x *exchange, r resource) response {
	methods := slices.Clone(readMethods)
	switch {
	case r.rest != "" && (r.rest != "$count" || r.key != ""):
		return emptyResponse(http.StatusNotFound) // sub-entities are not supported (protocol 5)
	case r.rest != "", !r.entityType.Writable:
	case r.key == "":
		methods = append(methods, http.MethodPost)
	default:
		methods = append(methods, http.MethodPatch, http.MethodDelete)
	}
	if !slices.Contains(methods, x.request.Method) {
		return methodNotAllowed(methods...)
	}
	work := s.readEntity
	switch {
	case x.request.Method == http.MethodPost:
		work = s.createEntity
	case x.request.Method == http.MethodPatch:
		work = s.updateEntity
	case x.request.Method == http.MethodDelete:
		work = s.deleteEntity
	case r.key == "":
		work = s.readEntitySet
	}
	s.registry.mu.Lock()
	defer s.registry.mu.Unlock()
	done, err := work(x, r)
	if err != nil {
		return errorResponse(err, x.settings)
	}
	return done
}

func (s *Server) odataResponse(x *exchange, fragment string, document map[string]any) response {
	document["@odata.context"] = s.publicDomainAPIURL(x.settings) + "$metadata" + fragment
	return jsonResponse(http.StatusOK, document).with("Content-Type", odataType).with("OData-Version", "4.0")
}

func (s *Server) renamed(x *exchange, old, current string) *failure {
	return rejected(
		"The entity set name '%s' is no more supported. The new name is '%s'. See %sGetRenamedEntityTypes.",
		old, current, s.publicDomainAPIURL(x.settings),
	)
}
