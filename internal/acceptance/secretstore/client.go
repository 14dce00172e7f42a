// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// getURL is the data source http.
func getURL(c call) (values, error) {
	body, status, err := get(c, c.own.text("url"), c.own.texts("request_headers"))
	return values{"response_body": text(string(body)), "status_code": tftypes.NewValue(tftypes.Number, status)}, err
}

// getResource is the data source restful_resource.
func getResource(c call) (values, error) {
	query := url.Values{}
	for name, list := range c.own.member("query") {
		var elements []tftypes.Value
		_ = list.As(&elements)
		for _, element := range elements {
			query.Add(name, values{"": element}.text(""))
		}
	}
	page, err := getJSON(c, c.provider.text("base_url")+c.own.text("id")+"?"+query.Encode(), bearer(restfulToken(c)))
	if err != nil {
		return nil, err
	}
	rows := []tftypes.Value{}
	for _, row := range records(page["value"]) {
		rows = append(rows, texts(row))
	}
	list := tftypes.List{ElementType: stringMap}
	output := map[string]tftypes.Value{"value": tftypes.NewValue(list, rows)}
	return values{"output": tftypes.NewValue(objectOf("value", list), output)}, nil
}

// findObject is the data source restapi_object.
func findObject(c call) (values, error) {
	uri, headers := c.provider.text("uri"), bearer(c.provider.text("bearer_token"))
	page, err := getJSON(c, uri+c.own.text("search_path")+"?"+c.own.text("query_string"), headers)
	if err != nil {
		return nil, err
	}
	for _, record := range records(page[c.own.text("results_key")]) {
		if record[c.own.text("search_key")] != c.own.text("search_value") {
			continue
		}
		id := fmt.Sprint(record[c.provider.text("id_attribute")])
		found, err := getJSON(c, uri+c.own.text("path")+"/"+id+"?"+c.own.text("read_query_string"), headers)
		return values{"id": text(id), "api_data": texts(found)}, err
	}
	return nil, fmt.Errorf("nothing found for %q", c.own.text("search_value"))
}

// writeResource is the resource restful_resource.
func writeResource(c call) (values, error) {
	base, path := c.provider.text("base_url"), c.own.text("path")
	body, err := json.Marshal(c.own.texts("body"))
	if err != nil {
		return nil, err
	}
	if c.prior != nil {
		_, err := send(c, c.own.text("update_method"), base+c.prior.text("id"), body, restfulToken(c))
		return values{"id": c.prior["id"]}, err
	}
	created, err := send(c, http.MethodPost, base+path, body, restfulToken(c))
	id := strings.NewReplacer("$(path)", path, "$(body.Id)", fmt.Sprint(created["Id"])).Replace(c.own.text("read_path"))
	return values{"id": text(id)}, err
}

func removeResource(c call) error {
	_, err := send(c, http.MethodDelete, c.provider.text("base_url")+c.own.text("id"), nil, restfulToken(c))
	return err
}

func restfulToken(c call) string {
	return c.provider.member("security").member("http").member("token").text("token")
}

// writeObject is the resource restapi_object.
func writeObject(c call) (values, error) {
	body := []byte(c.own.text("data"))
	if c.prior != nil {
		err := sendObject(c, c.provider.text("update_method"), "update_path", c.prior, body)
		return values{"id": c.prior["id"]}, err
	}
	url, token := c.provider.text("uri")+c.own.text("path"), c.provider.text("bearer_token")
	created, err := send(c, http.MethodPost, url, body, token)
	return values{"id": text(fmt.Sprint(created[c.provider.text("id_attribute")]))}, err
}

func removeObject(c call) error { return sendObject(c, http.MethodDelete, "destroy_path", c.own, nil) }

// sendObject calls an object where an argument says that it is.
func sendObject(c call, method, path string, object values, body []byte) error {
	address := c.provider.text("uri") + strings.ReplaceAll(c.own.text(path), "{id}", object.text("id"))
	_, err := send(c, method, address, body, c.provider.text("bearer_token"))
	return err
}

func bearer(token string) map[string]string {
	return map[string]string{"Authorization": "Bearer " + token}
}

// records are the objects in a JSON array.
func records(value any) (all []map[string]any) {
	elements, _ := value.([]any)
	for _, element := range elements {
		record, _ := element.(map[string]any)
		all = append(all, record)
	}
	return all
}

// member is an object or map in a value.
func (v values) member(name string) (members values) {
	_ = v[name].As((*map[string]tftypes.Value)(&members))
	return members
}

// texts is a map of strings in a value.
func (v values) texts(name string) map[string]string {
	all := map[string]string{}
	members := v.member(name)
	for key := range members {
		all[key] = members.text(key)
	}
	return all
}

func getJSON(ctx context.Context, address string, headers map[string]string) (object map[string]any, err error) {
	body, status, err := get(ctx, address, headers)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("HTTP status %d", status)
	}
	if err == nil {
		err = json.Unmarshal(body, &object)
	}
	return object, err
}

func get(ctx context.Context, address string, headers map[string]string) (body []byte, status int, err error) {
	return do(ctx, http.MethodGet, address, nil, headers)
}

// send writes, and returns the JSON object that comes back, if one does.
func send(ctx context.Context, method, address string, body []byte, token string) (object map[string]any, err error) {
	headers := bearer(token)
	headers["Content-Type"] = "application/json"
	text, status, err := do(ctx, method, address, body, headers)
	if err == nil && status >= http.StatusBadRequest {
		err = fmt.Errorf("HTTP status %d", status)
	}
	if err == nil && len(text) > 0 {
		err = json.Unmarshal(text, &object)
	}
	return object, err
}

func do(
	ctx context.Context, method, address string, sent []byte, headers map[string]string,
) (body []byte, status int, err error) {
	request, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(sent))
	if err != nil {
		return nil, 0, err
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err = io.ReadAll(response.Body)
	return body, response.StatusCode, err
}
