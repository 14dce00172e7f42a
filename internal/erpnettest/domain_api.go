// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"net/http"
	"slices"
	"strings"
)

const odataType = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"

// resource is what the path of a request of the Domain API names.
type resource struct {
	entityType entityType
	key        string // of one record; empty for the whole set
	rest       string // what follows, such as "$count"
}

// answerDomainAPI serves what lies below the OData root (protocol 5).
// Everything needs a token; whether a real GetVersion does is unknown.
func (s *Server) answerDomainAPI(x *exchange) answer {
	if x.refusal != nil {
		return *x.refusal
	}
	path := strings.Trim(strings.TrimPrefix(x.request.Path, s.APIPath+"/domain/odata"), "/")
	if operation, found := s.operations()[path]; found {
		return onlyGet(x, operation)
	}
	if path == "Crm_Customers" || strings.HasPrefix(path, "Crm_Customers(") {
		return s.renamed("Crm_Customers", salesCustomers).answer(x.settings)
	}
	r, found := readResource(path, x.settings)
	if !found {
		return emptyAnswer(http.StatusNotFound) // assumption: unknown sets are not documented
	}
	if refused := x.mayUse(r.entityType.set); refused != nil {
		return refused.answer(x.settings)
	}
	return s.answerResource(x, r)
}

// operations are the paths that name no entity set.
func (s *Server) operations() map[string]func(*exchange) answer {
	return map[string]func(*exchange) answer{
		"": func(*exchange) answer {
			sets := []any{}
			for _, t := range entityTypes {
				sets = append(sets, map[string]any{"name": t.set, "kind": "EntitySet", "url": t.set})
			}
			return s.odataAnswer("", map[string]any{"value": sets})
		},
		"GetVersion": func(x *exchange) answer {
			return s.odataAnswer("#Edm.String", map[string]any{"version": x.settings.Version})
		},
		"GetRenamedEntityTypes": func(*exchange) answer {
			return s.odataAnswer("", map[string]any{"value": []any{
				map[string]any{"OldName": "Crm_Customers", "NewName": salesCustomers, "Version": "25.1.2.28"},
			}})
		},
	}
}

func readResource(path string, settings Settings) (resource, bool) {
	name, rest, _ := strings.Cut(path, "/")
	name, key, single := strings.Cut(name, "(")
	key, closed := strings.CutSuffix(key, ")")
	t, known := typeOf(name, settings)
	return resource{t, key, rest}, known && single == closed && (!single || key != "")
}

// mayUse tells what the caller's scopes and the instance's SecurityAccess
// allow. Refusing by scope with 403 is an assumption: no page tells what answers
// a write with a token that may only read.
func (x *exchange) mayUse(set string) *failure {
	writing := !isRead(x.request.Method)
	if writing && !x.caller.has("update") {
		return &failure{status: http.StatusForbidden, bodyless: true, message: "The token does not have the scope update."}
	}
	access := x.settings.SecurityAccess
	forbidden := access == SecurityRefused || access == SecurityReadOnly && writing
	if !forbidden || !strings.HasPrefix(set, securityPrefix) || x.caller.has("sec") {
		return nil
	}
	refused := rejected("Access to the security namespace is denied.")
	refused.status = x.settings.SecurityRefusalStatus
	refused.bodyless = refused.status == http.StatusForbidden
	return refused
}

func isRead(method string) bool { return method == http.MethodGet || method == http.MethodHead }

// answerResource answers for an entity set, or for one of its records, all at once: no
// other request sees half of a change.
func (s *Server) answerResource(x *exchange, r resource) answer {
	var methods []string
	switch {
	case r.rest != "" && (r.rest != "$count" || r.key != ""):
		return emptyAnswer(http.StatusNotFound) // sub-entities are not supported (protocol 5)
	case r.rest != "", !r.entityType.writable:
		methods = []string{http.MethodGet, http.MethodHead}
	case r.key == "":
		methods = []string{http.MethodGet, http.MethodHead, http.MethodPost}
	default:
		methods = []string{http.MethodGet, http.MethodHead, http.MethodPatch, http.MethodDelete}
	}
	if !slices.Contains(methods, x.request.Method) {
		a := emptyAnswer(http.StatusMethodNotAllowed)
		a.header.Set("Allow", strings.Join(methods, ", "))
		return a
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
	done, refused := work(x, r)
	if refused != nil {
		return refused.answer(x.settings)
	}
	return done
}

func (s *Server) odataAnswer(fragment string, document map[string]any) answer {
	document["@odata.context"] = s.DomainAPIURL() + "$metadata" + fragment
	a := jsonAnswer(http.StatusOK, document)
	a.header.Set("Content-Type", odataType)
	a.header.Set("OData-Version", "4.0")
	return a
}

func (s *Server) renamed(old, current string) *failure {
	return rejected("The entity set name '%s' is no more supported. The new name is '%s'. See %sGetRenamedEntityTypes.",
		old, current, s.DomainAPIURL())
}
