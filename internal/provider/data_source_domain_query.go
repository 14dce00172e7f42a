// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/domainapi"
)

var (
	_ datasource.DataSourceWithConfigure      = (*domainQueryDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig = (*domainQueryDataSource)(nil)
)

func newDomainQueryDataSource() datasource.DataSource { return &domainQueryDataSource{} }

// domainQueryDataSource is the data source erpnet_domain_query.
type domainQueryDataSource struct{ configuredDataSource }

type domainQueryModel struct {
	EntitySet  types.String  `tfsdk:"entity_set"`
	Filter     types.String  `tfsdk:"filter"`
	Select     types.String  `tfsdk:"select"`
	Expand     types.String  `tfsdk:"expand"`
	OrderBy    types.String  `tfsdk:"order_by"`
	Top        types.Int64   `tfsdk:"top"`
	AllPages   types.Bool    `tfsdk:"all_pages"`
	MaxRows    types.Int64   `tfsdk:"max_rows"`
	Rows       types.Dynamic `tfsdk:"rows"`
	RowsJSON   types.String  `tfsdk:"rows_json"`
	TotalCount types.Int64   `tfsdk:"total_count"`
	NextLink   types.String  `tfsdk:"next_link"`
}

// The defaults of a query, and the page size that ERP.net advises not to exceed (protocol section 5).
const (
	defaultTop     = 100
	maxTop         = 1000
	defaultMaxRows = 10_000
)

func (d *domainQueryDataSource) Metadata(
	_ context.Context,
	req datasource.MetadataRequest,
	resp *datasource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_domain_query"
}

func (d *domainQueryDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	option := func(name, description string) schema.StringAttribute {
		return schema.StringAttribute{
			Optional: true, MarkdownDescription: description,
			Validators: []validator.String{textCheck{name: name, check: domainapi.CheckQueryOption}},
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads rows of an entity set of the [Domain " +
			"API](https://docs.erp.net/dev/domain-api/index.html). The first call with a token opens a session and " +
			"takes a licence for about 20 minutes. " +
			"All queries, and the objects for trusted applications, request a token without naming scopes, so they " +
			"share one session. An `erpnet_credentials_check` with `probe_domain_api` shares it too if it " +
			"names no `required_scopes`. " +
			"The provider sends at most four reads of a session at a time, so queries don't run into the session's " +
			"limits. It refuses queries that name passwords or hashes of secrets, and leaves both out of the " +
			"rows.\n\n" +
			"**The rows are stored in plain text in the state and in saved plans.** Don't select personal data " +
			"that you don't need.",
		Attributes: map[string]schema.Attribute{
			"entity_set": schema.StringAttribute{
				Required:            true,
				Validators:          []validator.String{textCheck{name: "entity_set", check: domainapi.CheckEntitySet}},
				MarkdownDescription: "Name of the entity set, such as `Crm_Sales_Customers`.",
			},
			"filter": option("filter", "OData `$filter`, such as `Number eq '000101'`. ERP.net accepts `eq`, "+
				"`ge`, `le`, `in` and `and`, on the attributes that the entity's "+
				"[documentation](https://docs.erp.net/model/) lists as filterable."),
			"select": option("select", "OData `$select`, such as `Id,Number,DisplayText`. If you leave it out, "+
				"you get the server's default attributes, without `Id`."),
			"expand":   option("expand", "OData `$expand`, such as `Party($select=PartyName)`."),
			"order_by": option("order_by", "OData `$orderby`, such as `Number desc`."),
			"top": schema.Int64Attribute{
				Optional: true, Validators: []validator.Int64{int64validator.Between(1, maxTop)},
				MarkdownDescription: "Maximum number of rows in a page, from 1 to 1000. Default 100. If you leave " +
					"it out and there are more rows, a warning says so.",
			},
			"all_pages": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Whether to read all pages. Default `false`: the first page only.",
			},
			"max_rows": schema.Int64Attribute{
				Optional: true, Validators: []validator.Int64{int64validator.AtLeast(1)},
				MarkdownDescription: "Maximum number of rows that `all_pages` reads. Default 10,000. More rows are " +
					"an error; the result is never cut silently. Needs `all_pages = true`.",
			},
			"rows": schema.DynamicAttribute{Computed: true, MarkdownDescription: "The rows as a tuple of " +
				"objects: `data.erpnet_domain_query.x.rows[0].Number`. Null attributes are included. Control " +
				"characters in texts are replaced with U+FFFD."},
			"rows_json": schema.StringAttribute{Computed: true, MarkdownDescription: "The rows as JSON, with " +
				"attributes sorted by name."},
			"total_count": schema.Int64Attribute{Computed: true, MarkdownDescription: "Total number of rows of the " +
				"query. Null if the server doesn't say."},
			"next_link": schema.StringAttribute{Computed: true, MarkdownDescription: "Link to the next page, as " +
				"the server writes it. Null if there is none, or all pages were read."},
		},
	}
}

func (d *domainQueryDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	ctx, done := d.session.begin(ctx)
	defer done()
	var model domainQueryModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	api, diags := d.session.domainAPI()
	if deferData(ctx, diags, req, resp) {
		return
	}
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	var page *domainapi.Page
	var err error
	if api = api.OneOperation(); model.AllPages.ValueBool() {
		page, err = api.QueryAll(ctx, model.query(), int(int64Or(model.MaxRows, defaultMaxRows)))
	} else {
		page, err = api.Query(ctx, model.query())
	}
	if err != nil {
		resp.Diagnostics.Append(model.diagnostic(erpnet.AsError(err)))
		return
	}
	resp.Diagnostics.Append(model.set(ctx, page)...)
	if model.Top.IsNull() && !model.AllPages.ValueBool() && page.HasMore() {
		resp.Diagnostics.AddAttributeWarning(path.Root("entity_set"), "More Rows", "The query has more rows than "+
			"its default page of 100. "+
			"To read them all, set all_pages = true. If one page is enough, set top.")
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

// ValidateConfig refuses max_rows if nothing uses it.
func (d *domainQueryDataSource) ValidateConfig(
	ctx context.Context,
	req datasource.ValidateConfigRequest,
	resp *datasource.ValidateConfigResponse,
) {
	var model domainQueryModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if isSet(model.MaxRows) && !model.AllPages.IsUnknown() && !model.AllPages.ValueBool() {
		resp.Diagnostics.AddAttributeError(path.Root("max_rows"), "max_rows Without all_pages", "max_rows limits "+
			"how many rows all_pages reads. Set all_pages = true, or use top to limit the rows of one page.")
	}
}

// diagnostic describes a failed query. A message from the API may be about the query. If the names that it quotes occur
// in exactly one argument, the diagnostic gets the path of that argument.
func (m *domainQueryModel) diagnostic(failed *erpnet.Error) diag.Diagnostic {
	if failed.Kind != domainapi.Failed || failed.Message == "" {
		return errorAt(failed, map[erpnet.Kind]string{
			domainapi.NotFound: "entity_set", domainapi.Renamed: "entity_set", domainapi.TooManyRows: "max_rows",
		})
	}
	evidence := *failed
	evidence.Happened = strings.TrimSuffix(failed.Happened, fmt.Sprintf(": %q", failed.Message))
	d := diag.Diagnostic(diag.NewErrorDiagnostic("Query Refused by the Domain API", fmt.Sprintf("The Domain API "+
		"does not accept this query: %q\n\n"+
		"Correct select, filter, expand or order_by. filter knows eq, ge, le, in and \"and\" only. "+
		"If the message is about none of them, the server failed: run again.\n\n%s", failed.Message, evidence.Error())))
	if argument := m.argumentOf(failed.Message); argument != "" {
		d = diag.WithPath(path.Root(argument), d)
	}
	return d
}

var quoted = regexp.MustCompile(`['"‘“]([^'"’”]{1,100})['"’”]`)

// argumentOf returns the only argument that contains a name quoted in the message, or "" if none or several do.
func (m *domainQueryModel) argumentOf(message string) string {
	found := map[string]bool{}
	for _, name := range quoted.FindAllStringSubmatch(message, -1) {
		for argument, value := range map[string]types.String{
			"entity_set": m.EntitySet,
			"filter":     m.Filter,
			"select":     m.Select,
			"expand":     m.Expand,
			"order_by":   m.OrderBy,
		} {
			if strings.Contains(value.ValueString(), name[1]) {
				found[argument] = true
			}
		}
	}
	if len(found) != 1 {
		return ""
	}
	return slices.Collect(maps.Keys(found))[0]
}

func (m *domainQueryModel) query() domainapi.Query {
	return domainapi.Query{
		EntitySet: m.EntitySet.ValueString(),
		Filter:    m.Filter.ValueString(),
		Select:    m.Select.ValueString(),
		Expand:    m.Expand.ValueString(),
		OrderBy:   m.OrderBy.ValueString(),
		Top:       int(int64Or(m.Top, defaultTop)),
		Count:     true,
	}
}

func (m *domainQueryModel) set(ctx context.Context, page *domainapi.Page) (diags diag.Diagnostics) {
	if page.Rows == nil {
		page.Rows = []domainapi.Row{}
	}
	text, err := json.Marshal(page.Rows)
	if err != nil {
		diags.AddError("Unexpected Error", "The rows cannot be written as JSON. This is a defect of the provider. "+
			"Please report it.")
	}
	m.Rows, m.RowsJSON = dynamicRows(ctx, page.Rows), types.StringValue(string(text))
	m.TotalCount, m.NextLink = types.Int64PointerValue(page.Count), textOrNull(page.NextLink)
	return diags
}

func int64Or(value types.Int64, otherwise int64) int64 {
	if value.IsNull() {
		return otherwise
	}
	return value.ValueInt64()
}
