// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package trustedapp

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

func TestUserIsReferencedAndNeverChanged(t *testing.T) {
	l, ctx := newLab(t, ""), context.Background()
	before := l.Users()
	created, err := l.Create(ctx, reports())
	wantStored(t, created, reports(), err)
	_, err = l.Create(ctx, with(t, reports(), `{"ApplicationURI":"other","SystemUser":"nobody"}`))
	equal(t, "a user that is not there", kindOf(err), UnknownUser)
	equal(t, "that users are as before", slices.Equal(l.Users(), before), true)
	equal(t, "how many records there are", len(l.Applications()), 2)
}

func TestUserIsLookedUpWhereExpandIsIgnored(t *testing.T) {
	l := newLab(t, "")
	reference := fmt.Sprintf("https://elsewhere.example/Systems_Security_Users(%s)", strings.ToUpper(l.Users()[0].Id))
	fault := erpnettest.RawField("value", `[{"Id":"11111111-1111-1111-1111-111111111111",
		"ApplicationUri":"x","SystemUser":{"@odata.id":"`+reference+`"}}]`)
	fault.When = func(r erpnettest.Request) bool { return strings.HasSuffix(r.Path, applicationSet) }
	l.Inject(erpnettest.DomainAPI, fault)
	found, err := l.Find(context.Background(), "x")
	equal(t, "find", err, nil)
	equal(t, "the user", found.SystemUser, erpnettest.SampleUser().Login)
}
