#!/bin/bash
# Boots a kernel in an emulator, runs one program there, and hands back what it wrote.
#
#     in_qemu.sh KERNEL OUT PROGRAM [FILE...]
#
# KERNEL is a folder made by fetch_kernel.sh. In the guest PROGRAM is called with the FILEs (by their names there) and
# a folder to write to, whose contents end up in OUT. Exit code 0 only if the program's was.
#
# The emulator counts instructions, and the guest's clock is that count: idle time is skipped, so a second of waiting
# costs next to nothing and a delay measures the same on a busy machine. No KVM is needed.
set -euo pipefail

kernel=$(realpath "$1")
mkdir -p "$2"
out=$(realpath "$2")
program=$(realpath "$3")
shift 3
modules="virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_blk veth sch_netem"

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{bin,proc,sys,dev,tmp,out,modules,job}
cp "$(command -v busybox)" "$root/bin/busybox"
for applet in sh mount insmod tar dd sync poweroff; do
    ln -s busybox "$root/bin/$applet"
done
cp "$program" "$root/job/program"
names=""
for file in "$@"; do
    cp "$file" "$root/job/"
    names="$names $(basename "$file")"
done
for file in "$program" "$@"; do
    # Of those that are programs.
    { ldd "$file" 2>/dev/null || true; } | { grep -oE '/[^ ]+' || true; } | while read -r library; do
        mkdir -p "$root$(dirname "$library")"
        cp -Ln "$library" "$root$library"
    done
done
order=""
for module in $modules; do
    # One that is not there is built in.
    if [ -e "$kernel/$module.ko" ]; then
        cp "$kernel/$module.ko" "$root/modules/"
        order="$order $module"
    fi
done

cat > "$root/init" <<INIT
#!/bin/sh
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs tmpfs /out
for module in $order; do insmod /modules/\$module.ko || echo "GUEST cannot load \$module"; done
cd /job
./program $names /out
echo "GUEST exit code \$?"
tar -C /out -cf - . | dd of=/dev/vda bs=64k 2>/dev/null
sync
poweroff -f
INIT
chmod +x "$root/init"
image=$(mktemp -d)
trap 'rm -rf "$root" "$image"' EXIT
(cd "$root" && find . | cpio -o -H newc --quiet | gzip -1) > "$image/initrd.gz"
truncate -s 64M "$image/out.img"

timeout "${SF_GUEST_SECONDS:-300}" qemu-system-x86_64 -accel tcg,thread=single -icount shift=0,sleep=off \
    -cpu max -m 512 -smp 1 -nodefaults -no-user-config -display none -serial stdio -no-reboot \
    -kernel "$kernel/vmlinuz" -initrd "$image/initrd.gz" \
    -append "console=ttyS0 quiet panic=-1 mitigations=off" \
    -drive "file=$image/out.img,if=virtio,format=raw" < /dev/null > "$out/console.txt" 2>&1 || {
    echo "in_qemu.sh: the emulator failed or took too long; the end of $out/console.txt:" >&2
    tail -5 "$out/console.txt" >&2
    exit 4
}
tar -C "$out" -m -xf "$image/out.img"
if ! grep -q 'GUEST exit code 0' "$out/console.txt"; then
    echo "in_qemu.sh: the program failed in the guest; the end of $out/console.txt:" >&2
    tail -15 "$out/console.txt" >&2
    exit 1
fi
