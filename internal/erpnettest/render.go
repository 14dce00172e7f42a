// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

// render is a record as a result has it. The @odata.id is in every one
// (protocol 5).
func (s *Server) render(t entityType, row entity, shape shape, settings Settings) map[string]any {
	result := map[string]any{"@odata.id": link{t.set, row.id()}.String()}
	for _, a := range t.attributes {
		if !shape.has(a) {
			continue
		}
		value := row[a.name]
		switch {
		case a.kind == reference:
			value = s.renderReference(value, a.name, shape, settings)
		case a.kind == translated:
			value = map[string]any{"EN": value}
		case a.name == "ApplicationSecretHash" && settings.SecretHashes == SecretHashesOmitted:
			continue
		case a.name == "ApplicationSecretHash" && settings.SecretHashes == SecretHashesNull,
			a.name == "ObjectVersion" && settings.ChangeTrackingOff:
			value = nil
		}
		result[a.name] = value
	}
	return result
}

func (s *Server) renderReference(to any, name string, outer shape, settings Settings) any {
	inner, expanded := outer.expanded[name]
	target, isLink := to.(link)
	if !expanded || !isLink {
		return printedLink(to)
	}
	t, _ := typeOf(target.set, settings)
	row, found := findRow(s.rows(t), target.id)
	if !found {
		return printedLink(to)
	}
	return s.render(t, row, inner, settings)
}
