// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Package odata reads the query options of the Domain API and evaluates them
// over rows. It knows nothing about HTTP: text goes in, rows come out.
//
// Describe the entity sets in a [Model], read a query with [Model.Parse], and
// evaluate it with [Query.Matching], [Query.Page] and [Shape.Project]. The
// package accepts only what the documentation describes (protocol 5).
package odata
