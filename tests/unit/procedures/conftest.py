import pytest

from codeassist.config import ProcedureSettings
from codeassist.procedures.stage import ProcedureStage
from codeassist.procedures.wording import ProcedureWords
from codeassist.sections.stage import SectionStage
from codeassist.terminology.procedure_sets import InstalledCodes
from codeassist.terminology.procedure_tables import load_procedure_tables
from codeassist.terminology.words import WordNormalizer


@pytest.fixture(scope="session")
def normalizer():
    return WordNormalizer.load()


@pytest.fixture(scope="session")
def words(normalizer):
    return ProcedureWords(normalizer, load_procedure_tables().words)


@pytest.fixture(scope="session")
def sectionize():
    return SectionStage.load()


@pytest.fixture(scope="session")
def stage(normalizer):
    return ProcedureStage.load(load_procedure_tables(), InstalledCodes(), normalizer, settings=ProcedureSettings())
