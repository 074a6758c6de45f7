# SPDX-License-Identifier: AGPL-3.0-or-later
"""Makes samples/phish-macro.eml and samples/punycode.eml, the same bytes on every run.

    python3 samples/make_mails.py [FOLDER]

The messages are as a mail server stores them. Names and addresses are reserved for documentation.
The attached document has a macro storage as office programs write it, but lists no module, so no
program runs anything; the one stream of code says `MsgBox "harmless"`.
"""

import io
import pathlib
import struct
import sys
import zipfile
from email.message import EmailMessage
from email.policy import SMTP

SECTOR = 512
MINI = 64
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
NONE = 0xFFFFFFFF
STORAGE, STREAM, ROOT = 1, 2, 5


def padded(data, unit, fill=b"\0"):
    """Fills up to a multiple of `unit`."""
    return data + fill * (-len(data) % unit)


class CompoundFile:
    """A compound file (MS-CFB, version 3) of small streams."""

    def __init__(self):
        self.entries = []  # [name, type, child, left, right, start, size]
        self.mini = b""
        self.mini_fat = []

    def add(self, name, kind, data=b""):
        """Adds a stream or a storage and returns its number."""
        start = END
        if data:
            start = len(self.mini_fat)
            count = -(-len(data) // MINI)
            self.mini_fat += [start + index + 1 for index in range(count - 1)] + [END]
            self.mini += padded(data, MINI)
        self.entries.append([name, kind, NONE, NONE, NONE, start, len(data)])
        return len(self.entries) - 1

    def adopt(self, parent, children):
        """Makes a balanced tree of a storage's children, in the order that the format asks for."""
        order = sorted(children, key=lambda it: (len(self.entries[it][0]), self.entries[it][0].upper()))

        def tree(part):
            if not part:
                return NONE
            middle = len(part) // 2
            self.entries[part[middle]][3:5] = tree(part[:middle]), tree(part[middle + 1 :])
            return part[middle]

        self.entries[parent][2] = tree(order)

    def to_bytes(self):
        """The file: header, FAT, mini FAT, directory, small streams."""
        mini = padded(self.mini, SECTOR)
        mini_fat = padded(struct.pack(f"<{len(self.mini_fat)}I", *self.mini_fat), SECTOR, b"\xff")
        directory_at = 1 + len(mini_fat) // SECTOR
        directory_sectors = -(-len(self.entries) * 128 // SECTOR)
        mini_at = directory_at + directory_sectors
        self.entries[0][5:7] = mini_at, len(self.mini)
        directory = padded(b"".join(self.record(entry) for entry in self.entries), SECTOR)
        fat = [FAT]
        for size in (len(mini_fat), len(directory), len(mini)):
            fat += [len(fat) + index + 1 for index in range(size // SECTOR - 1)] + [END]
        header = struct.pack(
            "<8s16x5H6x9I",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            0x3E, 3, 0xFFFE, 9, 6,
            0, 1, directory_at, 0, 4096, 1, len(mini_fat) // SECTOR, END, 0,
        )
        header += struct.pack("<109I", 0, *[FREE] * 108)
        fat = padded(struct.pack(f"<{len(fat)}I", *fat), SECTOR, b"\xff")
        return header + fat + mini_fat + directory + mini

    @staticmethod
    def record(entry):
        """One directory record; black nodes only."""
        name, kind, child, left, right, start, size = entry
        text = name.encode("utf-16-le") + b"\0\0"
        return struct.pack(
            "<64sHBB3I16x4x16xIQ", text, len(text), kind, 1, left, right, child,
            0 if kind == STORAGE else start, size,
        )


def compressed(text):
    """MS-OVBA's compression, with nothing but literals in one chunk."""
    data = text.encode("cp1252")
    body = b"".join(b"\0" + data[at : at + 8] for at in range(0, len(data), 8))
    return b"\x01" + struct.pack("<H", 0xB000 | len(body) + 2 - 3) + body


def vba_project():
    """A `vbaProject.bin` without modules."""
    file = CompoundFile()
    root = file.add("Root Entry", ROOT)
    project = b'ID="{00000000-0000-0000-0000-000000000000}"\r\nName="Sample"\r\n'
    vba = file.add("VBA", STORAGE)
    file.adopt(root, [vba, file.add("PROJECT", STREAM, project)])
    code = 'Attribute VB_Name = "Sample"\r\nSub AutoOpen()\r\nMsgBox "harmless"\r\nEnd Sub\r\n'
    file.adopt(vba, [
        file.add("_VBA_PROJECT", STREAM, b"\xcc\x61\xff\xff\0\0\0"),
        file.add("dir", STREAM, compressed("\0")),
        file.add("Sample", STREAM, compressed(code)),
    ])
    return file.to_bytes()


def document():
    """A macro-enabled Word document (.docm)."""
    package = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    members = {
        "[Content_Types].xml": head + f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'
        '<Override PartName="/word/document.xml"'
        ' ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>',
        "_rels/.rels": head + f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1"'
        f' Type="{office}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": head
        + '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p>'
        "<w:r><w:t>Enable content to view this invoice.</w:t></w:r></w:p></w:body></w:document>",
        "word/_rels/document.xml.rels": head + f'<Relationships xmlns="{package}/relationships">'
        '<Relationship Id="rId1" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject"'
        ' Target="vbaProject.bin"/></Relationships>',
        "word/vbaProject.bin": vba_project(),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, (2026, 5, 2, 6, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return out.getvalue()


def message(fields, plain, html):
    """A message with both forms of its text."""
    mail = EmailMessage(policy=SMTP)
    for name, value in fields:
        mail[name] = value
    mail.set_content(plain, cte="quoted-printable")
    mail.add_alternative(html, subtype="html", cte="quoted-printable")
    return mail


def stored(mail, boundaries):
    """The message's bytes with boundaries that don't change."""
    for part, boundary in zip((it for it in mail.walk() if it.is_multipart()), boundaries):
        part.set_boundary(boundary)
    return mail.as_bytes()


def phish_macro():
    """An invoice with a macro document, from a sender that its headers contradict."""
    mail = message(
        [
            ("Return-Path", "<bounce@mailer.example.net>"),
            ("Received", "from mailer.example.net (unknown [203.0.113.66]) by mx.example.org"
             " with ESMTP id 4Xk1; Sat, 02 May 2026 06:22:48 +0000"),
            ("Authentication-Results", "mx.example.org; spf=fail smtp.mailfrom=bounce@mailer.example.net;"
             " dkim=none"),
            ("From", '"Accounts, Example Bank" <invoices@bank.example.com>'),
            ("To", "Ann <ann@example.org>, Bob <bob@example.org>, carol@sub.example.org"),
            ("Subject", "Überfällige Rechnung 2026-0417 – please pay today"),
            ("Date", "Sat, 02 May 2026 06:22:41 +0000"),
            ("Message-ID", "<20260502062241.4711@mailer.example.net>"),
            ("X-Mailer", "PHPMailer 5.2.9"),
        ],
        "Good morning,\n\nthe attached invoice is overdue. Please make the wire transfer today, or see"
        " https://pay.example.net/i?id=2026-0417.\n\nAccounts\n",
        '<p>Good morning,</p><p>the attached invoice is overdue. Please make the wire transfer <b>today</b>,'
        ' or see <a href="https://pay.example.net/i?id=2026-0417&amp;u=ann">your account</a>.</p>\n',
    )
    mail.add_attachment(
        document(), maintype="application", subtype="vnd.ms-word.document.macroEnabled.12",
        filename="Rechnung_2026-0417.docm",
    )
    return stored(mail, ["mixed_2026-0417", "alternative_2026-0417"])


def punycode():
    """A link whose host reads like a known name: the second letter is Cyrillic."""
    mail = message(
        [
            ("Return-Path", "<service@account.example>"),
            ("Received", "from account.example (account.example [198.51.100.9]) by mx.example.org"
             " with ESMTP id 7Qz2; Sat, 02 May 2026 07:01:10 +0000"),
            ("Received-SPF", "pass (mx.example.org: 198.51.100.9 is permitted)"
             " envelope-from=service@account.example;"),
            ("From", "Account Service <service@account.example>"),
            ("To", "dave@example.org"),
            ("Subject", "Your account is limited"),
            ("Date", "Sat, 02 May 2026 07:01:02 +0000"),
            ("Message-ID", "<1777705262@account.example>"),
        ],
        "Sign in to lift the limit: https://xn--pypal-4ve.example/signin?u=dave\n",
        '<p>Sign in to <a href="https://xn--pypal-4ve.example/signin?u=dave">lift the limit</a>.</p>\n',
    )
    return stored(mail, ["alternative_1777705262"])


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    (folder / "phish-macro.eml").write_bytes(phish_macro())
    (folder / "punycode.eml").write_bytes(punycode())
