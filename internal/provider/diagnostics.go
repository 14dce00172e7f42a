// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/trustedapp"
)

// problem is a diagnostic that is deferred until an object needs the value that it is about.
type problem struct {
	summary, detail string
	missing         *setting // the setting that is not set, if that is the problem
	unknown         bool     // the problem is that a value is not known yet
}

const defect = "This is a defect of the provider. Please report it."

// errorDiagnostic turns a failure of the client into a diagnostic. It sets no attribute path: with one, the CLI prints
// the source line, which may contain a secret.
func errorDiagnostic(err error) diag.Diagnostic {
	var failed *erpnet.Error
	if !errors.As(err, &failed) {
		return diag.NewErrorDiagnostic("Unexpected Error", defect)
	}
	if failed.Repeated {
		return diag.NewErrorDiagnostic(remedyOf(failed).Title, repeated(failed))
	}
	return diag.NewErrorDiagnostic(remedyOf(failed).Title, explanation(failed))
}

// errorAt is errorDiagnostic with the path of the attribute that this kind of failure is about. None of these
// attributes has a source line that can contain a secret.
func errorAt(err error, attributes map[erpnet.Kind]string) diag.Diagnostic {
	d := errorDiagnostic(err)
	if name, found := attributes[erpnet.AsError(err).Kind]; found {
		return diag.WithPath(path.Root(name), d)
	}
	return d
}

// writeDiagnostic is errorDiagnostic for a record that could not be created. If the record exists or may exist, it
// explains how to import it.
func writeDiagnostic(err error, wanted trustedapp.Record) diag.Diagnostic {
	d := errorAt(err, recordAttributes)
	switch erpnet.AsError(err).Kind {
	case trustedapp.Exists, trustedapp.Undecided:
		return diag.NewAttributeErrorDiagnostic(
			path.Root("application_uri"),
			d.Summary(),
			d.Detail()+"\n\nTo manage that record here, import it, with the name of this resource instead of NAME:\n\n"+
				"  import {\n    to = erpnet_trusted_application.NAME\n    id = "+
				strconv.Quote(wanted.ApplicationURI)+"\n  }",
		)
	}
	return d
}

// recordAttributes maps the failures of a record's writes to the attributes that they are about.
var recordAttributes = map[erpnet.Kind]string{trustedapp.UnknownUser: "system_user"}

// repeated returns one line that points to the error that was reported first.
func repeated(failed *erpnet.Error) string {
	who := ""
	if failed.ClientID != "" {
		who = " for client_id " + strconv.Quote(failed.ClientID)
	}
	return "The same as another error of this run" + who + " at " + failed.URL + ", which says what to do."
}

// problemDiagnostic reports all problems of a configuration as one error.
func problemDiagnostic(problems []*problem) diag.Diagnostic {
	problems = slices.CompactFunc(problems, func(a, b *problem) bool { return a == b }) // conflicts share a problem
	if slices.ContainsFunc(problems, func(p *problem) bool { return p.unknown }) {
		return unknownSetting{problemError(problems)}
	}
	return problemError(problems)
}

func problemError(problems []*problem) diag.Diagnostic {
	if len(problems) == 1 {
		return diag.NewErrorDiagnostic(problems[0].summary, problems[0].detail)
	}
	var details, missing []string
	for _, p := range problems {
		if p.missing != nil {
			missing = append(
				missing,
				fmt.Sprintf("  %-15s %s%s", p.missing.name, p.missing.env, example(p.missing.name)),
			)
		} else {
			details = append(details, p.summary+": "+p.detail)
		}
	}
	if len(missing) > 0 {
		lines := "Set these in the provider block, or in the environment:\n" + strings.Join(missing, "\n")
		details = append([]string{lines}, details...)
	}
	return diag.NewErrorDiagnostic("Incomplete ERP.net Configuration", strings.Join(details, "\n\n"))
}

// example returns an example of a setting whose name doesn't show what its value looks like.
func example(name string) string {
	if name == "instance" {
		return "  such as demodb.my.erp.net"
	}
	return ""
}

// present drops the nil problems.
func present(problems ...*problem) []*problem {
	return slices.DeleteFunc(problems, func(p *problem) bool { return p == nil })
}

// unusable says why a value cannot be used and how to fix it in the configuration, as the end of a sentence.
func unusable(err error) string {
	switch {
	case errors.Is(err, erpnet.ErrTrailingLineBreak), errors.Is(err, erpnet.ErrSurroundingSpace):
		return err.Error() + ", with trimspace()."
	case errors.Is(err, erpnet.ErrInstancePath):
		return err.Error() + ", and put an identity service that is not at /id in identity_url."
	}
	return trustedapp.Sentence(err)
}
