"""Views that tools/viewc must refuse, with the line it names, and views that it must take."""
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VIEWC = os.path.join(ROOT, "tools", "viewc")
HEAD = "{% view v struct s *v %}\n"

# (what, view after its head, line, a part of the message)
REFUSED = [
    ("an expression in a script", "<script>{{ v->a }}</script>", 2, "<script>"),
    ("in a style", "<p>\n<style>{{ v->a }}</style>", 3, "<style>"),
    ("in an event handler", '<p onclick="{{ v->a }}">', 2, "onclick"),
    ("in an event handler in capitals", '<p ONLOAD="{{ v->a }}">', 2, "onload"),
    ("in a style attribute", '<p style="{{ v->a }}">', 2, "style"),
    ("in srcset", '<img srcset="{{ v->a }}">', 2, "srcset"),
    ("in srcdoc", '<iframe srcdoc="{{ v->a }}">', 2, "srcdoc"),
    ("an http-equiv attribute", '<meta http-equiv="refresh" content="{{ v->a }}">', 2, "http-equiv"),
    ("an unquoted value", "<p class={{ v->a }}>", 2, "unquoted"),
    ("behind the beginning of an unquoted value", "<p class=a{{ v->a }}>", 2, "unquoted"),
    ("where an attribute could stand", "<p {{ v->a }}>", 2, "the tag <p>"),
    ("behind a value", '<p class="a"{{ v->a }}>', 2, "the tag <p>"),
    ("in an attribute's name", '<p data-{{ v->a }}="1">', 2, "attribute's name"),
    ("in a tag's name", "<h{{ v->a }}>", 2, "tag's name"),
    ("as a tag's name", "<{{ v->a }}>", 2, "tag's name"),
    ("in an end tag", "<p></p {{ v->a }}>", 2, "the tag <p>"),
    ("in a comment", "<!-- {{ v->a }} -->", 2, "comment"),
    ("in a declaration", "<!doctype {{ v->a }}>", 2, "declaration"),
    ("in noscript", "<noscript>{{ v->a }}</noscript>", 2, "<noscript>"),
    ("in xmp", "<xmp>{{ v->a }}</xmp>", 2, "<xmp>"),
    ("in a script's attribute", '<script type="{{ v->a }}"></script>', 2, "type"),
    ("a script from anywhere", '<script src="{{ v->a }}"></script>', 2, "written out"),
    ("a script from another origin", '<script src="//{{ v->a }}"></script>', 2, "written out"),
    ("a script from a host in backslashes", '<script src="/\\{{ v->a }}"></script>', 2, "written out"),
    ("a script below the root", '<script src="/{{ v->a }}"></script>', 2, "written out"),
    ("a frame from anywhere", '<iframe src="{{ v->a }}"></iframe>', 2, "written out"),
    ("a style sheet from anywhere", '<link href="{{ v->a }}">', 2, "written out"),
    ("a base", '<base href="/">', 2, "<base>"),
    ("an animated link", '<svg><a><animate attributeName="href"/></a></svg>', 2, "<animate>"),
    ("part of a scheme", '<a href="java{{ v->a }}">', 2, "scheme"),
    ("a written scheme", '<a href="javascript:alert(1)">', 2, "javascript"),
    ("a written scheme, unquoted", "<a href=data:x>", 2, "data"),
    ("a written scheme before an expression", '<a href="data:text/{{ v->a }}">', 2, "data"),
    ("a letter behind a URL", '<a href="{{ v->a }}x">', 2, "begins a URL"),
    ("a colon behind a URL", '<a href="{{ v->a }}:x">', 2, "begins a URL"),
    ("two URLs in one", '<a href="{{ v->a }}{{ v->a }}">', 2, "scheme"),
    ("a formaction's scheme", '<button formaction="v{{ v->a }}">', 2, "scheme"),
    ("a tag hidden in a title", "<svg><title><b>{{ v->a }}</b></title></svg>", 2, "<title>"),
    ("a broken tag", "a < b", 2, "&lt;"),
    ("a processing instruction", "<?php ?>", 2, "&lt;"),
    ("CDATA", "<![CDATA[x]]>", 2, "doctype"),
    ("a comment that ends early", "<!-->{{ v->a }}", 2, "early"),
    ("a quote in a name", '<p a"b="{{ v->a }}">', 2, "name"),
    ("an open tag at the end", "<p", 3, "ends in"),
    ("an open value at the end", '<p class="a', 3, "ends in"),
    ("an open script at the end", "<script>x", 3, "ends in"),
    ("a block that opens a value", '<p{% if (v) { %} class="{% } %}">', 2, "must end where it began"),
    ("a block that opens a script", "{% if (v) { %}<script>{% } %}</script>", 2, "code inside <script>"),
    ("an else that differs", "{% if (v) { %}a{% } else { %}<p {% } %}", 2, "must end where it began"),
    ("a block that begins a URL", '<a href="{% if (v) { %}/{% } %}{{ v->a }}">', 2, "must end where it began"),
    ("a break out of a value", '{% for (;;) { %}<p class="{% if (v) { break; } %}">{% } %}', 2, "'break'"),
    ("a goto", "{% goto end; %}", 2, "goto"),
    ("a return", "<p>{% return; %}</p>", 2, "return"),
    ("an if without braces", "{% if (v) %}<p></p>", 2, "brace"),
    ("an else without braces", "{% if (v) { %}{% } else %}<p></p>", 2, "brace"),
    ("code in a script", "<script>{% int a = 1; %}</script>", 2, "<script>"),
    ("code in a comment", "<!-- {% int a = 1; %} -->", 2, "comment"),
    ("attributes run together", '<p{% if (v) { %}class="a"{% } %}>', 2, "space"),
    ("raw output", "{% buf_z(out, v->a); %}", 2, "buf_z"),
    ("raw output by a put function", "{% put_safe(out, v->a); %}", 2, "put_safe"),
    ("raw output in an expression", "{{ buf_z(out, v->a) }}", 2, "buf_z"),
    ("the buffer handed on", "{% helper(out); %}", 2, "out"),
    ("the buffer's bytes", "{% out->n = 0; %}", 2, "out"),
    ("a view in a value", '<p class="{% view_a(out, v); %}">', 2, "cannot be called"),
    ("the preprocessor", "{%\n#define x {}\n %}", 2, "#"),
    ("two statements as an expression", "{{ v->a); f(v->b }}", 2, "expression"),
    ("a statement as an expression", "{{ v->a; }}", 2, "expression"),
    ("an empty expression", "{{ }}", 2, "expression"),
    ("an open expression", "<p>{{ v->a }</p>", 2, "other half"),
    ("an open statement", "<p>\n{% if (v) {</p>", 3, "other half"),
    ("an open brace", "{% if (v) { %}", 2, "never closed"),
    ("a brace too many", "{% } %}", 2, "closes nothing"),
    ("a bad head", "{% view b %}", 2, "view NAME"),
    ("a name twice", "{% view v struct s *v %}", 2, "second"),
]

