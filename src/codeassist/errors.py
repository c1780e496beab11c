"""The exceptions that codeassist raises; the first link of the chain, imported by every other module."""


class CodeAssistError(Exception):
    """This is the root of every error that codeassist raises on purpose."""


class CodeFormatError(CodeAssistError, ValueError):
    """This is the error for text that does not have the shape of a code."""


class UnknownCodeError(CodeAssistError, LookupError):
    """This is the error for a well-shaped code that is absent from the edition."""


class ConfigError(CodeAssistError, ValueError):
    """This is the error for a setting that is unknown or has a wrong value."""


class AssetError(CodeAssistError):
    """This is the error for a data or model file that is missing, damaged or of the wrong kind."""


class DataFileError(CodeAssistError):
    """This is the error for an input file or row that cannot be read; it names file, line and what was expected."""


class UnsupportedInputError(CodeAssistError, TypeError):
    """This is the error for an argument that is not a note, an encounter or text."""
