#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Packs a minimised corpus: small inputs first, until the archive would be too large; the same bytes every time.

    tests/fuzz/pack.py TARGET FOLDER BYTES_MAX
"""
import io
import lzma
import pathlib
import sys
import tarfile

target, folder, most = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])


def packed(files):
    """As one archive, without owners and times."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for file in files:
            info = tarfile.TarInfo(file.name)
            info.size = file.stat().st_size
            tar.addfile(info, io.BytesIO(file.read_bytes()))
    return lzma.compress(out.getvalue(), preset=9)


files = sorted(folder.iterdir(), key=lambda file: (file.stat().st_size, file.name))
data = packed(files)
while len(data) > most:
    files = files[: int(len(files) * min(0.95, most / len(data)))]
    data = packed(files)
out = pathlib.Path(__file__).resolve().parent / "corpus" / f"{target}.tar.xz"
out.parent.mkdir(exist_ok=True)
out.write_bytes(data)
print(f"{len(files)} inputs in {len(data)} bytes: {out.name}")
