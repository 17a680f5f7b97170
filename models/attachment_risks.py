"""Which attachments can do harm when they are opened, in words for the person who may open one."""

import re

from models.message import Attachment

_BY_ENDING = (
    (
        "a program",
        (
            "exe com scr pif msi msix cpl dll bat cmd ps1 psm1 vbs vbe js jse wsf wsh hta jar app apk "
            "reg lnk url scf gadget inf sh py pl iso img vhd vhdx appinstaller library-ms chm"
        ),
    ),
    (
        "an Office document with macros",
        "docm dotm xlsm xltm xlsb xlam xll pptm potm ppam ppsm sldm one onepkg",
    ),
    ("a web page", "html htm xhtml shtml mht mhtml svg xml xsl"),
    ("an archive", "zip rar 7z gz tgz bz2 xz tar cab ace arj lzh z"),
)
_WORDS = {f".{ending}": words for words, endings in _BY_ENDING for ending in endings.split()}
_BY_TYPE = (
    (re.compile(r"x-msdownload|x-executable|x-shellscript|x-ms-shortcut|javascript"), "a program"),
    (re.compile(r"macro"), "an Office document with macros"),
    (re.compile(r"text/html|xhtml|svg"), "a web page"),
    (re.compile(r"application/(?:zip|gzip|vnd\.rar|x-7z|vnd\.ms-cab)"), "an archive"),
)


def risk(attachment: Attachment) -> str | None:
    """What it is, such as "a program"; None where opening it runs nothing by itself.

    A name and a content that disagree are judged by the worse of the two.
    """
    name = attachment.name.lower().rstrip(" .")
    by_name = _WORDS.get(name[name.rfind(".") :]) if "." in name else None
    by_type = next((w for p, w in _BY_TYPE if p.search(attachment.content_type)), None)
    order = [words for words, _ in _BY_ENDING]
    return min(filter(None, (by_name, by_type)), key=order.index, default=None)
