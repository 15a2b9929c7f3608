"""Stored results: what ``instroom compute`` made, as rows that pages only look up."""

from django.db import models

from instroom_web.reports.screened import ScreenedDocument, ScreenedFigure


class StoredDocument(models.Model):
    """One page in one language; with language ``""`` an answer of the open interface."""

    language = models.CharField(max_length=8, blank=True)
    key = models.CharField(max_length=300, blank=True)
    title = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    body = ScreenedDocument()
    digest = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["language", "key"], name="document_once_per_language")
        ]

    def __str__(self) -> str:
        return f"{self.language}/{self.key}"


class StoredPicture(models.Model):
    """A drawing, safe to put in a page. ``reports.queries`` reads it, as far as it may be shown."""

    name = models.CharField(max_length=300, unique=True)
    svg = models.TextField()
    #: Of the drawing as it came, with the rules by which it was judged; and of what is stored.
    drawn = models.CharField(max_length=64, blank=True, default="")
    digest = models.CharField(max_length=64, blank=True, default="")

    def __str__(self) -> str:
        return self.name


class StoredFigure(models.Model):
    """One published number; ``position`` keeps the order of the series."""

    figure_id = models.CharField(max_length=400, unique=True)
    indicator = models.CharField(max_length=100)
    stage = models.CharField(max_length=40, blank=True)
    classification = models.CharField(max_length=40, blank=True)
    place = models.CharField(max_length=40)
    period = models.CharField(max_length=20)
    by = models.JSONField(default=dict)
    dimensions = models.CharField(max_length=200, blank=True)
    position = models.PositiveIntegerField()
    body = ScreenedFigure()
    digest = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        ordering = ["position"]
        indexes = [models.Index(fields=["indicator", "place", "dimensions"], name="figure_series")]

    def __str__(self) -> str:
        return self.figure_id


class InputFile(models.Model):
    """One open data file that figures rest on."""

    sha256 = models.CharField(max_length=64, unique=True)
    body = models.JSONField()

    def __str__(self) -> str:
        return self.sha256


class Build(models.Model):
    """The run that made all rows; there is one."""

    version = models.CharField(max_length=40)
    created = models.CharField(max_length=40)
    example = models.BooleanField(default=False)
    region = models.CharField(max_length=100)
    etag = models.CharField(max_length=100)

    def __str__(self) -> str:
        return f"{self.region} {self.version} {self.created}"


class Release(models.Model):
    """What one ``instroom compute`` made anew: never changed, only its contents may go."""

    number = models.PositiveIntegerField(unique=True)
    created = models.CharField(max_length=40)
    version = models.CharField(max_length=40)
    region = models.CharField(max_length=100)
    example = models.BooleanField(default=False)
    etag = models.CharField(max_length=100)
    #: ``inputs`` (rows by sha256), ``helpers`` (sha256 of lists of schools), ``definitions``.
    made_of = models.JSONField(default=dict)
    #: How many figures per change, reason and indicator; and how many files came.
    counts = models.JSONField(default=dict)
    #: Digests of contents: the list of changed figures, and the list of all that is held.
    changes = models.CharField(max_length=64)
    contents = models.CharField(max_length=64)
    thinned = models.BooleanField(default=False)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"release {self.number}"


class ReleaseReference(models.Model):
    """Something outside refers to a release, so that its contents stay."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="references")
    said = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "said"], name="reference_once_per_release")
        ]

    def __str__(self) -> str:
        return f"{self.release}: {self.said}"


class ReleaseContent(models.Model):
    """Bytes that releases hold, packed, once for all that are equal."""

    digest = models.CharField(max_length=64, unique=True)
    packed = models.BinaryField()

    def __str__(self) -> str:
        return self.digest
