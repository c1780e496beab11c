import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeassist.core.notes import Note, Span
from codeassist.core.results import DISCLAIMER
from codeassist.report.page import cut_note, render_page
from codeassist.report.view import make_views
from made_results import (
    make_candidate,
    make_mention,
    make_procedure,
    make_procedure_result,
    make_result,
    make_suggestion,
    suggest_visit,
)

VOID = {"meta", "link", "br", "rect"}


class Page(HTMLParser):
    """Reads a page as a browser would: its elements, the text of its notes, and whether every element is closed."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.open, self.notes, self.inline = [], [], [], {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append((tag, dict(attrs).get("class", "")))
        if dict(attrs).get("class") == "note":
            self.notes.append("")

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        if ("div", "note") in self.open:
            self.notes[-1] += data
        if self.open and self.open[-1][0] in ("style", "script"):
            self.inline[self.open[-1][0]] = data

    def all(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]

    def of_class(self, name):
        return [attrs for _, attrs in self.elements if name in (attrs.get("class") or "").split()]


def suggest_gout(note):
    yield make_suggestion((make_candidate(make_mention(note, "Gout"), "M10.9", "Gout, unspecified"),))


@pytest.fixture
def page():
    return Page(render_page([make_procedure_result()]))


def test_the_page_is_as_reviewed(check_golden):
    check_golden("result_page.html", render_page([make_procedure_result()]))


def test_every_element_is_closed(page):
    assert page.open == []


def test_names_of_elements_are_unique(page):
    names = [attrs["id"] for _, attrs in page.elements if "id" in attrs]

    assert len(set(names)) == len(names) > 5


def test_nothing_is_asked_of_another_place(page):
    addresses = [
        value
        for _, attrs in page.elements
        for key, value in attrs.items()
        if key in ("src", "href", "action", "srcset", "data", "poster", "background")
    ]

    assert {address for address in addresses if not address.startswith("#")} == {"data:,"}
    assert "url(" not in page.inline["style"]
    assert "@import" not in page.inline["style"]
    assert not re.search(r"fetch|XMLHttp|import\(|WebSocket|sendBeacon|eval|innerHTML", page.inline["script"])


def test_the_policy_allows_this_style_and_script_and_nothing_else(page):
    def digest(text):
        return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

    (policy,) = [meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy"]

    assert policy.split("; ") == [
        "default-src 'none'",
        "img-src data:",
        f"style-src '{digest(page.inline['style'])}'",
        f"script-src '{digest(page.inline['script'])}'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    assert not [attrs for _, attrs in page.elements if "style" in attrs or any(key.startswith("on") for key in attrs)]


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "</div></section><script>alert(1)</script>",
        "\"'><img src=x onerror=alert(1)>",
        "<!-- --><![CDATA[ ]]><svg onload=alert(1)>",
        "{{ 7 * 7 }}{% raw %}",
        "&lt;script&gt;&amp;amp;",
    ],
)
def test_a_note_with_markup_stays_text(attack):
    text = f"Gout {attack} Gout"
    plain = Page(render_page([make_result("Gout and Gout", suggest=suggest_gout)]))

    page = Page(render_page([make_result(text, note_id=attack, suggest=suggest_gout)]))

    assert page.notes == [text]
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in plain.elements]


def test_evidence_and_suggestions_point_to_each_other(page):
    cards = {attrs["id"] for attrs in page.of_class("card")}
    marks = {attrs["id"]: attrs for attrs in page.of_class("mark")}

    targets = {attrs["href"][1:] for attrs in page.all("a") if "class" not in attrs}

    assert len(cards) == 5
    assert targets == set(marks)
    assert {card for attrs in marks.values() for card in attrs["data-cards"].split()} == cards
    assert all(attrs["href"][1:] in cards for attrs in marks.values())


def test_evidence_of_a_reported_and_a_considered_code_has_the_colour_of_the_reported():
    def suggest(note):
        mention = make_mention(note, "Gout")
        yield make_suggestion((make_candidate(mention, "M10.9", "Gout"),), disposition="consider")
        yield make_suggestion((make_candidate(mention, "M10.00", "Idiopathic gout"),), disposition="report")

    (mark,) = Page(render_page([make_result("Gout.", suggest=suggest)])).of_class("mark")

    assert mark["class"] == "mark report"
    assert mark["title"] == "M10.00, M10.9"


def test_a_procedure_has_modifiers_units_diagnoses_and_flags(page):
    shown = " ".join(render_page([make_procedure_result()]).split())

    assert [attrs["id"] for attrs in page.of_class("card")] == ["e1-s1", "e1-s2", "e1-s3", "e1-p1", "e1-p2"]
    assert (
        '<span class="code">99990</span> <span class="modifier" title="modifier">RT</span> '
        '<span class="modifier" title="modifier">59</span> <small title="units">x2</small>'
    ) in shown
    assert [attrs["href"] for attrs in page.all("a") if attrs.get("class") == "code"] == ["#e1-s3", "#e1-s2"]
    for words in ("named as performed", "not paid together (99991)", "title and account differ: side"):
        assert f">{words}<" in shown or f">{words} <" in shown


def test_a_reported_procedure_comes_before_a_considered_diagnosis_of_the_same_words():
    def suggest(note):
        yield make_suggestion((make_candidate(make_mention(note, "Gout"), "M10.9", "Gout"),), disposition="consider")

    result = make_result("Gout.", suggest=suggest)
    done = make_procedure(result.encounter.notes[0], "Gout", ("99990", "An invented procedure"))

    (mark,) = Page(render_page([replace(result, procedures=(done,))])).of_class("mark")

    assert mark["class"] == "mark report"
    assert mark["title"] == "99990, M10.9"


def test_a_page_without_procedures_does_not_speak_of_them():
    assert ">Procedures" not in render_page([make_result(suggest=suggest_visit)])


def test_an_empty_note_has_a_page_that_says_so():
    shown = render_page([make_result("")])

    assert "No diagnosis was found" in shown
    assert Page(shown).open == []


def test_several_encounters_stand_on_one_page_under_a_list():
    results = [make_result("Gout.", note_id=name, suggest=suggest_gout) for name in ("a.txt", "b.txt")]

    page = Page(render_page(results))

    assert page.notes == ["Gout.", "Gout."]
    assert [attrs["id"] for attrs in page.all("article")] == ["e1", "e2"]
    assert [attrs["href"] for attrs in page.all("a") if attrs["href"] in ("#e1", "#e2")] == ["#e1", "#e2"]
    names = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(set(names)) == len(names)


def test_of_much_evidence_all_is_marked_and_some_is_listed():
    def suggest(note):
        mentions = [make_mention(note, "Gout", after=5 * i) for i in range(25)]
        yield make_suggestion([make_candidate(each, "M10.9", "Gout, unspecified") for each in mentions])

    shown = render_page([make_result("Gout " * 25, suggest=suggest)])

    assert len(Page(shown).of_class("mark")) == 25
    assert len(Page(shown).of_class("quote")) == 20
    assert "and 5 more, marked in the record" in shown


def test_the_page_says_that_a_person_decides():
    assert DISCLAIMER.replace("'", "&#39;") in render_page([make_result(suggest=suggest_visit)])


def test_windows_line_ends_are_single_and_controls_are_shown():
    page = Page(render_page([make_result("Gout.\r\nNext\x00\x0cpage\u202e", suggest=suggest_gout)]))

    assert page.notes == ["Gout.\nNext\ufffd\npage\ufffd"]


@given(st.text(alphabet="ab<&\n", min_size=1, max_size=30), st.lists(st.tuples(st.integers(0, 29), st.integers(1, 30))))
def test_pieces_joined_are_the_note_and_know_their_evidence(text, places):
    """Overlapping and nested evidence included."""
    note = Note("n", text)
    spans = {Span("n", start, end) for start, end in places if start < end <= len(text)}
    (view,) = make_views(make_result("Gout.", suggest=suggest_gout))["report"]
    views = {span: [(f"s{number}", view)] for number, span in enumerate(sorted(spans))}

    pieces = list(cut_note(note, views, prefix="p"))

    assert "".join(piece.text for piece in pieces) == text
    at = 0
    for piece in pieces:
        over = [views[span][0][0] for span in sorted(spans) if span.start < at + len(piece.text) and at < span.end]
        assert sorted(piece.cards) == sorted(over)
        at += len(piece.text)
