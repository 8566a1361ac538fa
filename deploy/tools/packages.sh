# SPDX-License-Identifier: Apache-2.0
# Sourced by the set-up scripts: install the Debian packages of deploy/debian/control that are missing. POSIX sh.

# The names in Build-Depends, without versions and profiles.
listed_packages() {
    sed -n '/^Build-Depends:/,/^$/p' deploy/debian/control | sed 's/^Build-Depends://; s/<[^>]*>//g; s/([^)]*)//g; s/,/ /g' | tr -s ' \n' ' '
}

install_missing_packages() {
    command -v dpkg-query >/dev/null || {
        echo "govwire: this is no Debian system: install the packages of deploy/debian/control by hand" >&2
        return 0
    }
    missing=
    for package in $(listed_packages); do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    as_root=
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || {
            echo "govwire: to install$missing: run this as root, or install sudo" >&2
            return 77
        }
        as_root=sudo
    fi
    echo "govwire: installing Debian packages:$missing"
    export DEBIAN_FRONTEND=noninteractive
    log=$(mktemp)
    if ! { $as_root apt-get update -q && $as_root apt-get install -q -y --no-install-recommends $missing; } >"$log" 2>&1; then
        tail -n 30 "$log" >&2
        echo "govwire: apt-get failed; the whole output is in $log" >&2
        return 69
    fi
    rm -f "$log"
}
