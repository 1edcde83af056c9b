"""The ends that a résumé file can come to, each with the sentence that the person reads. One place for these words."""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    "parsed": "The résumé was read.",
    "needs_ocr": "The file holds pictures of text, not text. Upload the document it was scanned or exported from.",
    "encrypted": "The file is protected by a password. Save it without a password and upload it again.",
    "corrupt": "The file is damaged and cannot be opened. Export it again and upload the new file.",
    "empty": "The file has no text. Check that it is the right file.",
    "too_large": "The file is larger than what is read. Upload a shorter or smaller version.",
    "unsupported": "The kind of file is not read. Upload a PDF, DOCX, ODT, RTF, HTML, Markdown, text or JSON Resume file.",  # noqa: E501
    "timed_out": "Reading the file took too long. Export it again, or upload it as another kind of file.",
    "malicious": "The file does what no résumé needs to do, so it was not read. Export it again from a word processor.",
}
STATUSES = tuple(SENTENCES)


class Refused(Exception):
    """A file comes to another end than "parsed".

    Args:
        status: one of ``STATUSES``.
        reason: the sentence for the person; the status's own if not given.
    """

    def __init__(self, status: str, reason: str | None = None) -> None:
        self.status = status
        self.reason = reason or SENTENCES[status]
        super().__init__(self.reason)

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return type(self), (self.status, self.reason)
