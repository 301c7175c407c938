# SPDX-License-Identifier: Apache-2.0
"""What QEMU boots: an unpacked kernel and an initial RAM disk, both kept in the cache."""
import hashlib
import lzma
import os
import pathlib
import shutil
import subprocess
import zlib

HERE = pathlib.Path(__file__).resolve().parent
MODULES = ("virtio_pci", "virtio_net", "virtio_console", "virtio_rng",
           "9pnet_virtio", "9p", "overlay")
XZ = b"\xfd7zXZ\x00"
GZIP = b"\x1f\x8b\x08"


class GuestError(Exception):
    """The guest cannot be made or does not answer."""


def cache_dir():
    if "ADIT_CACHE" in os.environ:
        return pathlib.Path(os.environ["ADIT_CACHE"])
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return pathlib.Path(base) / "adit"


def tool(name, package):
    path = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if not path:
        raise GuestError(f"{name} is not installed (Debian package: {package})")
    return path


def cpio(entries):
    """A "newc" archive of (name, mode, bytes); mode tells file from directory."""
    out = bytearray()
    for inode, (name, mode, data) in enumerate([*entries, ("TRAILER!!!", 0, b"")], 1):
        fields = (inode, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
        out += b"070701" + b"".join(b"%08x" % field for field in fields)
        out += name.encode() + b"\0"
        out += b"\0" * (-len(out) % 4)
        out += data
        out += b"\0" * (-len(out) % 4)
    return bytes(out)


def directory(name):
    return (name, 0o040755, b"")


def module_files(root, version):
    """The files to load for MODULES, dependencies first."""
    modprobe = tool("modprobe", "kmod")
    files = []
    for module in MODULES:
        done = subprocess.run([modprobe, "-d", root, "-S", version, "-D", module],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise GuestError(f"kernel {version} has no module {module}: {done.stderr.strip()}")
        for line in done.stdout.splitlines():
            word, *rest = line.split()
            if word == "insmod" and rest[0] not in files:
                files.append(rest[0])
    return [pathlib.Path(name) for name in files]


def module_bytes(path):
    data = path.read_bytes()
    return lzma.decompress(data) if path.suffix == ".xz" else data


def base_initrd(root, version):
    busybox = pathlib.Path(tool("busybox", "busybox-static"))
    if subprocess.run(["ldd", busybox], capture_output=True, check=False).returncode == 0:
        raise GuestError("busybox is not static (Debian package: busybox-static)")
    names = ("bin", "modules", "proc", "dev", "lower", "upper", "new")
    entries = [directory(name) for name in names]
    entries.append(("bin/busybox", 0o100755, busybox.read_bytes()))
    order = []
    for path in module_files(root, version):
        name = path.name.removesuffix(".xz")
        order.append(name)
        entries.append((f"modules/{name}", 0o100644, module_bytes(path)))
    entries.append(("modules/order", 0o100644, "".join(f"{n}\n" for n in order).encode()))
    entries.append(("init", 0o100755, (HERE / "init").read_bytes()))
    return cpio(entries)


def unpacked(bzimage):
    """The ELF kernel inside a bzImage: it starts by its PVH entry, seconds sooner under TCG."""
    image = bzimage.read_bytes()
    for magic, decoder in ((XZ, lambda: lzma.LZMADecompressor()),
                           (GZIP, lambda: zlib.decompressobj(wbits=31))):
        at = image.find(magic)
        while at >= 0:
            try:
                data = decoder().decompress(image[at:])
                if data.startswith(b"\x7fELF") and b"Xen" in data:
                    return data
            except (lzma.LZMAError, zlib.error):
                pass
            at = image.find(magic, at + 1)
    return image


def kept(path, make):
    """The file at `path`, made once; a half-made one is never seen."""
    if not path.exists():
        scratch = path.with_name(f"{path.name}.{os.getpid()}")
        scratch.write_bytes(make())
        scratch.rename(path)
    return path


class Image:
    """Kernel, initrd and module tree of the newest kernel in the cache."""

    def __init__(self):
        root = cache_dir() / "kernel"
        kernels = sorted((root / "boot").glob("vmlinuz-*"))
        if not kernels:
            raise GuestError(f"no kernel in {root} (`./dev test` fetches Debian's linux-image-amd64)")
        self.version = kernels[-1].name.removeprefix("vmlinuz-")
        self.modules = root / "lib" / "modules" / self.version
        boot = cache_dir() / "guest"
        boot.mkdir(parents=True, exist_ok=True)
        stamp = hashlib.sha256((HERE / "init").read_bytes() +
                               (HERE / "image.py").read_bytes()).hexdigest()[:12]
        self.kernel = kept(boot / f"vmlinux-{self.version}", lambda: unpacked(kernels[-1]))
        self.base = kept(boot / f"initrd-{self.version}-{stamp}",
                         lambda: base_initrd(root, self.version))

    def initrd(self):
        """The kept archive with this run's settings behind it."""
        conf = f"VERSION={self.version}\nMODULES='{self.modules}'\n"
        return self.base.read_bytes() + cpio([
            ("guest.conf", 0o100644, conf.encode()),
            ("agent.py", 0o100644, (HERE / "agent.py").read_bytes())])
