# Sourced by the other scripts: installs Debian packages where that is possible, and never asks.

APT_LOG=.make/apt.log

# may_install: whether this is root on a machine with apt-get
may_install() { [[ "$(id -u)" == 0 ]] && command -v apt-get >/dev/null; }

# apt_install PACKAGE...: false where it is not possible; what apt-get said is in .make/apt.log
apt_install() {
  may_install || return 1
  mkdir -p .make
  {
    timeout 300 apt-get update &&
      DEBIAN_FRONTEND=noninteractive timeout 900 apt-get install -y --no-install-recommends \
        -o DPkg::Lock::Timeout=300 "$@"
  } >"$APT_LOG" 2>&1 </dev/null
}
