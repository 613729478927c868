"""Every tag of the lookbook's pages is closed where it should be, no id stands twice, every label and link finds its target:
python3 lookbook_tags.py DIR. Browsers mend such mistakes silently; people who read the source should not."""
import pathlib
import sys
from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br", "img", "hr", "rect", "path"}


class Page(HTMLParser):
    def __init__(self, name):
        super().__init__()
        self.name, self.stack, self.ids, self.wanted, self.faults = name, [], set(), [], []

    def fault(self, what):
        self.faults.append(f"{self.name}:{self.getpos()[0]}: {what}")

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if len(given) != len(attrs):
            self.fault(f"an attribute of <{tag}> stands twice")
        if "id" in given:
            if given["id"] in self.ids:
                self.fault(f"id {given['id']} stands twice")
            self.ids.add(given["id"])
        for name in ("for", "aria-labelledby", "aria-describedby"):
            self.wanted += [(target, self.getpos()[0]) for target in (given.get(name) or "").split()]
        if (given.get("href") or "").startswith("#"):
            self.wanted.append((given["href"][1:], self.getpos()[0]))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.stack.pop()

    def handle_endtag(self, tag):
        if not self.stack or self.stack.pop() != tag:
            self.fault(f"</{tag}> closes something else")

    def finish(self):
        if self.stack:
            self.fault(f"never closed: {self.stack}")
        for target, line in self.wanted:
            if target not in self.ids:
                self.faults.append(f"{self.name}:{line}: nothing is called {target}")
        return self.faults


faults = []
pages = sorted(pathlib.Path(sys.argv[1]).glob("*.html"))
for path in pages:
    page = Page(path.name)
    page.feed(path.read_text(encoding="utf-8"))
    faults += page.finish()
print("\n".join(faults + [f"tags: {len(pages)} pages, {len(faults)} faults"]))
sys.exit(1 if faults or not pages else 0)
