"""HTML read as a browser reads it, with the faults that a reader of pages would stumble over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"br", "hr", "img", "input", "link", "meta", "source", "wbr"}
SILENT_INPUTS = {"hidden", "submit", "button"}
REFERENCES = ("for", "aria-describedby", "aria-controls", "aria-labelledby")


@dataclass(slots=True)
class Element:
    tag: str
    attrs: dict[str, str]
    parent: Element | None
    said: list[str]  # all texts of the page, one after another
    first: int  # of those inside
    end: int | None = None

    @property
    def text(self) -> str:
        """With that of everything inside."""
        return "".join(self.said[self.first : self.end])

    def get(self, name: str) -> str:
        return self.attrs.get(name, "")

    @property
    def line(self) -> Iterator[Element]:
        """The element and all around it, inside out."""
        here: Element | None = self
        while here:
            yield here
            here = here.parent

    def __str__(self) -> str:
        given = "".join(f' {name}="{value}"' for name, value in self.attrs.items())
        return f"<{self.tag}{given}>"


@dataclass(slots=True)
class Markup(HTMLParser):
    """`Markup.of(text)` is a page or a piece of one; `faults` names what is not well-formed."""

    elements: list[Element] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    open: Element | None = None

    def __post_init__(self) -> None:
        HTMLParser.__init__(self)

    @classmethod
    def of(cls, text: str) -> Markup:
        made = cls()
        made.feed(text)
        made.close()
        if made.open:
            made.faults.append(f"never closed: {made.open}")
        return made

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(set(names)) < len(names):
            self.faults.append(f"an attribute twice: <{tag} {names}>")
        given, here = {name: value or "" for name, value in attrs}, len(self.said)
        self.elements.append(Element(tag, given, self.open, self.said, here, here if tag in VOID else None))
        if tag not in VOID:
            self.open = self.elements[-1]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open is None or self.open.tag != tag:
            self.faults.append(f"</{tag}> closes {self.open}")
        else:
            self.open.end = len(self.said)
            self.open = self.open.parent

    def handle_data(self, data: str) -> None:
        self.said.append(data)

    def all(self, *tags: str) -> list[Element]:
        return [element for element in self.elements if element.tag in tags]

    def having(self, attribute: str) -> list[Element]:
        return [element for element in self.elements if attribute in element.attrs]

    @property
    def roots(self) -> list[Element]:
        return [element for element in self.elements if element.parent is None]

    @property
    def ids(self) -> set[str]:
        return {element.attrs["id"] for element in self.having("id")}

    def ids_given_twice(self) -> list[str]:
        return [name for name, count in Counter(e.attrs["id"] for e in self.having("id")).items() if count > 1]

    def without_a_name(self) -> list[str]:
        """Fields without a label, buttons and links that a screen reader could not call anything."""
        labelled = {label.get("for") for label in self.all("label") if label.text.strip()}
        fields = [e for e in self.all("input", "select", "textarea") if e.get("type") not in SILENT_INPUTS]
        nameless = [e for e in fields if e.get("id") not in labelled and not in_label(e)]
        nameless += [e for e in self.all("button", "a", "summary") if not e.text.strip()]
        return [str(element) for element in nameless if not element.get("aria-label").strip()]

    def inline_code(self) -> list[str]:
        """What the Content-Security-Policy would refuse, or would refuse in another browser."""
        wrong = [e for e in self.all("style", "script") if not e.get("src")]
        wrong += [e for e in self.elements if any(name.startswith("on") or name == "style" for name in e.attrs)]
        wrong += [e for e in self.elements if any(name.startswith("hx-on") for name in e.attrs)]
        wrong += [
            e for e in self.elements if any("javascript:" in value or "js:" in value for value in e.attrs.values())
        ]
        return [str(element) for element in wrong]

    def broken_references(self) -> list[str]:
        """Attributes that name an id which is not there. The empty dialog's heading comes with its contents."""
        ids, named = self.ids, [(e, name) for e in self.elements if e.tag != "dialog" for name in REFERENCES]
        return [f"{e}: {name}" for e, name in named if not set(e.get(name).split()) <= ids]


def in_label(element: Element) -> bool:
    return any(around.tag == "label" and around.text.strip() for around in element.line)
