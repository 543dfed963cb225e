"""ISAPI's XML: namespaces differ between firmwares, even within one device, so local names decide."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from itertools import islice
from xml.etree.ElementTree import Element, ParseError, fromstring

from webapp.protocols.errors import BadReply, DeviceError, LowPrivilege, NotActivated, Unauthorized, Unsupported
from webapp.protocols.talk import Reply

LARGEST = 256 << 10  # bytes
HIGHEST = 10**15  # a larger number is nonsense, and more than a database takes
DEEPEST = 50  # elements inside one another
SHOWN = 100  # characters of a device's text that are ever shown
CHINESE = {"gb2312", "gbk", "gb18030", "gb_2312-80", "cp936"}
DECLARED = re.compile(rb"""\A\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["'][^>]{0,100}?\?>""")
PLAIN = re.compile(rb"""<\?xml version=["']1\.0["'] encoding=["'](?:UTF|utf)-8["'] ?\?>""")  # what nearly all send

LONGEST_LOCK = 86_400  # seconds; what a device claims beyond a day is not believed
REFUSALS: dict[str, Callable[[str], DeviceError]] = {
    "notSupport": Unsupported,
    "invalidOperation": Unsupported,
    "methodNotAllowed": Unsupported,
    "lowPrivilege": LowPrivilege,
    "theAccountIsNotActivated": LowPrivilege,
    "notActivated": NotActivated,
    "badAuthorization": Unauthorized,
    "incorrectUserNameOrPassword": Unauthorized,
    "loginPasswordError": Unauthorized,
}
# Reasons that firmwares are known to send with a 401, though the password is right.
NOT_CREDENTIALS = {
    *("notSupport", "notActivated", "lowPrivilege", "theAccountIsNotActivated", "badDevType", "badLanguage"),
    *("badVersion", "badFlash", "fileFormatError", "upgrading", "rebootRequired", "deviceBusy"),
}


def document(reply: Reply, root: str) -> Element:
    """The reply's root element, which must be named `root`. Raises DeviceError for anything else.

    The HTTP status alone decides nothing: 403 is the usual "this model has no such thing", and a login may be refused
    with 200.
    """
    if 300 <= reply.status < 400:
        raise BadReply("redirect", f"status {reply.status}", location=reply.headers.get("location", ""))
    try:
        tree = parsed(reply.body)
    except BadReply as error:
        raise unreadable(reply, error) from error
    if reply.status == 401 or refuses_login(tree) or (tree.tag == "ResponseStatus" and root != tree.tag):
        raise refusal(reply, tree)
    if tree.tag != root:
        raise unreadable(reply, BadReply("bad_reply", f"<{clean(tree.tag, 50)}> where <{root}> was asked for"))
    return tree


def parsed(body: bytes) -> Element:
    """The root of any bytes that are a plain small XML document, its tags without namespaces. Raises BadReply else.

    Entities, and so bombs and files, need a DOCTYPE. The parser gets decoded text, in which that has one spelling only.
    """
    if len(body) > LARGEST:
        raise BadReply("too_big", f"{len(body)} bytes")
    try:
        said = readable(body)
        if "<!DOCTYPE" in said:
            raise BadReply("bad_reply", "a DOCTYPE")
        plain = without_namespace(said)
        tree = fromstring(plain)  # noqa: S314
    except (ParseError, ValueError, LookupError) as error:
        raise BadReply("bad_reply", f"not XML: {type(error).__name__}") from error
    if "xmlns" in plain or plain.count("<") > 2 * DEEPEST:
        strip_namespaces(tree)
    return tree


def without_namespace(said: str) -> str:
    """The document without its root's default namespace, which the parser would write before the name of every tag."""
    tag = said.find(">", said.find("?>") + 2)
    at = said.find(' xmlns="', 0, tag)
    end = said.find('"', at + 8, tag)
    return said if at < 0 or end < 0 else said[:at] + said[end + 1 :]


def readable(body: bytes) -> str:
    """The document as text without its declaration.

    Chinese recorders write GB 2312, some while declaring UTF-8; others cut a UTF-8 name in the middle of a character.
    Raises BadReply for other declared encodings.
    """
    if PLAIN.match(body):
        return utf8(body)
    declaration = DECLARED.match(body)
    encoding = declaration[1].decode().lower() if declaration else "utf-8"
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = body.decode("utf-16")
    elif encoding in CHINESE:
        text = body.decode("gb18030", "replace")
    elif encoding in {"utf-8", "utf8", "us-ascii", "ascii"}:
        text = utf8(body)
    else:
        raise BadReply("bad_reply", f"encoding {encoding}")
    return re.sub(r"\A\s*<\?xml[^>]{0,300}\?>", "", text.lstrip("\ufeff \t\r\n")).strip()


