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
	l := newLab(t)
	before := l.Users()
	created, err := l.store().Create(context.Background(), wantedApplication())
	if err != nil || created.SystemUser != erpnettest.SampleUser().Login {
		t.Errorf("%v, %v", created, err)
	}
	if !slices.Equal(l.Users(), before) {
		t.Error("the users have changed")
	}
	unknown := wantedApplication()
	unknown.ApplicationURI, unknown.SystemUser = "other", "nobody"
	_, err = l.store().Create(context.Background(), unknown)
	expectKind(t, err, UnknownUser)
	if len(l.Applications()) != 2 {
		t.Error("a record was made for a user that is not there")
	}
}

// Where $expand is ignored, the user is looked up.
func TestUserIsReadWithoutExpand(t *testing.T) {
	l := newLab(t)
	id := l.Users()[0].Id
	fault := erpnettest.RawField("value", fmt.Sprintf(`[{"Id":"11111111-1111-1111-1111-111111111111","ApplicationUri":"x","SystemUser":{"@odata.id":"https://elsewhere.example/Systems_Security_Users(%s)"}}]`, strings.ToUpper(id)))
	fault.When = func(r erpnettest.Request) bool { return strings.HasSuffix(r.Path, applicationSet) }
	l.Inject(erpnettest.DomainAPI, fault)
	found, err := l.store().Find(context.Background(), "x")
	if err != nil || found == nil || found.SystemUser != erpnettest.SampleUser().Login {
		t.Errorf("%+v, %v", found, err)
	}
}
