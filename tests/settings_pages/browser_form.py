"""What a browser without scripts would send of the forms in a page."""

from html.parser import HTMLParser

from django.http import QueryDict


class _Controls(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        self._select: tuple[str, bool] | None = None
        self._options: list[tuple[str, bool]] = []
        self._text: tuple[str, list[str]] | None = None
        self._template = 0

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self._template += tag == "template"
        if self._template or "disabled" in given:
            return
        name = given.get("name")
        if tag == "input" and name:
            self._input(name, given)
        elif tag == "select" and name:
            self._select, self._options = (name, "multiple" in given), []
        elif tag == "option" and self._select:
            self._options.append((given.get("value") or "", "selected" in given))
        elif tag == "textarea" and name:
            self._text = (name, [])

    def handle_endtag(self, tag):
        self._template -= tag == "template"
        if tag == "select" and self._select:
            name, is_many = self._select
            chosen = [value for value, is_chosen in self._options if is_chosen]
            if not is_many and not chosen and self._options:
                chosen = [self._options[0][0]]
            self.sent += [(name, value) for value in chosen]
            self._select = None
        elif tag == "textarea" and self._text:
            name, pieces = self._text
            self.sent.append((name, "".join(pieces).removeprefix("\n")))
            self._text = None

    def handle_data(self, data):
        if self._text:
            self._text[1].append(data)

    def _input(self, name, given):
        kind = given.get("type", "text")
        if kind in ("checkbox", "radio"):
            if "checked" in given:
                self.sent.append((name, given.get("value") or "on"))
        elif kind not in ("file", "submit"):
            self.sent.append((name, given.get("value") or ""))


def sent_by_a_browser(html: str) -> QueryDict:
    """Return what the forms in *html* send when nobody touches them."""
    controls = _Controls()
    controls.feed(html)
    data = QueryDict(mutable=True)
    for name, value in controls.sent:
        data.appendlist(name, value)
    return data
