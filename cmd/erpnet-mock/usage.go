// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

const usage = `Runs a made-up ERP.net instance until SIGINT or SIGTERM. It is for tests.

Usage: erpnet-mock [flags]

The file of -applications is a JSON array of trusted applications, with the
attribute names of the Domain API. An attribute that you leave out has the default
of ERP.net:

  [{"ApplicationUri": "com.example/deploy", "Secret": "the plain secret",
    "SystemUserAllowed": true, "SystemUser": "svc.deploy", "Scope": "read"}]

Instead of Secret, you can give ApplicationSecretHash. A system user that the
instance doesn't know is created. The sample application is there as well.

The file of -data is a JSON object of entity sets:

  {"General_Products_Products": [{"PartNumber": "A-1", "Active": true}]}

The file of -settings is a JSON object: {"token_lifetime": "60s", "licences": 1}.
A wrong name in it gets the list of the right ones.

A status page for the browser shows the requests, the applications, the sessions,
the last errors with their reasons, and the faults in force. Its address is printed.
Programs control the mock at the same address:

  GET /faults           the faults in force, as JSON
  POST /faults          adds a fault, or an array of them
  DELETE /faults        clears all faults
  GET /requests         the last 1,000 requests, the newest first
  DELETE /requests      forgets them
  GET /status.json      what the page shows
  GET /ca.pem           the certificate of the CA
  GET /env/sh           the variables of -env; also /env/powershell and /env/github
  GET /healthy          200 once the instance is ready

None of this shows secrets, hashes or tokens, but for the public secret of the
sample application in /env.

Each flag can be given as an environment variable: ERPNET_MOCK_LISTEN is -listen.

Flags:
`

const faultUsage = `
A fault is a JSON object:

  {"endpoint": "token", "what": "status", "status": 503, "times": 2}

  endpoint   token, discovery, keys, auto-discovery, api, version, other or any
  times      for how many requests; without it, until the fault is cleared
  every      only each n-th request
  client_id, path, method
             only requests of this application, with this in their path, with
             this method

Faults of one endpoint wait for each other: the next one is in force when the one
before it has struck for the last time. The values of "what", with their
parameters; those with (token) are for the endpoint token:

`
