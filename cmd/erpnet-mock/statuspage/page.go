// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Package statuspage shows a running instance to the person who tests against
// it: as a web page that refreshes itself, and as JSON. At the same address,
// programs can set faults and read the latest requests.
package statuspage

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

//go:embed page.html style.css narrow.css script.js icon.svg
var files embed.FS

var page = template.Must(template.New("page.html").Funcs(formats).ParseFS(files, "page.html"))

// Config is what a handler serves in addition to the state of the instance.
type Config struct {
	Hosts []string // names in addition to those of this machine
	CA    string   // the certificate of the instance's CA, in PEM; empty means none

	// Variables returns the variables of the provider as text for each kind of
	// shell. The argument is the URL of the handler.
	Variables map[string]func(control string) string
}

// Handler serves the status of an instance: the page at /, its
// [erpnettest.StatusReport] as JSON at /status.json, and the control. It
// accepts only the host names of this machine and of the Config, refuses
// changes by pages of other web sites, and forbids caching.
func Handler(instance *erpnettest.Server, config Config) http.Handler {
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
		writeJSON(w, http.StatusOK, instance.StatusReport())
	})
	for _, name := range []string{"style.css", "narrow.css", "script.js", "icon.svg"} {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) {
			http.ServeFileFS(w, r, files, name)
		})
	}
	control(mux, instance, config)
	return guard(mux, config.Hosts)
}
