// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// rows are the records of a set. The caller has locked the registry.
func (s *Server) rows(t entityType) []entity {
	if t.set == salesCustomers {
		return s.customers
	}
	return s.registry.rows(t.set)
}

func findRow(rows []entity, id string) (entity, bool) {
	i := slices.IndexFunc(rows, func(row entity) bool { return strings.EqualFold(row.id(), id) })
	if i < 0 {
		return nil, false
	}
	return rows[i], true
}

// existing is the record that a request names.
func (s *Server) existing(x *exchange, r resource) (entity, *failure) {
	if !isGUID(r.key) {
		return nil, invalid("The key '%s' is not valid.", r.key)
	}
	row, found := findRow(s.rows(r.entityType), r.key)
	if found {
		return row, nil
	}
	missing := rejected("The object %s does not exist.", link{r.entityType.set, r.key})
	missing.status = x.settings.MissingKeyStatus
	missing.bodyless = missing.status == http.StatusNotFound
	return nil, missing
}

func (s *Server) readEntity(x *exchange, r resource) (answer, *failure) {
	q, refused := readQuery(x.request.RawQuery, r.entityType, x.settings, "$select", "$expand")
	if refused != nil {
		return answer{}, refused
	}
	row, refused := s.existing(x, r)
	if refused != nil {
		return answer{}, refused
	}
	return s.entityAnswer(x, r.entityType, row, q.shape), nil
}

func (s *Server) entityAnswer(x *exchange, t entityType, row entity, shape shape) answer {
	return s.odataAnswer("#"+t.set+"/$entity", s.render(t, row, shape, x.settings))
}

func (s *Server) readEntitySet(x *exchange, r resource) (answer, *failure) {
	allowed := []string{"$top", "$skip", "$skiptoken", "$count", "$filter", "$orderby", "$select", "$expand"}
	if r.rest == "$count" {
		allowed = []string{"$filter"}
	}
	q, refused := readQuery(x.request.RawQuery, r.entityType, x.settings, allowed...)
	if refused != nil {
		return answer{}, refused
	}
	rows := q.matching(s.rows(r.entityType))
	if r.rest == "$count" {
		return textAnswer(http.StatusOK, "text/plain", strconv.Itoa(len(rows))), nil
	}
	page, next := q.page(rows)
	value := []map[string]any{}
	for _, row := range page {
		value = append(value, s.render(r.entityType, row, q.shape, x.settings))
	}
	document := map[string]any{"value": value}
	if q.count {
		document["@odata.count"] = len(rows)
	}
	if next != nil && !x.settings.NoNextLinks {
		link := r.entityType.set + "?" + next.Encode()
		if !x.settings.RelativeNextLinks {
			link = s.DomainAPIURL() + link
		}
		document["@odata.nextLink"] = link
	}
	return s.odataAnswer("#"+r.entityType.set, document), nil
}
