"""Runs the command line: ``python -m codeassist``."""

from codeassist.cli import main

if __name__ == "__main__":
    main()
