"""What a file is, by its first bytes rather than by its label; and the ending that fits (B18)."""

import re

_OOXML = "application/vnd.openxmlformats-officedocument"
_SIGNS = (
    (b"%PDF-", "application/pdf", ".pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"GIF87a", "image/gif", ".gif"),
    (b"GIF89a", "image/gif", ".gif"),
    (b"II*\x00", "image/tiff", ".tif"),
    (b"MM\x00*", "image/tiff", ".tif"),
    (b"MZ", "application/x-msdownload", ".exe"),
    (b"\x7fELF", "application/x-executable", ".bin"),
    (b"#!", "text/x-shellscript", ".sh"),
    (b"\x4c\x00\x00\x00\x01\x14\x02\x00", "application/x-ms-shortcut", ".lnk"),
    (b"MSCF", "application/vnd.ms-cab-compressed", ".cab"),
    (b"Rar!\x1a\x07", "application/vnd.rar", ".rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed", ".7z"),
    (b"\x1f\x8b", "application/gzip", ".gz"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage", ".doc"),
    (b"{\\rtf", "application/rtf", ".rtf"),
    (b"\x78\x9f\x3e\x22", "application/ms-tnef", ".dat"),
)
# The first part that stands in an Office archive says which program wrote it.
_OFFICE = (
    (b"word/", f"{_OOXML}.wordprocessingml.document", ".docx"),
    (b"xl/", f"{_OOXML}.spreadsheetml.sheet", ".xlsx"),
    (b"ppt/", f"{_OOXML}.presentationml.presentation", ".pptx"),
    (
        b"mimetypeapplication/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.text",
        ".odt",
    ),
)
_WITH_MACROS = {
    ".docx": ("application/vnd.ms-word.document.macroenabled.12", ".docm"),
    ".xlsx": ("application/vnd.ms-excel.sheet.macroenabled.12", ".xlsm"),
    ".pptx": ("application/vnd.ms-powerpoint.presentation.macroenabled.12", ".pptm"),
}
OLE_WITH_MACROS = "application/x-ole-storage; macros"
_VBA_IN_OLE = "_VBA_PROJECT".encode("utf-16-le")
_MEDIA = {
    b"heic": ("image/heic", ".heic"),
    b"heix": ("image/heic", ".heic"),
    b"mif1": ("image/heic", ".heic"),
    b"avif": ("image/avif", ".avif"),
    b"qt  ": ("video/quicktime", ".mov"),
    b"isom": ("video/mp4", ".mp4"),
    b"mp42": ("video/mp4", ".mp4"),
}
_MARKUP = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}>\s*)?<(!doctype html|html|script|svg)\b",
    re.IGNORECASE,
)
# Families of formats that share a signature: there the label is the better witness.
_LABEL_KNOWS_BETTER = frozenset(["application/x-ole-storage", "application/zip"])
_SAYS_NOTHING = frozenset(["application/octet-stream", "text/plain"])
_ENDINGS = {
    "text/plain": ".txt",
    "text/html": ".html",
    "image/svg+xml": ".svg",
    "text/calendar": ".ics",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
    "message/rfc822": ".eml",
    "application/zip": ".zip",
    "image/webp": ".webp",
    "application/pgp-keys": ".asc",
    "application/pkcs7-mime": ".p7m",
    "application/x-pkcs7-mime": ".p7m",
    **{kind: ending for _, kind, ending in (*_SIGNS, *_OFFICE)},
    **dict(_WITH_MACROS.values()),
    **dict(_MEDIA.values()),
}


def ending_of(kind: str) -> str:
    """The usual ending of a type, with its dot; empty where there is none."""
    return _ENDINGS.get(kind, "")


def type_of(data: bytes, declared: str) -> str:
    """The type by content; `declared` where the content says nothing, or less than the label."""
    found = _by_content(data) or declared
    specific = declared not in _SAYS_NOTHING
    return declared if found in _LABEL_KNOWS_BETTER and specific else found


def _by_content(data: bytes) -> str | None:
    if data.startswith(b"PK\x03\x04"):
        return _zip_type(data)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp" and data[8:12] in _MEDIA:
        return _MEDIA[data[8:12]][0]
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") and _VBA_IN_OLE in data:
        return OLE_WITH_MACROS
    markup = _MARKUP.match(data[:1_000])
    if markup:
        return "image/svg+xml" if markup[1].lower() == b"svg" else "text/html"
    return next((kind for sign, kind, _ in _SIGNS if data.startswith(sign)), None)


def _zip_type(data: bytes) -> str:
    """Names stand uncompressed in an archive: it is never unpacked, so it cannot be a bomb here."""
    for sign, kind, ending in _OFFICE:
        if sign in data[:6_000]:
            macros = ending in _WITH_MACROS and b"vbaProject.bin" in data
            return _WITH_MACROS[ending][0] if macros else kind
    return "application/zip"
