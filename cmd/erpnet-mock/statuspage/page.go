// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Package statuspage shows a running instance to the person who tests against
// it: a web page that refreshes by itself, and the same as JSON.
package statuspage

import (
	"bytes"
	"embed"
	"encoding/json"
	"html/template"
	"net/http"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

//go:embed page.html style.css narrow.css script.js icon.svg
var files embed.FS

var page = template.Must(template.New("page.html").Funcs(formats).ParseFS(files, "page.html"))

// Handler serves the status of an instance: the page at /, and its
// [erpnettest.StatusReport] as JSON at /status.json. It accepts only the names
// of this machine, only GET and HEAD, and lets no cache keep anything.
func Handler(instance *erpnettest.Server) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		var rendered bytes.Buffer
		if err := page.Execute(&rendered, instance.StatusReport()); err != nil {
			http.Error(w, "Can't render the page: "+err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(rendered.Bytes())
	})
	mux.HandleFunc("GET /status.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		_ = encoder.Encode(instance.StatusReport())
	})
	for _, name := range []string{"style.css", "narrow.css", "script.js", "icon.svg"} {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) {
			http.ServeFileFS(w, r, files, name)
		})
	}
	return guard(mux)
}
