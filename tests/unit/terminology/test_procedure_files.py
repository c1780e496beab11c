"""Published files about procedure codes: every layout is read, everything else is refused in one line.

The descriptors here are invented; only the layouts are those of the publishers.
"""

import zipfile

import pytest

from codeassist.errors import AssetError, ConfigError, DataFileError
from codeassist.terminology.procedure_files import (
    CONSUMER,
    FEES,
    HCPCS,
    LONG,
    MEDIUM,
    MUE,
    PTP,
    SHORT,
    is_procedure_file,
    read_procedure_file,
)
from codeassist.terminology.procedure_sets import (
    PairTable,
    holds_procedure_file,
    import_procedure_set,
    list_procedure_sets,
    load_installed_codes,
    remove_procedure_set,
)


def contract_line(code, kind, long, short="", added="20200101", ended=""):
    """Return a record of the HCPCS contractor file, 320 characters."""
    line = f"{code:<5}00100{kind}{long:<80}{short:<28}"
    return f"{line:<268}{added:<8}{'20200101':<8}{ended:<8}N".ljust(320)


HCPCS_FILE = "\r\n".join(
    (
        contract_line("A1", "7", "An invented modifier"),
        contract_line("X1000", "3", "An invented thing of which the name goes on", "Invented thing"),
        contract_line("X1000", "4", "over a second record"),
        contract_line("X2000", "3", "A thing no longer used", "Old thing", ended="20291231"),
        contract_line("X3000", "3", "A thing that ends this year", "Ending thing", ended="20310630"),
    )
)
FEE_FILE = (
    "National Physician Fee Schedule\n"
    ",,,,,,PCTC,GLOB,MULT,BILAT\n"
    "HCPCS,MOD,DESCRIPTION,STATUS,WORK,TOTAL,IND,DAYS,PROC,SURG\n"
    "99990,,INVENTED,A,1.0,2.0,0,010,2,1\n"
    "99990,26,INVENTED,A,1.0,2.0,0,XXX,0,0\n"
)
PTP_FILE = (
    "Column1/Column2 Edits\n"
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\n"
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\n"
    "99990\t99991\t\t20300101\t*\t1\tInvented\n"
    "99990\t99992\t\t20300101\t20300331\t1\tInvented\n"
    "99993\t99991\t\t20300101\t*\t0\tInvented\n"
)
MUE_FILE = (
    '"HCPCS/CPT Code","Practitioner Services MUE Values","MUE Adjudication Indicator","MUE Rationale"\n'
    '"99990","2","3 Date of Service Edit: Clinical","Invented"\n'
)
CONSUMER_FILE = "Concept Id\tCPT Code\tConsumer Friendly Descriptor\n1000\t99990\tAn invented kindness\n"
SHORT_FILE = "An invented notice of copyright\n\n99990 INVENTED SHORT\n99991 OTHER SHORT\n"
MEDIUM_FILE = "99990 AN INVENTED DESCRIPTOR OF MEDIUM LENGTH\n"
LONG_FILE = "99990\tAn invented descriptor that is long enough to be told from one of medium length\n"