# (what, view after its head, a part of the C that it gives)
TAKEN = [
    ("text", "<p>{{ v->a }}</p>", "put_text(out, v->a);"),
    ("a value", '<p class="a {{ v->a }}">', "put_attr(out, v->a);"),
    ("a value in single quotes", "<p title='{{ v->a }}'>", "put_attr(out, v->a);"),
    ("a text area", "<textarea>{{ v->a }}</textarea>", "put_attr(out, v->a);"),
    ("a title", "<title>{{ v->a }} · x</title>", "put_attr(out, v->a);"),
    ("a URL", '<a href="{{ v->a }}">', "put_url(out, v->a);"),
    ("a URL in capitals", '<A HREF="{{ v->a }}">', "put_url(out, v->a);"),
    ("a URL that goes on", '<a href="{{ v->a }}/x?y={{ v->b }}">', "put_url_part(out, v->b);"),
    ("a path", '<a href="/x/{{ v->a }}">', "put_url_part(out, v->a);"),
    ("a fragment", '<a href="#{{ v->a }}">', "put_url_part(out, v->a);"),
    ("an address", '<a href="mailto:{{ v->a }}">', "put_url_part(out, v->a);"),
    ("a form's action", '<form action="{{ v->a }}">', "put_url(out, v->a);"),
    ("an own script", '<script src="/assets/a.js?{{ v->a }}"></script>', "put_url_part(out, v->a);"),
    ("path data", '<path d="{{ v->a }}"/>', "put_svg_path(out, v->a);"),
    ("an optional attribute", "<input{% if (v->a) { %} checked{% } %}>", "if (v->a) {"),
    ("a part of a value", '<p class="a{% if (v->a) { %} b{% } %}">', '" b"'),
    ("a part of a query", '<a href="/?a={{ v->a }}{% if (v->b) { %}&amp;b={{ v->b }}{% } %}">', "put_url_part(out, v->b)"),
    ("a loop", "{% for (int i = 0; i < v->n; i++) { %}<p>{{ v->x[i] }}</p>{% } %}", "put_text(out, v->x[i]);"),
    ("a switch", "{% switch (v->a) { %}{% case 1: %}a{% break; %}{% default: %}b{% } %}", "case 1:"),
    ("another view", "{% view_b(out, &(struct t){.a = v->a}); %}", "view_b(out,"),
    ("a member called out", "{% if (v->out.n > 0) { %}x{% } %}", "v->out.n"),
    ("braces in strings", '{% if (v->a == \'{\' && f("}")) { %}x{% } %}', "f("),
    ("a note", "{# <script> {{ x }} #}<p>", '"<p>"'),
    ("a comment", "<!-- a -- b -->{{ v->a }}", "put_text(out, v->a);"),
    ("quotes and trigraphs", 'a "b" \\ ??/', '\\"b\\" \\\\ \\?\\?/'),
    ("lines", "<p>\n<b>\n{{ v->a }}</b></p>", "#line 4 "),
]


def run(folder, text):
    path = os.path.join(folder, "in.html")
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    base = os.path.join(folder, "out")
    done = subprocess.run([VIEWC, "-o", base, path], capture_output=True, text=True)
    if done.returncode != 0:
        return path, None, done.stderr
    with open(base + ".c", encoding="utf-8") as f:
        return path, f.read(), done.stderr


def main():
    passed = failed = 0

    def check(ok, name, seen):
        nonlocal passed, failed
        passed, failed = passed + ok, failed + (not ok)
        if not ok:
            print(f"FAILED {name}: {seen}")

    with tempfile.TemporaryDirectory() as folder:
        for what, view, line, message in REFUSED:
            path, code, error = run(folder, HEAD + view + "\n")
            ok = code is None and error.startswith(f"{path}:{line}: ") and message in error
            check(ok, f"must refuse {what}", error or code)
        for what, view, part in TAKEN:
            path, code, error = run(folder, HEAD + view + "\n")
            check(code is not None and part in code, f"must take {what}", error or code)
        # What was refused leaves the files of the last good run alone.
        run(folder, HEAD + "<p>good</p>")
        run(folder, HEAD + "<p")
        with open(os.path.join(folder, "out.c"), encoding="utf-8") as f:
            check("good" in f.read(), "a refused view must change nothing", "it did")
    print(f"viewc: {passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
