// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"net/http"
	"strconv"
	"strings"
)

const odataType = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"

// answerDomainAPI serves what lies below the OData root, for reading (protocol
// 5). Everything needs a token; whether a real GetVersion does is unknown.
func (s *Server) answerDomainAPI(x *exchange) answer {
	if refused := s.authorize(x); refused != nil {
		return *refused
	}
	return onlyGet(x, s.readDomainAPI)
}

func (s *Server) readDomainAPI(x *exchange) answer {
	path := strings.TrimPrefix(x.request.Path, s.APIPath+"/domain/odata")
	name, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch {
	case name == "":
		return s.odataAnswer("", map[string]any{"value": []any{
			map[string]any{"name": s.customers.name, "kind": "EntitySet", "url": s.customers.name},
		}})
	case name == "GetVersion" && rest == "":
		return s.odataAnswer("#Edm.String", map[string]any{"version": x.settings.Version})
	case name == "Crm_Customers":
		return s.renamed(x, name, s.customers.name)
	}
	name, key, single := strings.Cut(strings.TrimSuffix(name, ")"), "(")
	if name != s.customers.name {
		return emptyAnswer(http.StatusNotFound) // assumption: unknown sets are not documented
	}
	options, err := readQueryOptions(x.request.RawQuery)
	if err != nil {
		return domainError(x.settings, http.StatusInternalServerError, 0, "NotSupportedException", err.Error())
	}
	if err := s.customers.checkSelect(options); err != nil {
		return domainError(x.settings, http.StatusInternalServerError, 0, "InvalidOperationException", err.Error())
	}
	switch {
	case rest == "$count" && !single:
		return textAnswer(http.StatusOK, "text/plain", strconv.Itoa(len(s.customers.rows)))
	case rest != "":
		return emptyAnswer(http.StatusNotFound)
	case single:
		return s.readEntity(x, s.customers, key, options)
	}
	return s.readEntitySet(s.customers, options)
}

func (s *Server) readEntity(x *exchange, set entitySet, key string, options queryOptions) answer {
	for _, row := range set.rows {
		if strings.EqualFold(row.id, key) {
			return s.odataAnswer("#"+set.name+"/$entity", set.render(row, options))
		}
	}
	// Assumption: a missing key falls under "500, every other failure".
	return domainError(x.settings, http.StatusInternalServerError, 0, serverException,
		"The object "+set.name+"("+key+") does not exist.")
}

func (s *Server) readEntitySet(set entitySet, options queryOptions) answer {
	page, more := options.page(set.rows)
	value := []map[string]any{}
	for _, row := range page {
		value = append(value, set.render(row, options))
	}
	document := map[string]any{"value": value}
	if options.count {
		document["@odata.count"] = len(set.rows)
	}
	if more {
		// Only with $top, and from version 26.2 on (protocol 5).
		document["@odata.nextLink"] = s.DomainAPIURL() + set.name + "?" + options.next()
	}
	return s.odataAnswer("#"+set.name, document)
}

func (s *Server) odataAnswer(fragment string, document map[string]any) answer {
	document["@odata.context"] = s.DomainAPIURL() + "$metadata" + fragment
	a := jsonAnswer(http.StatusOK, document)
	a.header.Set("Content-Type", odataType)
	a.header.Set("OData-Version", "4.0")
	return a
}

func (s *Server) renamed(x *exchange, old, current string) answer {
	return domainError(x.settings, http.StatusInternalServerError, 0, serverException,
		"The entity set name '"+old+"' is no more supported. The new name is '"+current+"'. See "+
			s.DomainAPIURL()+"GetRenamedEntityTypes.")
}
