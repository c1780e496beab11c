import pytest

from codeassist.cdi import query_templates
from codeassist.errors import DataFileError


def test_a_template_of_an_unknown_kind_is_refused(tmp_path, monkeypatch):
    columns = "kind\taxis\tformat\ttitle\tquestion\tchoices"
    (tmp_path / "query_templates.tsv").write_text(f"{columns}\nvague\t*\topen\tt\tq\t\n", encoding="utf-8")
    monkeypatch.setattr(query_templates, "FOLDER", tmp_path)

    with pytest.raises(DataFileError, match=r"^query_templates.tsv: kind is 'vague'; expected one of unspecified"):
        query_templates.load_templates.__wrapped__()
