#!/bin/sh
# Copyright (c) ERP.net
# SPDX-License-Identifier: MPL-2.0

set -eu

# The releases are on this machine, by the names that .goreleaser.yml gives them: curl and wget find them there. They
# have one version, which the docs must name: the newest that is released, or the one that will be.
version=$(awk '/^## [0-9]/ { v = $2; if ($3 != "(Unreleased)") exit } END { print v }' "$REPO/CHANGELOG.md")
named() {
	sed -n "s/^ *name_template: \"\($1\)\"/\1/p" "$REPO/.goreleaser.yml" |
		sed "s/{{ .ProjectName }}/terraform-provider-erpnet/; s/{{ .Version }}/$version/" |
		sed "s/{{ .Os }}_{{ .Arch }}/${2-}/"
}
system=$(uname -s | tr '[:upper:]' '[:lower:]')_$(uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')
mkdir -p "releases/v$version" bin
cd "releases/v$version"
for platform in $(printf '%s\n' "$system" linux_amd64 | sort -u); do
	tar -cf - -C "$BUILT" erpnet-mock | gzip -1 > "$(named 'erpnet-mock_.*' "$platform").tar.gz"
done
{ sha256sum -- *.tar.gz || shasum -a 256 *.tar.gz; } > "$(named '.*_SHA256SUMS')"
cd "$WORK/bin"
ln -s "$(command -v "$CLI")" terraform
for client in curl wget; do
	cp "$REPO/internal/acceptance/testdata/shell/download.sh" $client
	chmod 755 $client
done
