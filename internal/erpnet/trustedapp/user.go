// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package trustedapp

import (
	"context"
	"fmt"
	"strings"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/domainapi"
)

const userSet = "Systems_Security_Users"

// userReference finds the user with the given login. The result holds only a reference, because a nested object with
// other attributes would change the user (protocol section 5).
func (s Store) userReference(ctx context.Context, login string) (map[string]string, *erpnet.Error) {
	rows, failed := s.users(ctx, "Login eq "+domainapi.QuoteString(login))
	if failed != nil {
		return nil, failed
	}
	for _, row := range rows {
		if id := idOf(row); domainapi.IsGUID(id) &&
			strings.EqualFold(text(row, "Login"), login) { // a server may ignore the filter
			return map[string]string{"@odata.id": domainapi.Reference(userSet, id)}, nil
		}
	}
	return nil, s.API.Fail(UnknownUser, s.API.Root+userSet, fmt.Sprintf("found no user of login %q", login))
}

// login returns the login of the user with the given GUID, or "" if there is none.
func (s Store) login(ctx context.Context, id string) (string, *erpnet.Error) {
	rows, failed := s.users(ctx, "Id eq "+id)
	if failed != nil {
		return "", failed
	}
	for _, row := range rows {
		if strings.EqualFold(idOf(row), id) {
			return text(row, "Login"), nil
		}
	}
	return "", nil
}

func (s Store) users(ctx context.Context, filter string) ([]domainapi.Row, *erpnet.Error) {
	page, failed := s.API.Read(ctx, domainapi.Query{EntitySet: userSet, Filter: filter, Select: "Id,Login", Top: 2})
	if failed != nil {
		return nil, failed
	}
	return page.Rows[:min(len(page.Rows), maxFound)], nil
}
