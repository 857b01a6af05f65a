# What scripts/mpo and scripts/test share: the packages, the build, and the stamp that tells when neither is needed.
# Sourced, with `root` set to the package's folder. All messages go to standard error: standard output is the program's.

say() { printf '%s\n' "$*" >&2; }
fail() { say "$(basename -- "$0"): $*"; exit 1; }

# The Swift toolchain, by the name that it was found under; Debian's and swiftly's own places are tried too.
find_swift() {
    if ! swift=$(command -v swift); then
        local place
        for place in /opt/swift/usr/bin /usr/local/swift/usr/bin "${HOME:-/nowhere}/.local/share/swiftly/bin"; do
            if [ -x "$place/swift" ]; then
                swift=$place/swift
                PATH=$place:$PATH
                break
            fi
        done
    fi
    [ -n "${swift:-}" ] || fail "no Swift toolchain in PATH: Swift 6.1 or later is needed (https://www.swift.org/install)"
}

# need_packages NAME…: the Debian packages that are missing are installed; nothing is asked where all are there.
need_packages() {
    local package missing=()
    command -v dpkg-query >/dev/null || return 0  # another system: the compiler tells what it misses
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    local get=(apt-get)
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || fail "install these packages first, as root: apt-get install ${missing[*]}"
        get=(sudo apt-get)
    fi
    say "installing ${missing[*]}"
    local log
    log=$(mktemp)
    install_packages() {
        DEBIAN_FRONTEND=noninteractive "${get[@]}" install -y --no-install-recommends "${missing[@]}" </dev/null >>"$log" 2>&1
    }
    # The lists of a fresh machine are empty or old: then fetch them and try once more.
    if ! install_packages; then
        "${get[@]}" update </dev/null >>"$log" 2>&1 || true
        if ! install_packages; then
            tail -n 20 "$log" >&2
            rm -f -- "$log"
            fail "could not install ${missing[*]}: run  ${get[*]} install ${missing[*]}"
        fi
    fi
    rm -f -- "$log"
}

# fingerprint FOLDER…: names, sizes and times of all sources, and which toolchain; so that an edited, added, renamed
# or deleted file and another compiler all change it.
fingerprint() {
    {
        stat -L -c '%n %s %Y' -- "$(readlink -f -- "$swift")"
        (cd -- "$root" && find Package.swift "$@" \( -type f -o -type l \) -printf '%p %s %T@\n' | LC_ALL=C sort)
    } | cksum
}

# up_to_date NAME FOLDER…: whether the build called NAME was made from what lies there now.
up_to_date() {
    local stamp=$root/.build/mpo-stamps/$1
    shift
    now=$(fingerprint "$@")
    [ -f "$stamp" ] && [ "$(cat -- "$stamp")" = "$now" ]
}

# stamp NAME: remembers what up_to_date saw before the build, so that an edit made while building is noticed.
stamp() {
    mkdir -p -- "$root/.build/mpo-stamps"
    printf '%s\n' "$now" >"$root/.build/mpo-stamps/$1.$$"
    mv -f -- "$root/.build/mpo-stamps/$1.$$" "$root/.build/mpo-stamps/$1"
}
