// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"bytes"
	"encoding/json"
	"maps"
	"mime"
	"net/http"
	"reflect"
	"strings"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest/odata"
)

// Callers of the functions in this file hold the lock of the registry.

// createEntity handles POST Set. The documentation mentions no query options
// for it.
func (s *Server) createEntity(x *exchange, r resource) (response, error) {
	body, err := readBody(x, r.entityType, "create")
	if err != nil {
		return response{}, err
	}
	row := odata.Row{"Id": newGUID()}
	for _, a := range r.entityType.Attributes {
		if !a.ReadOnly {
			row[a.Name] = a.Default
		}
	}
	if err := s.assign(x, r.entityType, row, body); err != nil {
		return response{}, err
	}
	for _, a := range r.entityType.Attributes {
		if !a.ReadOnly && !a.Nullable && row[a.Name] == nil {
			return response{}, rejected("The property '%s' is required.", a.Name)
		}
	}
	if err := s.store(x, row); err != nil {
		return response{}, err
	}
	link := odata.Link{Set: r.entityType.Set, ID: row.ID()}.String()
	if x.settings.CreateStatus == http.StatusNoContent {
		created := emptyResponse(http.StatusNoContent).with("OData-Version", "4.0")
		return created.with("OData-EntityId", link).with("Location", s.publicDomainAPIURL(x.settings)+link), nil
	}
	// A created record in the documentation includes its Id (protocol 5).
	return s.storedResponse(x, r.entityType, row.ID(), x.settings.CreateStatus, odata.Select("default", "Id")), nil
}

// updateEntity handles PATCH Set(guid). Properties that the body doesn't have
// keep their values.
func (s *Server) updateEntity(x *exchange, r resource) (response, error) {
	body, err := readBody(x, r.entityType, "update")
	if err != nil {
		return response{}, err
	}
	stored, err := s.existing(x, r)
	if err != nil {
		return response{}, err
	}
	if err := checkVersion(x, stored, body); err != nil {
		return response{}, err
	}
	row := maps.Clone(stored)
	if err := s.assign(x, r.entityType, row, body); err != nil {
		return response{}, err
	}
	if !reflect.DeepEqual(row, stored) { // an unchanged record is not written
		if err := s.store(x, row); err != nil {
			return response{}, err
		}
	}
	if x.settings.UpdateStatus == http.StatusNoContent {
		return emptyResponse(http.StatusNoContent), nil
	}
	return s.storedResponse(x, r.entityType, r.key, x.settings.UpdateStatus, odata.Shape{}), nil
}

func (s *Server) deleteEntity(x *exchange, r resource) (response, error) {
	if _, err := x.model().Parse(x.request.RawQuery, r.entityType); err != nil {
		return response{}, err
	}
	if _, err := s.existing(x, r); err != nil {
		return response{}, err
	}
	s.registry.removeApplication(r.key)
	return emptyResponse(x.settings.DeleteStatus), nil
}

func (s *Server) storedResponse(
	x *exchange, t odata.EntityType, id string, status int, shape odata.Shape,
) response {
	stored, _ := odata.Find(s.registry.rows(t.Set), id)
	r := s.entityResponse(x, t, stored, shape)
	r.status = status
	return r
}

// readBody reads the JSON object of a POST or PATCH. The only @erpnet.action it
// accepts at the top level is the one that matches the method.
func readBody(x *exchange, t odata.EntityType, action string) (map[string]any, error) {
	if _, err := x.model().Parse(x.request.RawQuery, t); err != nil {
		return nil, err
	}
	contentType, _, err := mime.ParseMediaType(x.request.Header.Get("Content-Type"))
	if err != nil || contentType != "application/json" {
		return nil, &failure{status: http.StatusUnsupportedMediaType, bodyless: true} // assumption
	}
	var body map[string]any
	decoder := json.NewDecoder(bytes.NewReader(x.request.Body))
	decoder.UseNumber()
	if err := decoder.Decode(&body); err != nil || body == nil || decoder.More() {
		return nil, invalid("The body is not a JSON object.")
	}
	if given, has := body["@erpnet.action"]; has && given != action {
		return nil, unsupported("@erpnet.action is supported in nested objects only.")
	}
	return body, nil
}

// checkVersion does the optimistic locking of protocol 5. It removes the
// version from the body, where it only serves the comparison.
func checkVersion(x *exchange, stored odata.Row, body map[string]any) error {
	given, has := body["ObjectVersion"]
	if !has {
		return nil
	}
	delete(body, "ObjectVersion")
	number, _ := given.(json.Number)
	version, err := number.Int64()
	if err != nil {
		return invalid("The value of the property 'ObjectVersion' is not an Int32.")
	}
	current, _ := stored["ObjectVersion"].(int32)
	if x.settings.ChangeTrackingOff || version == int64(current) {
		return nil
	}
	const format = "The object has been changed by another user in the meantime: its version is %d, not %d."
	conflict := rejected(format, current, version)
	conflict.status = x.settings.ConflictStatus
	return conflict
}

// store checks the unique index of ApplicationUri and writes the row.
func (s *Server) store(x *exchange, row odata.Row) error {
	uri, _ := row["ApplicationUri"].(string)
	for _, other := range s.registry.applications {
		same := other.ApplicationUri == uri ||
			x.settings.IgnoreClientIDCase && strings.EqualFold(other.ApplicationUri, uri)
		if same && !x.settings.AllowDuplicateURIs && !strings.EqualFold(other.Id, row.ID()) {
			return duplicate("dbo.Sec_Trusted_Applications_Table", "ApplicationUri", uri)
		}
	}
	s.registry.storeApplication(row, x.request.Time.UTC())
	return nil
}
