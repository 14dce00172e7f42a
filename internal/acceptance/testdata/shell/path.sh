#!/bin/sh
# Copyright (c) ERP.net
# SPDX-License-Identifier: MPL-2.0

set -eu

# What a guide takes for granted: the CLI by its name, the mock in the current folder, and a Vault, for which the
# provider's stand-in has no use.
mkdir -p "$WORK/bin"
ln -s "$(command -v "$CLI")" "$WORK/bin/terraform"
cp "$BUILT/erpnet-mock" .
cat > "$WORK/bin/vault" << 'END'
#!/bin/sh
[ "$1" != server ] || exec sleep 600
END
chmod 755 "$WORK/bin/vault" erpnet-mock
