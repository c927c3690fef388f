#!/bin/bash
# Takes one of Debian's kernels out of its package: vmlinuz and the modules that in_qemu.sh loads.
#
#     fetch_kernel.sh META_PACKAGE FOLDER
#
# Does nothing if FOLDER has it already. Prints the package's name. Installs nothing.
set -euo pipefail

meta=$1
mkdir -p "$2"
folder=$(realpath "$2")
if [ ! -e "$folder/complete" ]; then
    package=$(apt-cache depends "$meta" | awk '/Depends: linux-image/ { print $2; exit }')
    if [ -z "$package" ]; then
        echo "fetch_kernel.sh: apt knows no package $meta; is its list up to date (apt-get update)?" >&2
        exit 4
    fi
    rm -rf "${folder:?}"/*
    cd "$folder"
    # Without the sandbox user, who may not write here.
    if ! apt-get -o APT::Sandbox::User=root download -q "$package" > download.txt 2>&1; then
        cat download.txt >&2
        echo "fetch_kernel.sh: cannot download $package" >&2
        exit 4
    fi
    dpkg-deb -x "$package"_*.deb unpacked
    mv unpacked/boot/vmlinuz-* vmlinuz
    for module in virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_blk veth sch_netem; do
        found=$(find unpacked -name "$module.ko*" | head -1)
        case $found in
        *.ko) cp "$found" . ;;
        *.ko.xz) xz -dc "$found" > "$module.ko" ;;
        *.ko.zst) zstd -qdc "$found" > "$module.ko" ;;
        esac
    done
    rm -rf unpacked ./*.deb download.txt
    echo "$package" > complete
fi
cat "$folder/complete"
