"""HTML as its reader's browser takes it apart."""

from html.parser import HTMLParser

_VOID = {"meta", "br", "wbr", "img", "link", "hr", "input", "path", "circle", "use", "rect", "col"}


class Reader(HTMLParser):
    """Collects elements, text and badly nested tags."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.wrong, self.text = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag in _VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        self.text.append(data)

    def named(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]
