# shellcheck shell=bash disable=SC2154,SC2034,SC2016
# For ./stele test --bare: what a stranger sees who clones the project onto a bare Debian 12.
#
# STELE_BARE_CCACHE=FOLDER lends the chroot this machine's compiler cache, for who repeats the run: the compiler and the
# preprocessed source inside must still be the very ones that an object was made of. Without it nothing comes from
# outside.

bare=
trusted=/etc/ssl/certs/ca-certificates.crt

# The apt sources of this machine, one line each; whoever maintains it chose them, so that no address stands here.
debian_sources() {
  apt-get indextargets --format '$(ORIGIN) $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk '$1 == "Debian" && $3 ~ /^bookworm/ && $4 == "main" { print "deb", $2, $3, $4 }' | sort -u
}

leave_bare() {
  stop_step
  if [[ -z $bare ]]; then return; fi
  # Deepest first. If one stays mounted, deleting the folder would reach into this machine's /dev: then leave it.
  local place
  # (The tests' network namespaces make a mount of run/netns.)
  for place in run/netns root/.cache/ccache dev/shm dev/pts dev proc; do
    if mountpoint -q "$bare/$place"; then umount "$bare/$place" || umount -l "$bare/$place" || true; fi
  done
  if grep -q " $bare" /proc/mounts; then
    say "Còn điểm gắn dưới $bare; hãy gỡ rồi tự xóa thư mục." "$bare still holds mounts; unmount them and delete it yourself." >&2
  else
    rm -rf --one-file-system "$bare"
  fi
}

enter() {
  local more=()
  if [[ -f $trusted ]]; then more+=(NODE_EXTRA_CA_CERTS="$trusted"); fi
  chroot "$bare" env -i HOME=/root TERM="${TERM:-dumb}" PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "${more[@]}" "$@"
}

# The compiler alone sees this machine's locale and paths as its cache was filled with; all else stays bare.
lend_cache() {
  mkdir -p "$bare/root/.cache/ccache"
  mount --bind "$1" "$bare/root/.cache/ccache"
  {
    echo '#!/bin/sh'
    echo 'export CCACHE_BASEDIR=/root CCACHE_NOHASHDIR=1'
    echo 'export CCACHE_SLOPPINESS=time_macros,include_file_ctime,include_file_mtime'
    if [[ -n ${LANG:-} ]]; then echo "export LANG='$LANG'"; fi
    echo 'exec /usr/bin/ccache "$@"'
  } >"$bare/usr/local/bin/ccache"
  chmod 755 "$bare/usr/local/bin/ccache"
}

prepare_bare() {
  local sources=$1 mirror first=ca-certificates
  if [[ -n ${STELE_BARE_CCACHE:-} ]]; then first+=,ccache; fi
  mirror=$(awk '$3 == "bookworm" { print $2; exit }' <<<"$sources")
  step "debootstrap" debootstrap --variant=minbase --include="$first" bookworm "$bare" "$mirror" || give_up
  printf '%s\n' "$sources" >"$bare/etc/apt/sources.list"
  apt-config dump | grep -E '^Acquire::[a-z]+::Proxy ' >"$bare/etc/apt/apt.conf.d/90proxy" || true
  cp /etc/resolv.conf "$bare/etc/resolv.conf"
  # What every installed Debian has and debootstrap leaves out.
  printf '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n' >"$bare/etc/hosts"
  # Behind a proxy with a certificate of its own: this machine trusts it, so its guest does.
  if [[ -f $trusted ]]; then cp "$trusted" "$bare$trusted"; fi
  echo force-unsafe-io >"$bare/etc/dpkg/dpkg.cfg.d/90quick"  # nothing here outlives the run: no need to sync each file
  mount -t proc proc "$bare/proc"
  # A /dev of its own: nothing that happens inside can touch this machine's.
  mount -t tmpfs -o mode=755 tmpfs "$bare/dev"
  local node
  for node in null zero full random urandom tty; do
    cp -a "/dev/$node" "$bare/dev/"
  done
  ln -s /proc/self/fd "$bare/dev/fd"
  ln -s fd/0 "$bare/dev/stdin"
  ln -s fd/1 "$bare/dev/stdout"
  ln -s fd/2 "$bare/dev/stderr"
  mkdir "$bare/dev/pts" "$bare/dev/shm"
  mount -t devpts -o newinstance,ptmxmode=0666 devpts "$bare/dev/pts"
  ln -s pts/ptmx "$bare/dev/ptmx"
  mount -t tmpfs tmpfs "$bare/dev/shm"
  if [[ -n ${STELE_BARE_CCACHE:-} ]]; then lend_cache "$STELE_BARE_CCACHE"; fi
}

unpack_project() {
  mkdir -p "$bare/root/stele" "$bare/root/shared"
  git archive HEAD | tar -x -C "$bare/root/stele"
  local vectors=${STELE_VECTORS:-$root/../shared/vectors}
  if [[ -d $vectors ]]; then cp -r "$vectors" "$bare/root/shared/vectors"; fi
}

run_bare() {
  if (($(id -u) != 0)); then
    fail_saying "--bare cần quyền root (debootstrap, chroot, mount): sudo ./stele test --bare" \
      "--bare needs root (debootstrap, chroot, mount): sudo ./stele test --bare"
  fi
  need_packages "${packages_bare[@]}"
  local sources status=0
  sources=$(debian_sources)
  if [[ -z $sources ]]; then
    fail_saying "Không thấy nguồn apt của Debian 12 (bookworm) trên máy này." "This machine has no apt source for Debian 12 (bookworm)."
  fi
  say "Thử commit $(git rev-parse --short HEAD); thay đổi chưa commit không được thử." \
    "Testing commit $(git rev-parse --short HEAD); changes that are not committed are not tested."

  mkdir -p build
  bare=$(mktemp -d "$root/build/bare.XXXXXX")
  chmod 755 "$bare"
  trap leave_bare EXIT
  prepare_bare "$sources"
  unpack_project
  enter bash -c 'cd /root/stele && ./stele demo && ./stele test' || status=$?
  # The sum of the inner run is its last line already.
  exit "$status"
}
