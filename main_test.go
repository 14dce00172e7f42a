// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import "testing"

func TestLogsAreReadWhenSomebodyAsksForThem(t *testing.T) {
	for name, test := range map[string]struct {
		env  map[string]string
		want bool
	}{
		"nobody asks":                {nil, false},
		"only the CLI's own logs":    {map[string]string{"TF_LOG_CORE": "TRACE"}, false},
		"all logs":                   {map[string]string{"TF_LOG": "INFO"}, true},
		"logs of providers":          {map[string]string{"TF_LOG_PROVIDER": "DEBUG"}, true},
		"the framework's level":      {map[string]string{"TF_LOG_SDK_FRAMEWORK": "WARN"}, true},
		"an empty variable asks not": {map[string]string{"TF_LOG": ""}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := logsAreRead(func(name string) string { return test.env[name] }); got != test.want {
				t.Errorf("%t", got)
			}
		})
	}
}
