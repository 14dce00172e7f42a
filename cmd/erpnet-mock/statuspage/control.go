// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package statuspage

import (
	"encoding/json"
	"io"
	"net/http"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// maxFaults is the maximum size of a request that sets faults, in bytes.
const maxFaults = 1 << 20

// maxRequests is how many requests GET /requests lists.
const maxRequests = 1000

// control adds the addresses that programs use to change and observe an
// instance.
func control(mux *http.ServeMux, instance *erpnettest.Server, config Config) {
	mux.HandleFunc("GET /faults", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, instance.Faults())
	})
	mux.HandleFunc("POST /faults", func(w http.ResponseWriter, r *http.Request) {
		specs, err := erpnettest.ReadFaults(http.MaxBytesReader(w, r.Body, maxFaults))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		for _, spec := range specs {
			instance.InjectSpec(spec)
		}
		writeJSON(w, http.StatusCreated, instance.Faults())
	})
	mux.HandleFunc("DELETE /faults", func(w http.ResponseWriter, _ *http.Request) {
		instance.ClearFaults()
		w.WriteHeader(http.StatusNoContent)
	})
	// For the button on the page, which is a form and works without JavaScript.
	mux.HandleFunc("POST /faults/clear", func(w http.ResponseWriter, r *http.Request) {
		instance.ClearFaults()
		http.Redirect(w, r, "/", http.StatusSeeOther)
	})
	mux.HandleFunc("GET /requests", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, instance.RecentRequests(maxRequests))
	})
	mux.HandleFunc("DELETE /requests", func(w http.ResponseWriter, _ *http.Request) {
		instance.ForgetRecentRequests()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /healthy", func(w http.ResponseWriter, _ *http.Request) { writeText(w, "ready\n") })
	if config.CA != "" {
		mux.HandleFunc("GET /ca.pem", func(w http.ResponseWriter, _ *http.Request) { writeText(w, config.CA) })
	}
	for shell, variables := range config.Variables {
		mux.HandleFunc("GET /env/"+shell, func(w http.ResponseWriter, r *http.Request) {
			writeText(w, variables("http://"+r.Host)) // the guard has accepted this host
		})
	}
}

func writeText(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, text)
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(value)
}