@pytest.fixture
def put(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8", newline="")
        return path

    return write


@pytest.mark.parametrize(
    ("text", "kind", "rows"),
    [
        (SHORT_FILE, SHORT, [("99990", "INVENTED SHORT"), ("99991", "OTHER SHORT")]),
        (MEDIUM_FILE, MEDIUM, [("99990", "AN INVENTED DESCRIPTOR OF MEDIUM LENGTH")]),
        (LONG_FILE, LONG, [tuple(LONG_FILE.rstrip("\n").split("\t"))]),
        (CONSUMER_FILE, CONSUMER, [("99990", "An invented kindness")]),
        (
            HCPCS_FILE,
            HCPCS,
            [
                (
                    "X1000",
                    "Invented thing",
                    "An invented thing of which the name goes on over a second record",
                    "20200101",
                    "",
                ),
                ("X2000", "Old thing", "A thing no longer used", "20200101", "20291231"),
                ("X3000", "Ending thing", "A thing that ends this year", "20200101", "20310630"),
            ],
        ),
        (FEE_FILE, FEES, [("99990", "", "0", "010", "2", "1"), ("99990", "26", "0", "XXX", "0", "0")]),
        (
            PTP_FILE,
            PTP,
            [
                ("99990", "99991", "20300101", "", "1"),
                ("99990", "99992", "20300101", "20300331", "1"),
                ("99993", "99991", "20300101", "", "0"),
            ],
        ),
        (MUE_FILE, MUE, [("99990", "2", "3")]),
    ],
)
def test_a_published_layout_is_read(text, kind, rows):
    assert read_procedure_file(text.encode(), "a file") == (kind, rows)


def test_text_of_the_older_character_set_is_read():
    assert read_procedure_file("99990 INVENTED \xe9\n".encode("cp1252"), "a file")[1] == [("99990", "INVENTED é")]


@pytest.mark.parametrize("text", ["", "hello", "Gout\t1\n", "99990 A CODE\nand then prose\n", "a,b\n1,2\n"])
def test_another_file_is_refused_in_one_line(text):
    assert not is_procedure_file(text.encode())
    with pytest.raises(DataFileError, match=r"^notes.txt is no file of procedure codes; expected [^\n]*$"):
        read_procedure_file(text.encode(), "notes.txt")


def test_a_row_without_a_code_is_refused_with_its_number():
    with pytest.raises(DataFileError, match=r"list\.txt, row 1: 'not a code' is not a procedure code"):
        read_procedure_file(CONSUMER_FILE.replace("99990", "not a code").encode(), "list.txt")


def test_imported_files_of_one_year_lie_together(own_cache, put):
    import_procedure_set(put("SHORT_2031.txt", SHORT_FILE))
    (info,) = import_procedure_set(put("LONG_2031.txt", LONG_FILE))

    assert (info.system, info.edition, info.source, info.rows) == (
        "CPT",
        "2031",
        "LONG_2031.txt",
        {"short": 2, "long": 1},
    )
    assert list_procedure_sets() == (info,)


def test_the_longest_text_is_shown_and_the_others_are_searched(own_cache, put):
    for name, text in (("a2031.txt", SHORT_FILE), ("b2031.txt", LONG_FILE), ("c2031.txt", CONSUMER_FILE)):
        import_procedure_set(put(name, text))

    installed = load_installed_codes()

    assert installed.texts[("CPT", "99990")].startswith("An invented descriptor")
    assert installed.other_texts[("CPT", "99990")] == ("INVENTED SHORT", "An invented kindness")
    assert installed.editions == {"CPT": "2031"}


def test_a_zip_file_gives_every_code_in_force(own_cache, tmp_path):
    path = tmp_path / "january-2031-alpha-numeric-hcpcs-file.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("HCPC2031_JAN.txt", HCPCS_FILE)
        archive.writestr("HCPC2031_recordlayout.txt", "a page that explains\n")
        archive.writestr("HCPC2031_JAN.xlsx", b"PK")

    (info,) = import_procedure_set(path)

    assert (info.system, info.rows) == ("HCPCS", {"codes": 3})
    assert sorted(code for _, code in load_installed_codes().texts) == ["X1000", "X3000"]


def test_edits_are_found_and_those_that_ended_are_not(own_cache, put):
    import_procedure_set(put("ccipra-f1.txt", PTP_FILE), edition="2031")
    import_procedure_set(put("ccipra-f2.txt", PTP_FILE.replace("99993", "99994")), edition="2031")
    import_procedure_set(put("mue.csv", MUE_FILE), edition="2031")

    installed = load_installed_codes()

    assert [installed.pairs.find(first, "99991") for first in ("99990", "99993", "99994")] == [True, False, False]
    assert installed.pairs.find("99990", "99992") is None
    assert installed.pairs.find("00000", "00000") is None
    assert installed.most_units == {"99990": 2}


def test_an_empty_table_of_pairs_has_none():
    assert PairTable(b"").find("99990", "99991") is None


def test_the_fee_schedule_is_kept(own_cache, put):
    (info,) = import_procedure_set(put("PPRRVU2031_JAN.csv", FEE_FILE))

    assert (info.system, info.edition, info.rows) == ("MPFS", "2031", {"indicators": 2})


def test_a_folder_is_read_file_by_file(own_cache, put, tmp_path):
    put("SHORTU_2031.txt", SHORT_FILE)
    put("readme.md", "no table")

    assert holds_procedure_file(tmp_path)
    assert [info.rows for info in import_procedure_set(tmp_path)] == [{"short": 2}]


@pytest.mark.parametrize(
    ("name", "text", "edition", "message"),
    [
        ("notes.txt", "hello", None, "notes.txt holds no file of procedure codes"),
        ("SHORTU.txt", SHORT_FILE, None, "SHORTU.txt: no name tells the year of the set"),
        ("SHORTU.txt", SHORT_FILE, "soon", "SHORTU.txt: no name tells the year of the set"),
        ("SHORTU.xlsx", SHORT_FILE, "2031", "SHORTU.xlsx holds no file of procedure codes"),
    ],
)
def test_what_cannot_be_imported_is_said_in_one_line(own_cache, put, name, text, edition, message):
    with pytest.raises(DataFileError, match=f"^{message}[^\n]*$"):
        import_procedure_set(put(name, text), edition=edition)

    assert list_procedure_sets() == ()


def test_a_file_that_is_not_there_holds_nothing(tmp_path):
    assert not holds_procedure_file(tmp_path / "absent.txt")


def test_a_set_is_removed_by_its_name(own_cache, put):
    import_procedure_set(put("SHORT_2031.txt", SHORT_FILE))

    remove_procedure_set("CPT-2031")

    assert list_procedure_sets() == ()
    with pytest.raises(ConfigError, match="'CPT-2031' is no imported set of procedure codes; installed: none"):
        remove_procedure_set("CPT-2031")


@pytest.mark.parametrize(("name", "text"), [("short.tsv", SHORT_FILE), ("ptp.tsv", PTP_FILE)])
def test_a_file_that_was_changed_is_refused(own_cache, put, name, text):
    (info,) = import_procedure_set(put("SET_2031.txt", text))
    path = own_cache / "editions" / info.system / info.edition / name
    path.write_bytes(path.read_bytes() + b"\n")

    with pytest.raises(AssetError, match=f"{name} was changed after its import"):
        load_installed_codes()


def test_a_damaged_set_is_named(own_cache, put):
    import_procedure_set(put("SHORT_2031.txt", SHORT_FILE))
    (own_cache / "editions" / "CPT" / "2031" / "edition.json").write_text("[]")

    with pytest.raises(AssetError, match=r"the imported set in .* is damaged"):
        list_procedure_sets()
