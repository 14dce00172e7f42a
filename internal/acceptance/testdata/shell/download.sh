#!/bin/sh
# Copyright (c) ERP.net
# SPDX-License-Identifier: MPL-2.0

# It stands in for curl and wget, and finds the releases on this machine.
for argument; do url=$argument; done
case $url in
https://github.com/erpnet/terraform-provider-erpnet/releases/download/*) file="$WORK/releases/${url#*/download/}" ;;
*)
	PATH=${PATH#*:}
	case ${0##*/} in
	wget) exec curl -fsS "$url" ;; # as wget -qO-
	*) exec curl "$@" ;;
	esac
	;;
esac
case "${0##*/} $1" in
wget* | *O*) exec cp "$file" . ;;
*) exec cat "$file" ;;
esac
