// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"unicode"

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

func (d *domainQueryDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
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
		MarkdownDescription: "Rows of an entity set of the Domain API. The first call with a token opens a session and takes a licence for about 20 minutes. " +
			"Calls are made one at a time, since an instance takes no more of a session. Passwords and hashes of secrets are refused in the query and left out of the rows. " +
			"The token is asked for without scope, so that these objects and those of trusted applications share one session; an `erpnet_credentials_check` that probes the API does too when it names no `required_scopes`.\n\n" +
			"**The rows are stored in the state in clear.** Select no personal data that you do not need.",
		Attributes: map[string]schema.Attribute{
			"entity_set": schema.StringAttribute{
				Required: true, Validators: []validator.String{textCheck{name: "entity_set", check: domainapi.CheckEntitySet}},
				MarkdownDescription: "Name of the entity set, such as `Crm_Sales_Customers`.",
			},
			"filter":   option("filter", "OData `$filter`, such as `Number eq '000101'`. ERP.net takes `eq`, `ge`, `le`, `in` and `and` on the attributes that an entity's documentation calls filterable."),
			"select":   option("select", "OData `$select`, such as `Id,Number,DisplayText`. Left out, the server's default attributes, without `Id`."),
			"expand":   option("expand", "OData `$expand`, such as `Party($select=PartyName)`."),
			"order_by": option("order_by", "OData `$orderby`, such as `Number desc`."),
			"top": schema.Int64Attribute{
				Optional: true, Validators: []validator.Int64{int64validator.Between(1, maxTop)},
				MarkdownDescription: "Most rows of a page, from 1 to 1000. Default 100.",
			},
			"all_pages": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Whether to read all pages. Default `false`: the first page only.",
			},
			"max_rows": schema.Int64Attribute{
				Optional: true, Validators: []validator.Int64{int64validator.AtLeast(1)},
				MarkdownDescription: "Most rows that `all_pages` may read. Default 10,000. More of them are an error, never a silent cut.",
			},
			"rows":        schema.DynamicAttribute{Computed: true, MarkdownDescription: "The rows, a tuple of objects: `data.erpnet_domain_query.x.rows[0].Number`. Attributes that are null are there."},
			"rows_json":   schema.StringAttribute{Computed: true, MarkdownDescription: "The rows as JSON, attributes in the order of their names."},
			"total_count": schema.Int64Attribute{Computed: true, MarkdownDescription: "How many rows the query has in all. Null when the server does not say."},
			"next_link":   schema.StringAttribute{Computed: true, MarkdownDescription: "Where the next page is, as the server writes it. Null when there is none, or all pages were read."},
		},
	}
}

func (d *domainQueryDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model domainQueryModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	api, diags := d.session.domainAPI()
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
		resp.Diagnostics.Append(model.queryDiagnostic(err))
		return
	}
	resp.Diagnostics.Append(model.set(ctx, page)...)
	if model.Top.IsNull() && !model.AllPages.ValueBool() && page.HasMore() {
		resp.Diagnostics.AddAttributeWarning(path.Root("entity_set"), "More Rows", "The query has more rows than its default page of 100. "+
			"Set all_pages = true to read them all, or top to say that this page is meant.")
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

// ValidateConfig refuses max_rows where nothing would look at it.
func (d *domainQueryDataSource) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	var model domainQueryModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if isSet(model.MaxRows) && !model.AllPages.IsUnknown() && !model.AllPages.ValueBool() {
		resp.Diagnostics.AddAttributeError(path.Root("max_rows"), "max_rows Without all_pages", "max_rows bounds what all_pages reads. Set all_pages = true, or top for the rows of one page.")
	}
}

// queryDiagnostic is errorDiagnostic, at the attribute that a refusal of the query speaks of.
func (m *domainQueryModel) queryDiagnostic(err error) diag.Diagnostic {
	d, failed := errorDiagnostic(err), erpnet.AsError(err)
	if failed.Kind != domainapi.QueryRefused {
		return d
	}
	for _, option := range []namedValue{{"select", m.Select}, {"filter", m.Filter}, {"expand", m.Expand}, {"order_by", m.OrderBy}} {
		words := strings.FieldsFunc(textOf(option.value), func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		if slices.ContainsFunc(words, func(word string) bool { return strings.Contains(failed.Happened, "'"+word+"'") }) {
			return diag.WithPath(path.Root(option.name), d)
		}
	}
	return diag.WithPath(path.Root("entity_set"), d)
}

func (m *domainQueryModel) query() domainapi.Query {
	return domainapi.Query{
		EntitySet: m.EntitySet.ValueString(), Filter: m.Filter.ValueString(), Select: m.Select.ValueString(),
		Expand: m.Expand.ValueString(), OrderBy: m.OrderBy.ValueString(), Top: int(int64Or(m.Top, defaultTop)), Count: true,
	}
}

func (m *domainQueryModel) set(ctx context.Context, page *domainapi.Page) (diags diag.Diagnostics) {
	if page.Rows == nil {
		page.Rows = []domainapi.Row{}
	}
	text, err := json.Marshal(page.Rows)
	if err != nil {
		diags.AddError("Unexpected Error", "The rows cannot be written as JSON. This is a defect of the provider. Please report it.")
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
