# ETC CMD…: runs CMD where ETC is /etc and / belongs to root, as an administrator's machine looks to it. Needs no rights:
# inside `unshare --map-root-user --mount`, the caller is root.
set -e
etc=$1
shift
root=$(mktemp -d)
mount -t tmpfs -o mode=755 aigov-test "$root"
for entry in /*; do
  name=${entry#/}
  if [ "$name" = etc ]; then
    mkdir "$root/etc" && mount --bind "$etc" "$root/etc"
  elif [ -L "$entry" ]; then
    cp -P "$entry" "$root/"
  elif [ -d "$entry" ]; then
    mkdir "$root/$name" && mount --rbind "$entry" "$root/$name"
  fi
done
exec /usr/sbin/chroot "$root" sh -c 'cd "$0" && exec "$@"' "$PWD" "$@"
