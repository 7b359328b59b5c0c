"""Writes a group of changed files, all of them or none; or one that may be new."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple


class FileChange(NamedTuple):
    """One file's new bytes: `path` as the user gave it, `before` as read when it was analysed."""

    path: str
    before: bytes
    after: bytes


class Refused(Exception):
    """A group that was not written; no file changed, unless `reason` names one that could not be put back."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


class _Job(NamedTuple):
    file: FileChange
    real: str
    temp: str


def write_all(changes: Sequence[FileChange]) -> None:
    """Writes every change, or none and raises Refused; an interrupt also leaves none and goes on to the caller.

    A new file takes the place of each, with its mode and, where the system lets us, its owner; ACLs are not kept. A symbolic
    link stays and its target is replaced; a hard link is broken: its other names keep the old bytes.
    Limit: a process killed between two replaces leaves the first files new and the rest old.
    """
    jobs, begun = _jobs(changes), list[_Job]()
    try:
        for job in jobs:
            _check(job)
        for job in jobs:
            _stage(job, job.file.after)
        for job in jobs:
            _check(job)
            begun.append(job)  # before the replace: an interrupt may come right after it
            with _refusing(job.file.path):
                os.replace(job.temp, job.real)
        _sync_folders(jobs)
    except BaseException as error:
        _discard(jobs)  # first, since the roll back may need the room on the disk
        lost = [job.file.path for job in reversed(begun) if not _put_back(job)]
        _sync_folders(begun)
        if lost and isinstance(error, Refused):
            raise Refused(error.path, f"{error.reason}; could not put back {', '.join(lost)}") from error
        raise


def write_one(path: str, data: bytes) -> None:
    """Writes a file that may be new, with the folders that it needs, whole or not at all; raises Refused.

    The mode of one that is there stays, and one that is read-only is refused. A symbolic link is replaced, not followed.
    """
    temp = _temp_name(path)
    try:
        with _refusing(path):
            os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
            mode = os.lstat(path).st_mode if os.path.exists(path) and not os.path.islink(path) else None
            if mode is not None and not stat.S_ISREG(mode):
                raise Refused(path, os.strerror(errno.EISDIR) if stat.S_ISDIR(mode) else "not a file")
            if mode is not None:
                _refuse_read_only(path, mode)
            with open(temp, "xb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            if mode is not None:
                os.chmod(temp, stat.S_IMODE(mode))
            os.replace(temp, path)
    finally:
        with suppress(OSError):
            os.unlink(temp)


def _jobs(changes: Sequence[FileChange]) -> list[_Job]:
    """What there is to write, one job for each real file however many names it was given by."""
    jobs: dict[str, _Job] = {}
    for change in changes:
        if change.before == change.after:
            continue
        real = os.path.realpath(change.path)
        first = jobs.setdefault(real, _Job(change, real, _temp_name(real))).file
        if (first.before, first.after) != (change.before, change.after):
            raise Refused(change.path, f"the same file as {first.path}, with another change")
    return list(jobs.values())


def _temp_name(real: str) -> str:
    """A name beside the file, short enough for any file system; known before the file exists, so that clean-up misses none."""
    folder, name = os.path.split(real)
    return os.path.join(folder, f".{name[:30]}.{secrets.token_hex(4)}.bce-lint.tmp")


@contextmanager
def _refusing(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Refused(path, error.strerror or str(error)) from error


def _refuse_read_only(path: str, mode: int) -> None:
    if not mode & 0o222 or not os.access(path, os.W_OK):
        raise Refused(path, "read-only")


def _check(job: _Job) -> None:
    """Refuses a file that is not as it was read, or that is read-only."""
    path = job.file.path
    with _refusing(path):
        mode = os.stat(path).st_mode if os.path.exists(path) else 0
        if not stat.S_ISREG(mode) or Path(path).read_bytes() != job.file.before:
            raise Refused(path, "changed since it was read")
        _refuse_read_only(path, mode)


def _stage(job: _Job, data: bytes) -> None:
    """Writes the temporary file, on the disk and with the mode and owner of the file that it will replace."""
    with _refusing(job.file.path):
        status = os.stat(job.real)
        with open(job.temp, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as stream:
            stream.write(data)
            stream.flush()
            for owner, group in ((-1, status.st_gid), (status.st_uid, -1)):
                with suppress(OSError, AttributeError):  # not ours to give away; no chown on Windows
                    os.chown(job.temp, owner, group)
            os.chmod(job.temp, stat.S_IMODE(status.st_mode))
            os.fsync(stream.fileno())


def _put_back(job: _Job) -> bool:
    """True if the file holds its old bytes again; bytes that someone else wrote meanwhile stay."""
    try:
        if (now := Path(job.real).read_bytes()) != job.file.after:
            return now == job.file.before
        _stage(job, job.file.before)
        os.replace(job.temp, job.real)
    except (OSError, Refused):
        return False
    finally:
        _discard([job])
    return True


def _discard(jobs: Sequence[_Job]) -> None:
    for job in jobs:
        with suppress(OSError):
            os.unlink(job.temp)


def _sync_folders(jobs: Sequence[_Job]) -> None:
    """Brings the new names to the disk; a system that cannot open a folder does it on its own."""
    for folder in {os.path.dirname(job.real) for job in jobs}:
        with suppress(OSError):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
