// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"encoding/json"
	"maps"
	"mime"
	"net/http"
	"reflect"
	"strings"
)

// change is a write on its way: nothing is stored before all of it is found to
// be in order. The caller has locked the registry.
type change struct {
	server   *Server
	exchange *exchange
	pending  []pendingRow
}

type pendingRow struct {
	set string
	row entity
}

// createEntity is POST Set. Query options with it are not documented.
func (s *Server) createEntity(x *exchange, r resource) (answer, *failure) {
	body, refused := readBody(x, r.entityType, "create")
	if refused != nil {
		return answer{}, refused
	}
	c := change{server: s, exchange: x}
	row, refused := c.create(r.entityType, body)
	if refused != nil {
		return answer{}, refused
	}
	c.commit()
	if x.settings.CreateStatus == http.StatusNoContent {
		a := emptyAnswer(http.StatusNoContent)
		a.header.Set("OData-EntityId", link{r.entityType.set, row.id()}.String())
		a.header.Set("Location", s.DomainAPIURL()+link{r.entityType.set, row.id()}.String())
		a.header.Set("OData-Version", "4.0")
		return a, nil
	}
	stored, _ := findRow(s.rows(r.entityType), row.id())
	// A documented created record has its Id (protocol 5).
	a := s.entityAnswer(x, r.entityType, stored, shape{selected: []string{"default", "Id"}})
	a.status = x.settings.CreateStatus
	return a, nil
}

// updateEntity is PATCH Set(guid): what the body does not name stays.
func (s *Server) updateEntity(x *exchange, r resource) (answer, *failure) {
	body, refused := readBody(x, r.entityType, "update")
	if refused != nil {
		return answer{}, refused
	}
	stored, refused := s.existing(x, r)
	if refused != nil {
		return answer{}, refused
	}
	if refused := checkVersion(x, stored, body); refused != nil {
		return answer{}, refused
	}
	c := change{server: s, exchange: x}
	if refused := c.update(r.entityType, stored, body); refused != nil {
		return answer{}, refused
	}
	c.commit()
	if x.settings.UpdateStatus == http.StatusNoContent {
		return emptyAnswer(http.StatusNoContent), nil
	}
	stored, _ = findRow(s.rows(r.entityType), r.key)
	a := s.entityAnswer(x, r.entityType, stored, shape{})
	a.status = x.settings.UpdateStatus
	return a, nil
}

func (s *Server) deleteEntity(x *exchange, r resource) (answer, *failure) {
	if _, refused := readQuery(x.request.RawQuery, r.entityType, x.settings); refused != nil {
		return answer{}, refused
	}
	if _, refused := s.existing(x, r); refused != nil {
		return answer{}, refused
	}
	if refused := s.registry.remove(r.entityType.set, r.key); refused != nil {
		return answer{}, refused
	}
	return emptyAnswer(x.settings.DeleteStatus), nil
}

// readBody reads the JSON object of a POST or PATCH. The one @erpnet.action that
// is known here at the top is the one that the method stands for.
func readBody(x *exchange, t entityType, action string) (map[string]any, *failure) {
	if _, refused := readQuery(x.request.RawQuery, t, x.settings); refused != nil {
		return nil, refused
	}
	if kind, _, err := mime.ParseMediaType(x.request.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, &failure{status: http.StatusUnsupportedMediaType, bodyless: true} // assumption
	}
	var body map[string]any
	decoder := json.NewDecoder(strings.NewReader(string(x.request.Body)))
	decoder.UseNumber()
	if err := decoder.Decode(&body); err != nil || body == nil || decoder.More() {
		return nil, invalid("The body is not a JSON object.")
	}
	if given, has := body["@erpnet.action"]; has && given != action {
		return nil, unsupported("@erpnet.action is supported in nested objects only.")
	}
	return body, nil
}

// checkVersion is the optimistic locking of protocol 5. It takes the version
// out of the body, where it stands only to be compared.
func checkVersion(x *exchange, stored entity, body map[string]any) *failure {
	given, has := body["ObjectVersion"]
	if !has {
		return nil
	}
	delete(body, "ObjectVersion")
	number, is := given.(json.Number)
	version, err := number.Int64()
	if !is || err != nil {
		return invalid("The value of the property 'ObjectVersion' is not an Int32.")
	}
	if x.settings.ChangeTrackingOff || version == int64(stored.version()) {
		return nil
	}
	conflict := rejected("The object has been changed by another user in the meantime: its version is %d, not %d.", stored.version(), version)
	conflict.status = x.settings.ConflictStatus
	return conflict
}

func (c *change) create(t entityType, body map[string]any) (entity, *failure) {
	row := entity{"Id": newGUID()}
	for _, a := range t.attributes {
		if !a.readOnly {
			row[a.name] = a.preset
		}
	}
	if refused := c.assign(t, row, body); refused != nil {
		return nil, refused
	}
	for _, a := range t.attributes {
		if !a.readOnly && !a.nullable && row[a.name] == nil {
			return nil, rejected("The property '%s' is required.", a.name)
		}
	}
	return row, c.add(t, row)
}

func (c *change) update(t entityType, stored entity, body map[string]any) *failure {
	row := maps.Clone(stored)
	if refused := c.assign(t, row, body); refused != nil {
		return refused
	}
	if reflect.DeepEqual(row, stored) {
		return nil // an unchanged object is not written
	}
	return c.add(t, row)
}

// add checks the unique indexes. That of the login is an assumption; that of
// ApplicationUri a setting.
func (c *change) add(t entityType, row entity) *failure {
	unique, table := "ApplicationUri", "dbo.Sec_Trusted_Applications_Table"
	if t.set == users {
		unique, table = "Login", "dbo.Sec_Users_Table"
	} else if c.exchange.settings.AllowDuplicateURIs {
		unique = ""
	}
	value, _ := row[unique].(string)
	for _, other := range c.server.rows(t) {
		known, _ := other[unique].(string)
		same := known == value || c.exchange.settings.IgnoreClientIDCase && strings.EqualFold(known, value)
		if unique != "" && same && !strings.EqualFold(other.id(), row.id()) {
			return duplicate(table, unique, "IX_"+strings.TrimPrefix(table, "dbo.")+"_"+unique, value)
		}
	}
	c.pending = append(c.pending, pendingRow{t.set, row})
	return nil
}

func (c *change) commit() {
	for _, pending := range c.pending {
		c.server.registry.store(pending.set, pending.row, c.exchange.request.Time.UTC())
	}
}