def utf8(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    if text.count("\ufffd") > 1:  # more than one cut-off character: another encoding
        try:
            return body.decode("gb18030")
        except UnicodeDecodeError:
            pass
    return text


def strip_namespaces(tree: Element) -> None:
    """Raises BadReply for elements nested too deep."""
    deepest, level = 0, [tree]
    while level:
        deepest += 1
        if deepest > DEEPEST:
            raise BadReply("bad_reply", "too deep")
        for element in level:
            element.tag = element.tag.rpartition("}")[2]
        level = [child for element in level for child in element]


def unreadable(reply: Reply, error: BadReply) -> DeviceError:
    """What a reply without the document that was asked for means."""
    if reply.status == 401:
        return Unauthorized("401 without a readable reason")
    if reply.status in {403, 404, 405, 501}:
        return Unsupported(f"status {reply.status}")
    if is_page(reply) and error.code != "too_big":
        return BadReply("not_isapi", f"a web page, status {reply.status}")
    return BadReply(error.code, f"{error}, status {reply.status}")


def is_page(reply: Reply) -> bool:
    return "html" in reply.content_type.lower() or b"<html" in reply.body[:1000].lower()


def refuses_login(tree: Element) -> bool:
    """Whether it is a userCheck that says no; some come with HTTP 200 or 403, and to any call."""
    if tree.tag != "userCheck":
        return False
    return number(tree, "statusValue") == 401 or text(tree, "statusString").lower() == "unauthorized"


def refusal(reply: Reply, tree: Element) -> DeviceError:
    """The reason in a userCheck or in a ResponseStatus.

    A 401 is about the password unless its reason is known to be another: taken for anything else it would be tried
    again, and lock the account.
    """
    code = text(tree, "subStatusCode") if tree.tag == "ResponseStatus" else ""
    if refuses_login(tree) or (reply.status == 401 and code not in NOT_CREDENTIALS):
        return denied(tree, code)
    if code in REFUSALS:
        return REFUSALS[code](code)
    return BadReply("bad_reply", clean(code) or f"status {reply.status} without a reason")


def denied(tree: Element, code: str) -> DeviceError:
    if text(tree, "isActivated").lower() == "false":
        return NotActivated("isActivated false")
    locked = text(tree, "lockStatus").lower() == "lock" or bool(re.search(r"(?<!un)lock", code.lower()))
    return Unauthorized(
        clean(code) or ("locked" if locked else "wrong user name or password"),
        tries_left=within(number(tree, "retryLoginTime"), 100),
        locked_for=within(number(tree, "unlockTime"), LONGEST_LOCK) if locked else None,
        locked=locked,
    )


def text(parent: Element, name: str) -> str:
    """The stripped text of a child, or of a path of children such as "SysCap/VideoCap"; "" when it is missing."""
    return (parent.findtext(name) or "").strip()


def number(parent: Element, name: str) -> int | None:
    """A child's number, rounded down; None when it is missing, no number, negative or absurd."""
    try:
        value = int(float(text(parent, name)))
    except (ValueError, OverflowError):
        return None
    return value if 0 <= value <= HIGHEST else None


def truth(parent: Element, name: str) -> bool | None:
    """What a child says, true, 1, false or 0; None when it is missing or says something else."""
    return {"true": True, "1": True, "false": False, "0": False}.get(text(parent, name).lower())


def each(parent: Element, *path: str) -> list[Element]:
    """All elements at this place: each(status, "CPUList", "CPU"). Plain names are several times faster than a path."""
    found = [parent]
    for name in path:
        found = [child for element in found for child in element.findall(name)]
    return found


def numbered(elements: Iterable[Element], most: int) -> list[tuple[int, Element]]:
    """The first ones with their ids, each id once; attributes that count (size="0") are wrong at times."""
    found: dict[int, Element] = {}
    for element in elements:
        key = number(element, "id")
        if key is not None:
            found.setdefault(key, element)
    return list(islice(found.items(), most))


def clean(said: str, longest: int = SHOWN) -> str:
    """A device's text as it may be shown: no controls, no bidirectional overrides, blanks joined, at most 100 long."""
    if not said.isprintable():
        said = "".join(" " if c.isspace() else c for c in said if c.isspace() or unicodedata.category(c)[0] != "C")
    return " ".join(said.split())[:longest].rstrip()


def within(value: int | None, most: int) -> int | None:
    """A device's number held to what can be meant: from 0 to `most`."""
    return None if value is None else max(0, min(value, most))
