// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"maps"
	"net/http"
	"strconv"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest/odata"
)

// existing returns the record that a request refers to.
func (s *Server) existing(x *exchange, r resource) (odata.Row, error) {
	if !odata.IsGUID(r.key) {
		return nil, invalid("The key '%s' is not valid.", r.key)
	}
	if row, found := odata.Find(s.registry.rows(r.entityType.Set), r.key); found {
		return row, nil
	}
	missing := rejected("The object %s does not exist.", odata.Link{Set: r.entityType.Set, ID: r.key})
	missing.status = x.settings.MissingKeyStatus
	missing.bodyless = missing.status == http.StatusNotFound
	return nil, missing
}

func (s *Server) readEntity(x *exchange, r resource) (response, error) {
	q, err := x.model().Parse(x.request.RawQuery, r.entityType, "$select", "$expand")
	if err != nil {
		return response{}, err
	}
	row, err := s.existing(x, r)
	if err != nil {
		return response{}, err
	}
	return s.entityResponse(x, r.entityType, row, q.Shape), nil
}

func (s *Server) entityResponse(x *exchange, t odata.EntityType, row odata.Row, shape odata.Shape) response {
	return s.odataResponse(x, "#"+t.Set+"/$entity", s.project(x, t, row, shape))
}

func (s *Server) readEntitySet(x *exchange, r resource) (response, error) {
	allowed := []string{"$top", "$skip", "$skiptoken", "$count", "$filter", "$orderby", "$select", "$expand"}
	if r.rest == "$count" {
		allowed = []string{"$filter"}
	}
	q, err := x.model().Parse(x.request.RawQuery, r.entityType, allowed...)
	if err != nil {
		return response{}, err
	}
	rows := q.Matching(s.registry.rows(r.entityType.Set))
	if r.rest == "$count" {
		return textResponse(http.StatusOK, "text/plain", strconv.Itoa(len(rows))), nil
	}
	page, next := q.Page(rows)
	value := []map[string]any{}
	for _, row := range page {
		value = append(value, s.project(x, r.entityType, row, q.Shape))
	}
	document := map[string]any{"value": value}
	if q.Count {
		document["@odata.count"] = len(rows)
	}
	if next != nil && !x.settings.NoNextLinks {
		link := r.entityType.Set + "?" + next.Encode()
		if !x.settings.RelativeNextLinks {
			link = s.publicDomainAPIURL(x.settings) + link
		}
		document["@odata.nextLink"] = link
	}
	return s.odataResponse(x, "#"+r.entityType.Set, document), nil
}

// project returns a record in the form of a result, without what the settings
// hide.
func (s *Server) project(x *exchange, t odata.EntityType, row odata.Row, shape odata.Shape) map[string]any {
	return shape.Project(t, x.visible(row), func(to odata.Link) (odata.EntityType, odata.Row, bool) {
		target, _ := x.model().Type(to.Set)
		row, found := odata.Find(s.registry.rows(to.Set), to.ID)
		return target, x.visible(row), found
	})
}

// visible returns a copy of a record without what the settings hide.
func (x *exchange) visible(row odata.Row) odata.Row {
	row = maps.Clone(row)
	_, hasHash := row[secretHashAttribute]
	switch {
	case hasHash && x.settings.SecretHashes == SecretHashesNull:
		row[secretHashAttribute] = nil
	case x.settings.SecretHashes == SecretHashesOmitted:
		delete(row, secretHashAttribute)
	}
	if x.settings.ChangeTrackingOff && row != nil {
		row["ObjectVersion"] = nil
	}
	return row
}

func (x *exchange) model() odata.Model {
	return odata.Model{
		Types:             x.server.registry.entityTypes(),
		UnknownAttributes: x.settings.UnknownAttributes,
		IgnoreCase:        x.settings.IgnoreClientIDCase,
	}
}
