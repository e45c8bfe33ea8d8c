"""Files with a password: workbooks (OLE, old and new encryption) and zips (ZipCrypto and AES). No password is kept."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import msoffcrypto
import pyzipper
from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError

from opsplan.lib.problems import FileProblem

SEALED = "file"  # the one entry of a zip that we lock ourselves
BAD_ZIP = (zipfile.BadZipFile, pyzipper.BadZipFile)  # two classes that do not know each other


def opened_zip(path: Path, password: str) -> zipfile.ZipFile:
    """A zip whose files are read with this password, whichever way they are locked."""
    try:
        bundle: zipfile.ZipFile = pyzipper.AESZipFile(path)
        bundle.setpassword(password.encode())
    except (*BAD_ZIP, OSError, ValueError, NotImplementedError):
        raise FileProblem("corrupt") from None
    return bundle


def unlock_workbook(path: Path, password: str, target: Path) -> None:
    """Write the workbook without its password to `target`. FileProblem: wrong_password, corrupt."""
    try:
        with path.open("rb") as source, target.open("wb") as out:
            target.chmod(0o600)
            book = msoffcrypto.OfficeFile(source)
            book.load_key(password=password, verify_password=True)
            book.decrypt(out)
    except (InvalidKeyError, DecryptionError):
        target.unlink(missing_ok=True)
        raise FileProblem("wrong_password") from None
    except (FileFormatError, ParseError, OSError, ValueError, KeyError, IndexError, TypeError, AttributeError):
        target.unlink(missing_ok=True)
        raise FileProblem("corrupt") from None


def seal(path: Path, target: Path, password: str) -> None:
    """Write a file into a new zip of its own, locked with AES-256; readable by its owner only."""
    try:
        with target.open("xb") as out:
            target.chmod(0o600)
            with pyzipper.AESZipFile(out, "w", pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as bundle:
                bundle.setpassword(password.encode())
                bundle.write(path, SEALED)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def unsealed(path: Path, password: str, size: int) -> Iterator[bytes]:
    """What was sealed, in pieces of `size` bytes. FileProblem: wrong_password, corrupt."""
    with opened_zip(path, password) as bundle:
        try:
            with bundle.open(SEALED) as file:
                while piece := file.read(size):
                    yield piece
        except RuntimeError:
            raise FileProblem("wrong_password") from None
        except (KeyError, *BAD_ZIP, EOFError, ValueError):
            raise FileProblem("corrupt") from None
