"""The spaCy component: one factory that attaches a CodingResult to every Doc; the only module that sets extensions.

``nlp.add_pipe("codeassist")`` works in any pipeline, a blank one included. The component reads the text of the Doc and
nothing else, so it neither needs nor disturbs what other components found.

Annotations are evaluated here, unlike in the other modules: spaCy reads those of a factory.
"""

from collections.abc import Callable
from functools import lru_cache

import srsly  # type: ignore[import-untyped]  # it has no annotations of its own
from pydantic import TypeAdapter
from spacy.language import Language
from spacy.tokens import Doc, Span, SpanGroup

from codeassist.core.mentions import Mention
from codeassist.core.notes import SETTINGS, Encounter, Note
from codeassist.core.results import CodingResult
from codeassist.errors import ConfigError
from codeassist.pipeline import CodeAssist, load

NAME = "codeassist"
_NOTE_ID = "doc"
_KEY = "__codeassist__"
Chain = Callable[[object], object] | None


class CodeAssistComponent:
    """This codes every Doc it is called with.

    ``doc._.codeassist`` is the CodingResult. ``doc.spans["codeassist"]`` are the mentions, in order: the label of each
    is its entity type, its ``kb_id`` the code of the best candidate, its ``id`` the place of the mention in
    ``doc._.codeassist.mentions``. Both survive ``Doc.to_bytes``, ``DocBin`` with user data, and ``n_process``.

    Parameters
    ----------
    assistant
        What codes; one is shared by all components of a process that name the same edition.
    setting
        ``"outpatient"`` or ``"inpatient"``, for every Doc.
    """

    def __init__(self, assistant: CodeAssist, *, setting: str) -> None:
        self._assistant = assistant
        self._setting = setting

    def __call__(self, doc: Doc) -> Doc:
        """Attach the result to the Doc and return it."""
        encounter = Encounter(_NOTE_ID, (Note(_NOTE_ID, doc.text),), setting=self._setting)
        result = self._assistant.code(encounter)
        doc._.set(NAME, result)
        doc.spans[NAME] = SpanGroup(doc, name=NAME, spans=_make_spans(doc, result))
        return doc


@Language.factory(
    NAME, default_config={"edition": None, "setting": SETTINGS[0]}, assigns=[f"doc._.{NAME}", "doc.spans"]
)
def make_codeassist(nlp: Language, name: str, edition: str | None, setting: str) -> CodeAssistComponent:
    """Make the component for ``nlp.add_pipe("codeassist")``.

    Parameters
    ----------
    nlp, name
        Given by spaCy.
    edition
        Edition of ICD-10-CM; by default the newest installed.
    setting
        ``"outpatient"`` or ``"inpatient"``.

    Raises
    ------
    ConfigError
        If the edition is not installed or the setting is unknown.

    Examples
    --------
    >>> import spacy
    >>> nlp = spacy.blank("en")
    >>> _ = nlp.add_pipe("codeassist", config={"setting": "inpatient"})
    >>> doc = nlp("Discharge diagnosis: probable aspiration pneumonia.")
    >>> [(span.text, span.label_) for span in doc.spans["codeassist"]]
    [('aspiration pneumonia', 'problem')]
    """
    if setting not in SETTINGS:
        msg = f"setting {setting!r} of the component {name!r} is unknown; expected one of {', '.join(SETTINGS)}"
        raise ConfigError(msg)
    Doc.set_extension(NAME, default=None, force=True)
    return CodeAssistComponent(_load(edition), setting=setting)


def encode_result(value: object, chain: Chain = None) -> object:
    """Write a CodingResult where spaCy writes a Doc as bytes; leave anything else to the next encoder."""
    if isinstance(value, CodingResult):
        return {_KEY: _get_adapter().dump_json(value)}
    return value if chain is None else chain(value)


def decode_result(value: object, chain: Chain = None) -> object:
    """Read a CodingResult where spaCy reads a Doc from bytes; leave anything else to the next decoder."""
    if isinstance(value, dict) and value.keys() == {_KEY}:
        return _get_adapter().validate_json(value[_KEY])
    return value if chain is None else chain(value)


@lru_cache(maxsize=1)
def _get_adapter() -> TypeAdapter[CodingResult]:
    return TypeAdapter(CodingResult)


@lru_cache(maxsize=4)
def _load(edition: str | None) -> CodeAssist:
    return load(edition)


def _make_spans(doc: Doc, result: CodingResult) -> list[Span]:
    code_by_mention: dict[Mention, str] = {}
    for candidate in result.candidates:
        code_by_mention.setdefault(candidate.mention, candidate.code.value)
    spans = []
    for place, mention in enumerate(result.mentions):
        # Tokens of another tokenizer may be wider than a mention: the span then covers them whole.
        span = doc.char_span(
            mention.span.start,
            mention.span.end,
            label=mention.entity_type,
            kb_id=code_by_mention.get(mention, ""),
            span_id=str(place),
            alignment_mode="expand",
        )
        if span is not None:
            spans.append(span)
    return spans


srsly.msgpack_encoders.register(NAME, func=encode_result)
srsly.msgpack_decoders.register(NAME, func=decode_result)
