#!/bin/sh
# Builds the helper for both machines with a pinned cross-compiler: the same bytes everywhere.
#   sh firewall/native/build.sh           writes the binaries and SHA256SUMS
#   sh firewall/native/build.sh --check   builds into a scratch folder and compares
# Needs python3 with venv. The compiler is kept in $XDG_CACHE_HOME/aigov (or ~/.cache/aigov).
set -eu
export LC_ALL=C
ZIG=0.15.2
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/aigov/ziglang-$ZIG
if [ ! -x "$cache/bin/python" ] || ! "$cache/bin/python" -m ziglang version >/dev/null 2>&1; then
  python3 -m venv "$cache"
  "$cache/bin/pip" install --quiet --disable-pip-version-check "ziglang==$ZIG"
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT INT TERM

build() { # machine, target
  (cd "$here" && "$cache/bin/python" -m ziglang cc -target "$2-linux-musl" -std=gnu11 -static -Os -s \
    -Wall -Wextra -Werror -Wno-sign-compare -fno-sanitize=all -fstack-protector-strong \
    -ffile-prefix-map="$here"=. -Wl,--build-id=none -o "$scratch/aigov-jail-$1" aigov-jail.c)
}
build x64 x86_64
build arm64 aarch64
(cd "$scratch" && sha256sum aigov-jail-arm64 aigov-jail-x64 >SHA256SUMS)

if [ "${1-}" = --check ]; then
  for file in aigov-jail-arm64 aigov-jail-x64 SHA256SUMS; do
    cmp "$scratch/$file" "$here/$file" || { echo "firewall/native/$file is not what aigov-jail.c gives; run sh firewall/native/build.sh" >&2; exit 1; }
  done
  echo "helper binaries are current"
else
  for file in aigov-jail-arm64 aigov-jail-x64 SHA256SUMS; do cp "$scratch/$file" "$here/$file"; done
  cat "$here/SHA256SUMS"
fi
