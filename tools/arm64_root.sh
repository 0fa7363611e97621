#!/usr/bin/env bash
# Make a folder from which this machine can run Python for arm64 by emulation, with what a training needs:
#   tools/arm64_root.sh FOLDER
# prints the interpreter that `python tools/digests.py --python` takes. Debian, as root; nothing of the system's
# own libraries changes but that packages for arm64 can be asked for.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mkdir -p "$1" && cd "$1" && pwd)

command -v qemu-aarch64-static > /dev/null || apt-get install -y -qq --no-install-recommends qemu-user-static
dpkg --add-architecture arm64
apt-get update -qq
packages=(libc6 libstdc++6 libgcc-s1 libgomp1 libgfortran5 zlib1g libexpat1 libssl3 libffi8 libsqlite3-0
  libbz2-1.0 liblzma5 libreadline8 libtinfo6 libncursesw6 libuuid1 libdb5.3 libcrypt1 libnsl2 libtirpc3
  libpython3.11-minimal libpython3.11-stdlib python3.11-minimal python3.11)
mkdir -p "$folder/packages" "$folder/tree"
(cd "$folder/packages" && apt-get download -qq "${packages[@]/%/:arm64}")
for package in "$folder"/packages/*.deb; do dpkg -x "$package" "$folder/tree"; done

# Wheels of arm64, at the pinned versions; MLflow and the web are not needed for a training.
platforms=()
for glibc in 2_17 2_26 2_27 2_28; do platforms+=(--platform "manylinux_${glibc}_aarch64"); done
python3 -m pip install --quiet --no-compile --upgrade --target "$folder/tree/usr/lib/python3/dist-packages" \
  "${platforms[@]}" --platform manylinux2014_aarch64 --only-binary=:all: --python-version 3.11 \
  -c "$here/constraints.txt" numpy pandas scipy xgboost-cpu pandera pydantic pyarrow cachetools threadpoolctl \
  pyyaml joblib rich typer jinja2 matplotlib markdown-it-py openpyxl sqlalchemy

echo "qemu-aarch64-static -L $folder/tree $folder/tree/usr/bin/python3.11"
