"""Files with a password: workbooks (OLE, old and new encryption) and zips (ZipCrypto and AES). No password is kept."""

import zipfile
from pathlib import Path

import msoffcrypto
import pyzipper
from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError

from opsplan.lib.problems import FileProblem


def opened_zip(path: Path, password: str) -> zipfile.ZipFile:
    """A zip whose files are read with this password, whichever way they are locked."""
    try:
        bundle: zipfile.ZipFile = pyzipper.AESZipFile(path)
        bundle.setpassword(password.encode())
    except (zipfile.BadZipFile, pyzipper.BadZipFile, OSError, ValueError, NotImplementedError):
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
